//! Arrays as files: raw, npy, csv, JSON lines, converted numbers.

mod convert;
pub(crate) mod npy;
mod rows;

use std::io::{self, Write};

use stream_core::{Array, Chunk, DType, Element};

use crate::cli::To;

/// Writes chunks that come in C order, one after another.
pub(crate) trait Sink {
    /// Before the first chunk: what all of them make up, where that is known.
    fn begin(&mut self, _: &mut dyn Write, _: Option<&Array>) -> anyhow::Result<()> {
        Ok(())
    }

    /// The elements' bytes, unless a form writes them otherwise.
    fn chunk(&mut self, out: &mut dyn Write, chunk: &Chunk) -> anyhow::Result<()> {
        out.write_all(chunk.bytes())?;
        Ok(())
    }

    /// After the last chunk.
    fn end(&mut self, _: &mut dyn Write) -> anyhow::Result<()> {
        Ok(())
    }
}

pub(crate) fn sink(to: To) -> Box<dyn Sink> {
    match to {
        // made for an entry that says its sample rate
        To::Raw | To::Wav => Box::new(Raw),
        To::Npy => Box::new(npy::Npy),
        To::Csv => Box::new(rows::Rows::csv()),
        To::Jsonl => Box::new(rows::Rows::jsonl()),
        To::U8 => Box::new(convert::Convert(convert::Target::U8)),
        To::I16le => Box::new(convert::Convert(convert::Target::I16)),
        To::I32le => Box::new(convert::Convert(convert::Target::I32)),
        To::F32le => Box::new(convert::Convert(convert::Target::F32)),
        To::F64le => Box::new(convert::Convert(convert::Target::F64)),
    }
}

/// The bytes as they come.
struct Raw;

impl Sink for Raw {}

/// A number of a chunk: integers stay exact.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

/// Calls `each` with every number of the chunk in order.
fn numbers(chunk: &Chunk, mut each: impl FnMut(Number) -> io::Result<()>) -> anyhow::Result<()> {
    macro_rules! ints {
        ($t:ty) => {
            chunk.as_slice::<$t>()?.iter().try_for_each(|&n| each(Number::Int(i128::from(n))))?
        };
    }
    match plain(chunk.dtype()) {
        DType::I8 => ints!(i8),
        DType::I16 => ints!(i16),
        DType::I32 => ints!(i32),
        DType::I64 => ints!(i64),
        DType::U8 | DType::Bool => ints!(u8),
        DType::U16 => ints!(u16),
        DType::U32 => ints!(u32),
        DType::U64 => ints!(u64),
        DType::F16 => {
            for element in chunk.iter() {
                if let Element::Single(x) = element? {
                    each(Number::Float(f64::from(x)))?;
                }
            }
        }
        DType::F32 => {
            let slice = chunk.as_slice::<f32>()?;
            slice.iter().try_for_each(|&x| each(Number::Float(f64::from(x))))?;
        }
        DType::F64 => chunk.as_slice::<f64>()?.iter().try_for_each(|&x| each(Number::Float(x)))?,
        other => anyhow::bail!("elements of type {other} are no single numbers: use --to raw"),
    }
    Ok(())
}

fn plain(dtype: &DType) -> &DType {
    match dtype {
        DType::Enum(of) => plain(of),
        other => other,
    }
}
