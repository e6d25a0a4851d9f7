//! Numbers as another type, little-endian.

use std::io::Write;

use stream_core::{Chunk, DType};

use super::{Number, Sink, numbers};

#[derive(Clone, Copy)]
pub(super) enum Target {
    U8,
    I16,
    I32,
    F32,
    F64,
}

/// Converts each number: integers are cut to the target's range, fractions towards zero, NaN becomes 0 in integers.
pub(super) struct Convert(pub(super) Target);

impl Sink for Convert {
    fn chunk(&mut self, out: &mut dyn Write, chunk: &Chunk) -> anyhow::Result<()> {
        // `as` from a float cuts to the range and makes NaN 0, by definition of the language
        let clamp = |n: Number, low: i64, high: i64| match n {
            Number::Int(n) => n.clamp(i128::from(low), i128::from(high)) as i64,
            Number::Float(x) => (x as i64).clamp(low, high),
        };
        let float = |n: Number| match n {
            Number::Int(n) => n as f64,
            Number::Float(x) => x,
        };
        let target = self.0;
        if matches!((target, chunk.dtype()), (Target::F32, DType::F32))
            && cfg!(target_endian = "little")
        {
            out.write_all(chunk.bytes())?;
            return Ok(());
        }
        numbers(chunk, |n| match target {
            Target::U8 => out.write_all(&[clamp(n, 0, 255) as u8]),
            Target::I16 => {
                let n = clamp(n, i16::MIN.into(), i16::MAX.into()) as i16;
                out.write_all(&n.to_le_bytes())
            }
            Target::I32 => {
                let n = clamp(n, i32::MIN.into(), i32::MAX.into()) as i32;
                out.write_all(&n.to_le_bytes())
            }
            Target::F32 => out.write_all(&(float(n) as f32).to_le_bytes()),
            Target::F64 => out.write_all(&float(n).to_le_bytes()),
        })
    }
}
