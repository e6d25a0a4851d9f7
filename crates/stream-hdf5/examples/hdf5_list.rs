//! Lists an HDF5 file and says how long that took and what it held: `list FILE [MEMORY]`, MEMORY in bytes.

use std::sync::Arc;
use std::time::Instant;

use stream_core::memory::Budget;
use stream_core::{Context, Error, ErrorKind, FileSource, Format, ReaderExt};
use stream_hdf5::Hdf5;

fn main() -> Result<(), Error> {
    let usage = || Error::new(ErrorKind::Request, "usage: list FILE [MEMORY]");
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or_else(usage)?;
    let limit = arguments.next().map_or(Ok(48 << 20), |n| n.parse()).map_err(|_| usage())?;
    let start = Instant::now();
    let budget = Budget::new("list", limit);
    let cx = Context::new(Arc::new(FileSource::open(&path)?), &budget);
    let mut reader = Hdf5.open(cx)?;
    let summary = reader.walk(|_, _| Ok(std::ops::ControlFlow::Continue(())))?;
    let (time, peak) = (start.elapsed(), budget.peak());
    println!(
        "{} entries, complete {}, {time:?}, {peak} bytes reserved",
        summary.entries, summary.complete
    );
    Ok(())
}
