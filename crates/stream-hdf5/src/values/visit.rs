//! Packed elements taken apart.

use stream_core::{DType, Error, ErrorKind, Result};

use crate::datatype::Pad;

/// One step of the way through elements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step<'a> {
    /// A number, a text, bytes, a reference.
    Leaf(Leaf<'a>),
    /// An array or a sequence of this many elements begins.
    List(u64),
    /// A compound begins.
    Struct,
    /// The next value is this member's.
    Member(&'a str),
    /// What began last ends.
    End,
}

/// A value without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf<'a> {
    /// An integer, an enumeration's value, a bit field.
    Int(i128),
    /// A real number.
    Float(f64),
    /// Real and imaginary part.
    Complex(f64, f64),
    /// A text, without what fills its field.
    Text(&'a [u8]),
    /// Bytes without a meaning known here.
    Bytes(&'a [u8]),
    /// The path of an object.
    Reference(&'a str),
}

type See<'s, 'a> = &'s mut dyn FnMut(Step<'a>) -> Result<()>;

/// Shows all elements in `bytes`.
pub(crate) fn elements<'a>(
    dtype: &'a DType,
    mut bytes: &'a [u8],
    pad: Option<Pad>,
    see: See<'_, 'a>,
) -> Result<()> {
    while !bytes.is_empty() {
        let before = bytes.len();
        element(dtype, &mut bytes, pad, see)?;
        if bytes.len() == before {
            break;
        }
    }
    Ok(())
}

fn element<'a>(
    dtype: &'a DType,
    bytes: &mut &'a [u8],
    pad: Option<Pad>,
    see: See<'_, 'a>,
) -> Result<()> {
    let leaf = match dtype {
        DType::I8 => Leaf::Int(i8::from_ne_bytes(*take(bytes)?).into()),
        DType::I16 => Leaf::Int(i16::from_ne_bytes(*take(bytes)?).into()),
        DType::I32 => Leaf::Int(i32::from_ne_bytes(*take(bytes)?).into()),
        DType::I64 => Leaf::Int(i64::from_ne_bytes(*take(bytes)?).into()),
        DType::U8 | DType::Bool => Leaf::Int(u8::from_ne_bytes(*take(bytes)?).into()),
        DType::U16 => Leaf::Int(u16::from_ne_bytes(*take(bytes)?).into()),
        DType::U32 => Leaf::Int(u32::from_ne_bytes(*take(bytes)?).into()),
        DType::U64 => Leaf::Int(u64::from_ne_bytes(*take(bytes)?).into()),
        DType::F16 => Leaf::Float(half(u16::from_ne_bytes(*take(bytes)?))),
        DType::F32 => Leaf::Float(f32::from_ne_bytes(*take(bytes)?).into()),
        DType::F64 => Leaf::Float(f64::from_ne_bytes(*take(bytes)?)),
        DType::C64 => {
            let (re, im) = (f32::from_ne_bytes(*take(bytes)?), f32::from_ne_bytes(*take(bytes)?));
            Leaf::Complex(re.into(), im.into())
        }
        DType::C128 => {
            Leaf::Complex(f64::from_ne_bytes(*take(bytes)?), f64::from_ne_bytes(*take(bytes)?))
        }
        DType::Str => {
            let length = prefix(bytes)?;
            Leaf::Text(cut(bytes, length)?)
        }
        DType::StrN(length) => {
            Leaf::Text(trim(cut(bytes, usize::try_from(*length).unwrap_or(usize::MAX))?, pad))
        }
        DType::Bytes(length) => {
            Leaf::Bytes(cut(bytes, usize::try_from(*length).unwrap_or(usize::MAX))?)
        }
        DType::Ref => {
            let length = prefix(bytes)?;
            Leaf::Reference(std::str::from_utf8(cut(bytes, length)?).unwrap_or_default())
        }
        DType::Enum(of) => return element(of, bytes, pad, see),
        DType::Vlen(of) => {
            let count = prefix(bytes)?;
            return list(of, u64::try_from(count).unwrap_or(u64::MAX), bytes, pad, see);
        }
        DType::Array(of, dims) => {
            return list(of, dims.elements().unwrap_or(u64::MAX), bytes, pad, see);
        }
        DType::Struct(members) => {
            see(Step::Struct)?;
            for member in members.iter() {
                see(Step::Member(&member.name))?;
                element(&member.dtype, bytes, pad, see)?;
            }
            return see(Step::End);
        }
        _ => return Err(short()),
    };
    see(Step::Leaf(leaf))
}

