//! Mean over the first axis of a variable, missing values left out: `mean FILE PATH [THREADS]`. Prints a checksum of the means.
//!
//! Chunks of a part of each record are given to the thread that owns the part, so that its sums stay in the core's cache.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use stream_core::{
    Chunk, ChunkPlan, Context, FileSource, Form, Format, ReaderExt, Request, Scratch,
};
use stream_memory::Budget;
use stream_netcdf::Netcdf;

/// Sums and counts of a thread's part of the cells.
struct Part {
    first: usize,
    sums: Vec<f64>,
    counts: Vec<u32>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let usage = "usage: mean FILE PATH [THREADS]";
    let (file, path) = args.next().zip(args.next()).ok_or(usage)?;
    let threads: usize = args.next().map_or(Ok(2), |n| n.parse())?;
    let budget = Budget::new("mean", 64 << 20);
    let cx = Context::new(Arc::new(FileSource::open(&file)?), &budget)
        .with_threads(NonZeroUsize::new(threads).ok_or(usage)?);
    let mut reader = Netcdf.open(cx)?;
    let entry = reader.find(&path)?.ok_or("no such variable")?;
    let array = entry.array().ok_or("no array")?;
    let cells: u64 = array.shape.iter().skip(1).product();
    let records = array.shape.first().copied().unwrap_or(1);
    let request = Request::entry(&path).with_form(Form::Scaled);
    // a quarter of a record for each chunk, where the file stores no chunks of its own
    let request = request.with_chunk_size((usize::try_from(cells)? * 4 / 4).clamp(65536, 1 << 20));
    let plan = reader.chunks(&request)?.plan().ok_or("no plan")?;
    let parts = means(&plan, threads, usize::try_from(cells)?)?;
    let (mut sum, mut missing) = (0.0, 0u64);
    for part in &parts {
        for (s, &n) in part.sums.iter().zip(&part.counts) {
            if n > 0 { sum += s / f64::from(n) } else { missing += 1 }
        }
    }
    println!("{records} records of {cells} cells, {missing} without values, sum of means {sum:.6}");
    println!("peak {} KiB charged", budget.peak() / 1024);
    Ok(())
}

/// Each thread takes the chunks whose first cell lies in its share.
fn means(
    plan: &Arc<dyn ChunkPlan>,
    threads: usize,
    cells: usize,
) -> Result<Vec<Part>, stream_core::Error> {
    let share = cells.div_ceil(threads).max(1);
    let inner = plan.array().map(|a| a.shape).unwrap_or_default();
    let inner = &inner;
    let cell = move |origin: &[u64]| {
        let at = origin.iter().zip(inner.iter()).skip(1).fold(0, |n, (o, d)| n * d + o);
        usize::try_from(at).unwrap_or(usize::MAX)
    };
    // whole records in a chunk: they are dealt out in turn instead
    let whole = (0..plan.len()).all(|i| plan.place(i).is_none_or(|p| cell(&p.origin) == 0));
    std::thread::scope(|scope| {
        let run = move |thread: usize| {
            let mut part = Part { first: 0, sums: vec![0.0; cells], counts: vec![0; cells] };
            let mut scratch = Scratch::new();
            for index in 0..plan.len() {
                let first = plan.place(index).map_or(0, |p| cell(&p.origin));
                let mine = if whole { index % threads } else { first / share };
                if mine == thread {
                    part.add(first, &plan.read(index, &mut scratch)?)?;
                }
            }
            Ok(part)
        };
        let handles: Vec<_> = (0..threads).map(|t| scope.spawn(move || run(t))).collect();
        let parts: Result<Vec<Part>, stream_core::Error> = handles
            .into_iter()
            .map(|h| h.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
            .collect();
        parts.map(merged)
    })
}

/// One part with the sums of all.
fn merged(parts: Vec<Part>) -> Vec<Part> {
    let mut parts = parts.into_iter();
    let Some(mut all) = parts.next() else { return Vec::new() };
    for part in parts {
        all.sums.iter_mut().zip(&part.sums).for_each(|(a, b)| *a += b);
        all.counts.iter_mut().zip(&part.counts).for_each(|(a, b)| *a += b);
    }
    vec![all]
}

impl Part {
    fn add(&mut self, first: usize, chunk: &Chunk) -> Result<(), stream_core::Error> {
        let rows = usize::try_from(chunk.shape().first().copied().unwrap_or(1)).unwrap_or(1);
        let values = chunk.as_slice::<f32>()?;
        let cells = values.len() / rows.max(1);
        self.first = self.first.min(first);
        let sums = &mut self.sums[first..first + cells];
        let counts = &mut self.counts[first..first + cells];
        for row in values.chunks_exact(cells.max(1)) {
            for ((sum, count), &x) in sums.iter_mut().zip(counts.iter_mut()).zip(row) {
                let sound = !x.is_nan();
                *sum += f64::from(if sound { x } else { 0.0 });
                *count += u32::from(sound);
            }
        }
        Ok(())
    }
}
