//! Measures the three things one does with a FITS file: list it, fold an image, read columns.
//!
//! `measure list FILE`, `measure fold FILE HDU`, `measure columns FILE HDU NUMBER…`, `measure sums FILE` (every image and column).

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::sync::Arc;
use std::time::Instant;

use stream_core::memory::Budget;
use stream_core::{
    Chunk, Context, DType, FileSource, Form, Format, Kind, ReaderExt, Request, Result,
};
use stream_fits::{Fits, Hdu, Reader};

#[derive(Clone, Copy)]
struct Facts {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

const NONE: Facts = Facts { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

fn add(all: &mut Facts, chunk: &Chunk) -> Result<()> {
    macro_rules! each {
        ($t:ty) => {{
            let slice = chunk.as_slice::<$t>()?;
            all.count += slice.len() as u64;
            let (lanes, rest) = slice.as_chunks::<8>();
            let (mut sums, mut mins, mut maxs) = ([0f64; 8], [<$t>::MAX; 8], [<$t>::MIN; 8]);
            for lane in
                lanes.iter().chain(rest.iter().map(|x| [*x; 8]).collect::<Vec<_>>().iter().take(0))
            {
                for k in 0..8 {
                    let x = lane[k];
                    sums[k] += if x == x { x as f64 } else { 0.0 };
                    mins[k] = if x < mins[k] { x } else { mins[k] };
                    maxs[k] = if x > maxs[k] { x } else { maxs[k] };
                }
            }
            for &x in rest {
                sums[0] += if x == x { x as f64 } else { 0.0 };
                mins[0] = if x < mins[0] { x } else { mins[0] };
                maxs[0] = if x > maxs[0] { x } else { maxs[0] };
            }
            all.sum += sums.iter().sum::<f64>();
            all.min = mins.iter().fold(all.min, |m, x| m.min(*x as f64));
            all.max = maxs.iter().fold(all.max, |m, x| m.max(*x as f64));
        }};
    }
    match chunk.dtype() {
        DType::I8 => each!(i8),
        DType::U8 | DType::Bool => each!(u8),
        DType::I16 => each!(i16),
        DType::U16 => each!(u16),
        DType::I32 => each!(i32),
        DType::U32 => each!(u32),
        DType::I64 => each!(i64),
        DType::U64 => each!(u64),
        DType::F32 => each!(f32),
        DType::F64 => each!(f64),
        _ => all.count += chunk.elements(),
    }
    Ok(())
}

fn merge(all: &mut Facts, one: Facts) -> Result<()> {
    all.count += one.count;
    all.sum += one.sum;
    all.min = all.min.min(one.min);
    all.max = all.max.max(one.max);
    Ok(())
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let (what, path) = (arguments[1].as_str(), &arguments[2]);
    let start = Instant::now();
    let budget = Budget::new("measure", 48 << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    if let Some(chunk) = std::env::var("CHUNK").ok().and_then(|text| text.parse().ok()) {
        cx = cx.with_chunk_size(chunk);
    }
    let mut count = 0u64;
    match what {
        "typed" => {
            let mut reader = Reader::open(cx.clone())?;
            let mut hdu = Hdu::new(&cx);
            while reader.read_hdu(&mut hdu)? {
                count += 1;
            }
        }
        "list" => {
            let mut reader = Fits.open(cx.clone())?;
            let mut entry = cx.entry();
            while reader.read_entry(&mut entry)? {
                count += 1;
            }
        }
        "fold" | "columns" => {
            let mut reader = Fits.open(cx.clone())?;
            let mut entry = cx.entry();
            let wanted = format!("hdu/{}", arguments[3]);
            while reader.read_entry(&mut entry)? && entry.path() != wanted {}
            let names = &arguments[4..];
            let request = if names.is_empty() {
                Request::entry(wanted)
            } else {
                Request::entries(names.iter().map(|name| format!("{wanted}/column/{name}")))
            };
            let facts = reader.fold(&request, || NONE, add, merge)?;
            println!("{} {} {} {}", facts.count, facts.sum, facts.min, facts.max);
        }
        _ => {
            let mut reader = Fits.open(cx.clone())?;
            let mut entry = cx.entry();
            while reader.read_entry(&mut entry)? {
                if !entry.has_data() || entry.kind() == Kind::Table {
                    continue;
                }
                let array = entry.array().cloned();
                let dtype = array.map(|a| format!("{} {:?}", a.dtype, a.shape)).unwrap_or_default();
                let form = if what == "stored" { Form::Stored } else { Form::Scaled };
                let request = Request::entry(entry.path()).with_form(form);
                match reader.fold(&request, || NONE, add, merge) {
                    Ok(f) => println!(
                        "{}\t{dtype}\t{}\t{:e}\t{:e}\t{:e}",
                        entry.path(),
                        f.count,
                        f.sum,
                        f.min,
                        f.max
                    ),
                    Err(e) => println!("{}\t{dtype}\terror {e}", entry.path()),
                }
            }
        }
    }
    let (reads, bytes) = (cx.counters().reads(), cx.counters().bytes_read());
    eprintln!(
        "{count} entries, {:?}, {reads} reads of {bytes} bytes, peak {}",
        start.elapsed(),
        budget.peak()
    );
    Ok(())
}