fn list<'a>(
    of: &'a DType,
    count: u64,
    bytes: &mut &'a [u8],
    pad: Option<Pad>,
    see: See<'_, 'a>,
) -> Result<()> {
    see(Step::List(count))?;
    for _ in 0..count {
        let before = bytes.len();
        element(of, bytes, pad, see)?;
        if bytes.len() == before && of.size() == Some(0) {
            break;
        }
    }
    see(Step::End)
}

/// Bytes of the first element in `bytes`.
pub(crate) fn element_length(dtype: &DType, bytes: &[u8]) -> Result<usize> {
    if let Some(size) = dtype.size() {
        return Ok(size);
    }
    let mut rest = bytes;
    element(dtype, &mut rest, None, &mut |_| Ok(()))?;
    Ok(bytes.len().saturating_sub(rest.len()))
}

#[cold]
fn short() -> Error {
    Error::new(ErrorKind::Malformed, "elements: end inside of one")
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Result<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>().ok_or_else(short)?;
    *bytes = rest;
    Ok(first)
}

fn cut<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8]> {
    let (first, rest) = bytes.split_at_checked(length).ok_or_else(short)?;
    *bytes = rest;
    Ok(first)
}

fn prefix(bytes: &mut &[u8]) -> Result<usize> {
    Ok(usize::try_from(u32::from_ne_bytes(*take(bytes)?)).unwrap_or(usize::MAX))
}

/// A text without what fills its field.
fn trim(text: &[u8], pad: Option<Pad>) -> &[u8] {
    let until = |end: Option<usize>| text.get(..end.map_or(0, |last| last.saturating_add(1)));
    let trimmed = match pad {
        Some(Pad::NullPad) => until(text.iter().rposition(|&b| b != 0)),
        Some(Pad::SpacePad) => until(text.iter().rposition(|&b| b != b' ')),
        _ => text.split(|&b| b == 0).next(),
    };
    trimmed.unwrap_or_default()
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let exponent = i32::from(bits >> 10 & 31);
    let fraction = f64::from(bits & 1023);
    let size = match exponent {
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        0 => fraction * 2f64.powi(-24),
        _ => (fraction + 1024.0) * 2f64.powi(exponent.saturating_sub(25)),
    };
    if bits >> 15 == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_exactly() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc100), -2.5);
        assert_eq!(half(1), 2f64.powi(-24));
        assert_eq!(half(0x7c00), f64::INFINITY);
    }

    #[test]
    fn fields_are_trimmed_as_their_padding_says() {
        assert_eq!(trim(b"ab\0c", Some(Pad::NullTerm)), b"ab");
        assert_eq!(trim(b"a\0b\0\0", Some(Pad::NullPad)), b"a\0b");
        assert_eq!(trim(b"ab  ", Some(Pad::SpacePad)), b"ab");
        assert_eq!(trim(b"\0\0", Some(Pad::NullPad)), b"");
    }

    #[test]
    fn a_sequence_that_is_cut_short_is_malformed() {
        let bytes = [2u32.to_ne_bytes().as_slice(), &[1, 0]].concat();
        let dtype = DType::Vlen(std::sync::Arc::new(DType::U16));
        assert!(elements(&dtype, &bytes, None, &mut |_| Ok(())).is_err());
    }
}
