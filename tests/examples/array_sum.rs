//! Adds up an array of `f32` on all cores: `array_sum BUDGET FILE ENTRY`, with a budget like 48MiB.
use std::sync::Arc;

use stream_core::{Chunk, Context, FileSource, Format, ReaderExt, Request, Result, memory::Budget};
use stream_hdf5::Hdf5;

/// Eight sums side by side, so that an addition does not wait for the one before.
fn add(sum: &mut f64, chunk: &Chunk) -> Result<()> {
    let values = chunk.as_slice::<f32>()?;
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += f64::from(*value);
        }
    }
    *sum += lanes.iter().sum::<f64>() + rest.iter().map(|value| f64::from(*value)).sum::<f64>();
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    // without arguments: what the executable needs idle
    let Some(size) = arguments.next() else { return Ok(()) };
    let mebibytes: u64 = size.strip_suffix("MiB").ok_or("a budget like 48MiB")?.parse()?;
    let path = arguments.next().ok_or("usage: array_sum BUDGET FILE ENTRY")?;
    let entry = arguments.next().ok_or("usage: array_sum BUDGET FILE ENTRY")?;
    let budget = Budget::new("sum", mebibytes << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Hdf5.open(cx)?;
    let merge = |sum: &mut f64, other| {
        *sum += other;
        Ok(())
    };
    println!("{}", reader.fold(&Request::entry(entry), || 0.0, add, merge)?);
    Ok(())
}
