//! The mean of a variable of `f32` over its first axis, missing values left out, on all cores:
//! `time_mean BUDGET FILE ENTRY`. Prints how many places have a mean, the mean of those, and what all values add up to.
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use stream_core::memory::Budget;
use stream_core::{Chunk, ChunkPlan, Context, FileSource, Form, Format, Request, Result, Scratch};
use stream_netcdf::Netcdf;

/// Sums and counts of each place of the other axes.
struct Mean {
    shape: Vec<u64>,
    sums: Vec<f64>,
    counts: Vec<u32>,
}

impl Mean {
    fn new(shape: &[u64]) -> Self {
        let places = shape.iter().product::<u64>() as usize;
        Self { shape: shape.to_vec(), sums: vec![0.0; places], counts: vec![0; places] }
    }

    /// Adds a chunk line by line: its last axis lies together in both.
    fn add(&mut self, chunk: &Chunk) -> Result<()> {
        let values = chunk.as_slice::<f32>()?;
        let (origin, extents) = (&chunk.origin()[1..], &chunk.shape()[1..]);
        let whole = origin.iter().all(|at| *at == 0) && *extents == *self.shape;
        let line = if whole { self.sums.len() } else { *extents.last().unwrap_or(&1) as usize };
        for (number, values) in values.chunks(line.max(1)).enumerate() {
            let at = if whole { 0 } else { self.place(origin, extents, number as u64) };
            let places = at..at + values.len();
            let (sums, counts) = (&mut self.sums[places.clone()], &mut self.counts[places]);
            for ((sum, count), value) in sums.iter_mut().zip(counts).zip(values) {
                let there = !value.is_nan();
                *sum += if there { f64::from(*value) } else { 0.0 };
                *count += u32::from(there);
            }
        }
        Ok(())
    }

    /// Where the chunk's `number`-th line begins.
    fn place(&self, origin: &[u64], extents: &[u64], mut number: u64) -> usize {
        let (mut place, mut stride) = (0, 1);
        for axis in (0..extents.len()).rev() {
            let last = axis + 1 == extents.len();
            let within = if last { 0 } else { number % extents[axis] };
            number = if last { number } else { number / extents[axis] };
            place += (origin[axis] + within) * stride;
            stride *= self.shape[axis];
        }
        place as usize
    }

    fn merge(&mut self, other: &Self) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(sum, other)| *sum += other);
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, other)| *count += other);
    }
}

/// Each thread takes the next chunk and has sums of its own.
fn planned(plan: &dyn ChunkPlan, threads: usize, shape: &[u64]) -> Result<Mean> {
    let (next, whole) = (AtomicUsize::new(0), Mutex::new(Mean::new(shape)));
    std::thread::scope(|scope| -> Result<()> {
        let work = || -> Result<()> {
            let (mut own, mut scratch) = (Mean::new(shape), Scratch::new());
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= plan.len() {
                    break;
                }
                own.add(&plan.read(index, &mut scratch)?)?;
            }
            whole.lock().unwrap_or_else(PoisonError::into_inner).merge(&own);
            Ok(())
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(whole.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    // without arguments: what the executable needs idle
    let Some(size) = arguments.next() else { return Ok(()) };
    let mebibytes: u64 = size.strip_suffix("MiB").ok_or("a budget like 48MiB")?.parse()?;
    let path = arguments.next().ok_or("usage: time_mean BUDGET FILE ENTRY")?;
    let entry = arguments.next().ok_or("usage: time_mean BUDGET FILE ENTRY")?;
    let budget = Budget::new("mean", mebibytes << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Netcdf.open(cx)?;
    let mut chunks = reader.chunks(&Request::entry(entry).with_form(Form::Scaled))?;
    let shape = chunks.array().ok_or("no shape is known")?.shape;
    let mean = match chunks.plan() {
        Some(plan) => planned(&*plan, reader.context().threads().get(), &shape[1..])?,
        None => {
            let mut mean = Mean::new(&shape[1..]);
            while let Some(chunk) = chunks.next_chunk()? {
                mean.add(&chunk)?;
            }
            mean
        }
    };
    let places = mean.sums.iter().zip(&mean.counts).filter(|(_, count)| **count > 0);
    let means: Vec<f64> = places.map(|(sum, count)| sum / f64::from(*count)).collect();
    let total: f64 = mean.sums.iter().sum();
    println!("{} {} {total}", means.len(), means.iter().sum::<f64>() / means.len() as f64);
    Ok(())
}
