//! The sums of columns of a table in one pass on all cores: `fits_columns BUDGET FILE ENTRY…`, with a budget like 32MiB.
use std::sync::Arc;

use stream_core::{
    Chunk, Context, DType, Error, ErrorKind, FileSource, Format, ReaderExt, Request, Result,
    memory::Budget,
};
use stream_fits::Fits;

/// Eight sums side by side, so that an addition does not wait for the one before.
fn sum<T: Copy + Into<f64>>(values: &[T]) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut lanes = [0.0; 8];
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += (*value).into();
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| value.into()).sum::<f64>()
}

fn add(sums: &mut [f64], chunk: &Chunk) -> Result<()> {
    let more = match chunk.dtype() {
        DType::F32 => sum(chunk.as_slice::<f32>()?),
        DType::F64 => sum(chunk.as_slice::<f64>()?),
        DType::I16 => sum(chunk.as_slice::<i16>()?),
        DType::I32 => sum(chunk.as_slice::<i32>()?),
        other => return Err(Error::new(ErrorKind::Request, format!("a column of {other}"))),
    };
    if let Some(sum) = sums.get_mut(chunk.entry()) {
        *sum += more;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    // without arguments: what the executable needs idle
    let Some(size) = arguments.next() else { return Ok(()) };
    let mebibytes: u64 = size.strip_suffix("MiB").ok_or("a budget like 32MiB")?.parse()?;
    let path = arguments.next().ok_or("usage: fits_columns BUDGET FILE ENTRY…")?;
    let request = Request::entries(arguments);
    let count = request.entries.len();
    let budget = Budget::new("columns", mebibytes << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Fits.open(cx)?;
    let merge = |sums: &mut Vec<f64>, more: Vec<f64>| {
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        Ok(())
    };
    let map = |sums: &mut Vec<f64>, chunk: &Chunk| add(sums, chunk);
    let sums = reader.fold(&request, || vec![0.0; count], map, merge)?;
    let text: Vec<String> = sums.iter().map(|sum| format!("{sum:.3}")).collect();
    println!("{}", text.join(" "));
    Ok(())
}
