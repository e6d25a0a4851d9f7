//! The elements of a chunk as values, one by one.

use crate::{Chunk, DType, Error, ErrorKind, Member, Result};

/// Types nested deeper are not walked.
const DEEPEST: usize = 64;

/// One element, borrowed from its chunk.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Element<'a> {
    /// A truth value.
    Bool(bool),
    /// A signed integer; of an [`DType::Enum`] its value.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A binary32, or a binary16, which one holds exactly.
    Single(f32),
    /// A binary64.
    Double(f64),
    /// A complex number of two binary32: real, imaginary.
    ComplexSingle(f32, f32),
    /// A complex number of two binary64: real, imaginary.
    ComplexDouble(f64, f64),
    /// Text, or bytes that should be: of a field of fixed size without its padding (from the first NUL on).
    Text(&'a [u8]),
    /// Bytes.
    Bytes(&'a [u8]),
    /// The path of another object; empty for none.
    Ref(&'a [u8]),
    /// A small array, or any number of elements.
    List(Elements<'a>),
    /// Named members.
    Struct(Members<'a>),
}

/// Elements that follow one another, each with the bytes it takes checked: bad bytes end in an error, never beyond the buffer.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    dtype: &'a DType,
    bytes: &'a [u8],
    left: u64,
    depth: usize,
}

/// Names and values of a struct's members.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    members: &'a [Member],
    bytes: &'a [u8],
    depth: usize,
}

impl Chunk {
    /// The elements in C order.
    pub fn iter(&self) -> Elements<'_> {
        Elements { dtype: self.dtype(), bytes: self.bytes(), left: self.elements(), depth: 0 }
    }
}

impl<'a> Elements<'a> {
    /// `count` elements of `dtype` in `bytes`.
    pub fn new(dtype: &'a DType, bytes: &'a [u8], count: u64) -> Self {
        Self { dtype, bytes, left: count, depth: 0 }
    }

    /// How many are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The bytes of the next element, as they lie in the chunk.
    pub fn next_bytes(&mut self) -> Option<Result<&'a [u8]>> {
        self.left = self.left.checked_sub(1)?;
        Some(self.take())
    }

    fn take(&mut self) -> Result<&'a [u8]> {
        let size = measure(self.dtype, self.bytes, self.depth);
        match size.and_then(|n| self.bytes.split_at_checked(n)) {
            Some((element, rest)) => {
                self.bytes = rest;
                Ok(element)
            }
            None => {
                self.left = 0;
                let message = format!("element of {}: more bytes than its chunk has", self.dtype);
                Err(Error::new(ErrorKind::Malformed, message))
            }
        }
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Element<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.next_bytes()?;
        Some(bytes.and_then(|bytes| element(self.dtype, bytes, self.depth)))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Result<Element<'a>>);

    fn next(&mut self) -> Option<Self::Item> {
        let (member, rest) = self.members.split_first()?;
        self.members = rest;
        let mut one =
            Elements { dtype: &member.dtype, bytes: self.bytes, left: 1, depth: self.depth };
        let element = one.next()?;
        self.bytes = one.bytes;
        if element.is_err() {
            self.members = &[];
        }
        Some((&member.name, element))
    }
}

/// Whether elements take no bytes at all: a list of those is shown empty, since its length could be any number.
fn is_empty(dtype: &DType, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let deeper = depth.saturating_add(1);
    match dtype {
        DType::Array(of, dims) => dims.elements() == Some(0) || is_empty(of, deeper),
        DType::Struct(members) => members.iter().all(|m| is_empty(&m.dtype, deeper)),
        other => other.size() == Some(0),
    }
}

