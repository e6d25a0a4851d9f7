//! Sums a dataset of 32-bit floats on two threads within 48 MiB: `sum FILE /group/dataset`.

use std::num::NonZeroUsize;
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format, ReaderExt, Request};
use stream_hdf5::Hdf5;

fn main() -> stream_core::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(path)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: sum FILE /group/dataset");
        return Ok(());
    };
    let budget = Budget::new("sum", 48 << 20);
    let threads = NonZeroUsize::MIN.saturating_add(1);
    let cx = Context::new(Arc::new(FileSource::open(file)?), &budget).with_threads(threads);
    let mut reader = Hdf5.open(cx)?;
    reader.find(&path)?;
    let sum = reader.fold(
        &Request::entry(path),
        || 0.0,
        |sum, chunk| {
            *sum += total(chunk.as_slice::<f32>()?);
            Ok(())
        },
        |all, one| {
            *all += one;
            Ok(())
        },
    )?;
    println!("{sum}");
    eprintln!("at most {} KiB of memory", budget.peak() / 1024);
    Ok(())
}

/// Sixteen sums side by side, which do not wait for one another.
fn total(numbers: &[f32]) -> f64 {
    let mut sums = [0.0; 16];
    let (blocks, rest) = numbers.as_chunks::<16>();
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, &n)| *sum += f64::from(n));
    }
    sums.iter().sum::<f64>() + rest.iter().map(|&n| f64::from(n)).sum::<f64>()
}
