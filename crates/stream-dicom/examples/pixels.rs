//! Sum, least and greatest of all pixels, folded on all cores; encapsulated frames need feature `pixeldata`.
//!
//! `pixels FILE [THREADS [CHUNK]]`

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;

use stream_core::{Chunk, Context, DType, FileSource, Form, Format, ReaderExt, Request};
use stream_dicom::Dicom;
use stream_memory::Budget;

#[derive(Clone, Copy)]
struct Facts {
    count: u64,
    sum: i128,
    least: i64,
    greatest: i64,
}

impl Facts {
    const NONE: Self = Self { count: 0, sum: 0, least: i64::MAX, greatest: i64::MIN };

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }
}

/// Sums in pieces that cannot overflow 32 bits, which the compiler turns into wide additions.
macro_rules! fold {
    ($chunk:expr, $t:ty, $wide:ty) => {{
        let pixels = $chunk.as_slice::<$t>()?;
        let mut facts = Facts { count: pixels.len() as u64, ..Facts::NONE };
        let (mut least, mut greatest) = (<$t>::MAX, <$t>::MIN);
        for piece in pixels.chunks(4096) {
            let mut sum: $wide = 0;
            for &p in piece {
                sum += <$wide>::from(p);
                least = least.min(p);
                greatest = greatest.max(p);
            }
            facts.sum += i128::from(sum);
        }
        (facts.least, facts.greatest) = (i64::from(least), i64::from(greatest));
        facts
    }};
}

fn fold(chunk: &Chunk) -> stream_core::Result<Facts> {
    Ok(match chunk.dtype() {
        DType::I8 => fold!(chunk, i8, i32),
        DType::I16 => fold!(chunk, i16, i32),
        DType::U16 => fold!(chunk, u16, u32),
        DType::I32 => fold!(chunk, i32, i64),
        DType::U32 => fold!(chunk, u32, u64),
        _ => fold!(chunk, u8, u32),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let path = args.get(1).ok_or("pixels FILE [THREADS [CHUNK]]")?;
    let budget = Budget::new("pixels", 16 << 20);
    let mut cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    if let Some(threads) = args.get(2).and_then(|n| n.parse::<NonZeroUsize>().ok()) {
        cx = cx.with_threads(threads);
    }
    if let Some(chunk) = args.get(3) {
        cx = cx.with_chunk_size(chunk.parse()?);
    }
    let mut reader = Dicom.open(cx.clone())?;
    let mut entry = cx.entry();
    while reader.read_entry(&mut entry)? {
        let path = entry.path();
        let request = match entry.array() {
            Some(_) => Request::entry(path),
            None if path == "(7FE0,0010)" => Request::entry(path).with_form(Form::Decoded),
            None => continue,
        };
        let facts = reader.fold(
            &request,
            || Facts::NONE,
            |all, chunk| {
                all.merge(fold(chunk)?);
                Ok(())
            },
            |all, later| {
                all.merge(later);
                Ok(())
            },
        )?;
        let Facts { count, sum, least, greatest } = facts;
        println!(
            "{path}: {count} pixels, sum {sum}, least {least}, greatest {greatest}; budget's peak {}",
            budget.peak()
        );
    }
    Ok(())
}
