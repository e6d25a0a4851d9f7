//! Least, mean and greatest pixel of an image, on all cores: `fits_image BUDGET FILE ENTRY`, with a budget like 32MiB.
use std::sync::Arc;

use stream_core::{
    Chunk, Context, DType, Error, ErrorKind, FileSource, Format, ReaderExt, Request, Result,
    memory::Budget,
};
use stream_fits::Fits;

/// What was seen of the pixels; the sum is exact for integers.
#[derive(Clone, Copy)]
struct Seen {
    count: u64,
    sum: f64,
    least: f64,
    most: f64,
}

const NOTHING: Seen = Seen { count: 0, sum: 0.0, least: f64::INFINITY, most: f64::NEG_INFINITY };

impl Seen {
    fn add(&mut self, chunk: &Chunk) -> Result<()> {
        let seen = match chunk.dtype() {
            DType::I16 => shorts(chunk.as_slice()?),
            DType::F32 => singles(chunk.as_slice()?),
            other => return Err(Error::new(ErrorKind::Request, format!("pixels of {other}"))),
        };
        self.merge(seen)
    }

    fn merge(&mut self, other: Self) -> Result<()> {
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        Ok(())
    }
}

fn shorts(pixels: &[i16]) -> Seen {
    let (mut sum, mut least, mut most) = (0i64, i16::MAX, i16::MIN);
    // 32 768 pixels of 16 bits add up to what 32 bits hold, and 32-bit lanes are the faster ones
    for part in pixels.chunks(1 << 15) {
        sum += i64::from(part.iter().map(|&pixel| i32::from(pixel)).sum::<i32>());
        least = part.iter().fold(least, |least, &pixel| least.min(pixel));
        most = part.iter().fold(most, |most, &pixel| most.max(pixel));
    }
    let count = pixels.len() as u64;
    Seen { count, sum: sum as f64, least: f64::from(least), most: f64::from(most) }
}

/// Eight of each side by side, so that nothing waits for the one before.
fn singles(pixels: &[f32]) -> Seen {
    let (mut sums, mut least, mut most) = ([0f64; 8], [f32::INFINITY; 8], [f32::NEG_INFINITY; 8]);
    let (eights, rest) = pixels.as_chunks::<8>();
    for eight in eights {
        for lane in 0..8 {
            sums[lane] += f64::from(eight[lane]);
            least[lane] = if eight[lane] < least[lane] { eight[lane] } else { least[lane] };
            most[lane] = if eight[lane] > most[lane] { eight[lane] } else { most[lane] };
        }
    }
    let of_rest = |start: f32, pick: fn(f32, f32) -> f32| rest.iter().copied().fold(start, pick);
    let least = least.into_iter().fold(of_rest(f32::INFINITY, f32::min), f32::min);
    let most = most.into_iter().fold(of_rest(f32::NEG_INFINITY, f32::max), f32::max);
    let sum = sums.iter().sum::<f64>() + rest.iter().map(|&pixel| f64::from(pixel)).sum::<f64>();
    Seen { count: pixels.len() as u64, sum, least: f64::from(least), most: f64::from(most) }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    // without arguments: what the executable needs idle
    let Some(size) = arguments.next() else { return Ok(()) };
    let mebibytes: u64 = size.strip_suffix("MiB").ok_or("a budget like 32MiB")?.parse()?;
    let path = arguments.next().ok_or("usage: fits_image BUDGET FILE ENTRY")?;
    let entry = arguments.next().ok_or("usage: fits_image BUDGET FILE ENTRY")?;
    let budget = Budget::new("image", mebibytes << 20);
    let cx = Context::new(Arc::new(FileSource::open(path)?), &budget);
    let mut reader = Fits.open(cx)?;
    let seen = reader.fold(&Request::entry(entry), || NOTHING, Seen::add, Seen::merge)?;
    let mean = seen.sum / seen.count as f64;
    println!("{} {mean:.6} {} {}", seen.count, seen.least, seen.most);
    Ok(())
}
