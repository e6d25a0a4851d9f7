//! Adds up all pixels of a file with 16-bit frames on all cores: `frames FILE`.
use std::sync::Arc;

use stream_core::{Chunk, Context, FileSource, Format, ReaderExt, Request, Result, memory::Budget};
use stream_dicom::Dicom;

/// What pixels add up to; exact, so that it does not matter where chunks are cut.
#[derive(Clone, Copy)]
struct Sums {
    sum: u64,
    min: u16,
    max: u16,
}

const NONE: Sums = Sums { sum: 0, min: u16::MAX, max: 0 };

impl Sums {
    fn add(&mut self, chunk: &Chunk) -> Result<()> {
        // 32 768 pixels of 16 bits add up to less than 32 bits hold, and 32-bit lanes are the faster ones
        for part in chunk.as_slice::<u16>()?.chunks(1 << 15) {
            let sum: u32 = part.iter().map(|&pixel| u32::from(pixel)).sum();
            self.sum += u64::from(sum);
            self.min = part.iter().fold(self.min, |min, &pixel| min.min(pixel));
            self.max = part.iter().fold(self.max, |max, &pixel| max.max(pixel));
        }
        Ok(())
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        Ok(())
    }
}

fn main() -> Result<()> {
    // without a file: what the executable needs idle
    let Some(path) = std::env::args_os().nth(1) else { return Ok(()) };
    let budget = Budget::new("pixels", 16 << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Dicom.open(cx)?;
    let request = Request::entry("(7FE0,0010)");
    let sums = reader.fold(&request, || NONE, Sums::add, Sums::merge)?;
    println!("{} {} {}", sums.sum, sums.min, sums.max);
    Ok(())
}