/// How many bytes the first element takes; `None` where there are fewer.
fn measure(dtype: &DType, bytes: &[u8], depth: usize) -> Option<usize> {
    if let Some(size) = dtype.size() {
        return (size <= bytes.len()).then_some(size);
    }
    if depth > DEEPEST {
        return None;
    }
    let deeper = depth.saturating_add(1);
    // each of `count` elements, from `at` on
    let each = |of: &DType, count: u64, mut at: usize| {
        // from here on an element has a byte at least, so that the loop ends with the bytes
        if is_empty(of, 0) {
            return (at <= bytes.len()).then_some(at);
        }
        if let Some(size) = of.size() {
            let length = usize::try_from(count).ok()?.checked_mul(size)?;
            return at.checked_add(length).filter(|end| *end <= bytes.len());
        }
        for _ in 0..count {
            at = at.checked_add(measure(of, bytes.get(at..)?, deeper)?)?;
        }
        Some(at)
    };
    match dtype {
        DType::Vlen(of) => each(of, length(bytes)?.into(), 4),
        DType::Array(of, dims) => each(of, dims.elements()?, 0),
        DType::Struct(members) => members.iter().try_fold(0usize, |at, member| {
            at.checked_add(measure(&member.dtype, bytes.get(at..)?, deeper)?)
        }),
        // a count of bytes
        _ => {
            4usize.checked_add(usize::try_from(length(bytes)?).ok()?).filter(|n| *n <= bytes.len())
        }
    }
}

/// The count before an element of variable size.
fn length(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|b| u32::from_ne_bytes(*b))
}

/// Exactly the bytes of one element, as a value.
fn element<'a>(dtype: &'a DType, bytes: &'a [u8], depth: usize) -> Result<Element<'a>> {
    macro_rules! number {
        ($t:ty) => {
            bytes.first_chunk().map(|b| <$t>::from_ne_bytes(*b)).unwrap_or_default()
        };
    }
    if depth > DEEPEST {
        return Err(Error::new(ErrorKind::Unsupported, "types nested more than 64 deep"));
    }
    let deeper = depth.saturating_add(1);
    let second = |n: usize| bytes.get(n..).unwrap_or_default();
    Ok(match dtype {
        DType::Bool => Element::Bool(number!(u8) != 0),
        DType::I8 => Element::Int(number!(i8).into()),
        DType::I16 => Element::Int(number!(i16).into()),
        DType::I32 => Element::Int(number!(i32).into()),
        DType::I64 => Element::Int(number!(i64)),
        DType::U8 => Element::Uint(number!(u8).into()),
        DType::U16 => Element::Uint(number!(u16).into()),
        DType::U32 => Element::Uint(number!(u32).into()),
        DType::U64 => Element::Uint(number!(u64)),
        DType::F16 => Element::Single(half(number!(u16))),
        DType::F32 => Element::Single(number!(f32)),
        DType::F64 => Element::Double(number!(f64)),
        DType::C64 => {
            let im = second(4).first_chunk().map(|b| f32::from_ne_bytes(*b));
            Element::ComplexSingle(number!(f32), im.unwrap_or_default())
        }
        DType::C128 => {
            let im = second(8).first_chunk().map(|b| f64::from_ne_bytes(*b));
            Element::ComplexDouble(number!(f64), im.unwrap_or_default())
        }
        DType::StrN(_) => Element::Text(bytes.split(|b| *b == 0).next().unwrap_or_default()),
        DType::Bytes(_) => Element::Bytes(bytes),
        DType::Str => Element::Text(second(4)),
        DType::Ref => Element::Ref(second(4)),
        DType::Enum(of) => return element(of, bytes, deeper),
        DType::Vlen(of) => {
            let left = if is_empty(of, 0) { 0 } else { length(bytes).unwrap_or(0).into() };
            Element::List(Elements { dtype: of, bytes: second(4), left, depth: deeper })
        }
        DType::Array(of, dims) => {
            let left = if is_empty(of, 0) { 0 } else { dims.elements().unwrap_or(0) };
            Element::List(Elements { dtype: of, bytes, left, depth: deeper })
        }
        DType::Struct(members) => Element::Struct(Members { members, bytes, depth: deeper }),
    })
}

/// A binary16 in more bits (IEEE 754, 3.6).
fn half(bits: u16) -> f32 {
    let magnitude = u32::from(bits & 0x7fff);
    let x = match magnitude >> 10 {
        // whole numbers of 2^-24
        0 => magnitude as f32 * f32::from_bits((127 - 24) << 23),
        0x1f => f32::from_bits(magnitude << 13 | 0xff << 23),
        // the exponent's bias differs by 112
        _ => f32::from_bits((magnitude << 13).wrapping_add(112 << 23)),
    };
    if bits & 0x8000 == 0 { x } else { -x }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
