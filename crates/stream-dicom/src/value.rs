//! What a value is: text, numbers, tags or bytes.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod charset;

pub use charset::CharacterSet;

use std::fmt;
use std::marker::PhantomData;

use crate::{ByteOrder, Tag, VR, vr};

/// A short value, borrowed from its [`Element`](crate::Element): PS3.5 6.2.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Value<'a> {
    /// The element is a sequence, an item, or too long to be kept ([`Options::with_value_limit`](crate::Options)).
    NotLoaded,
    /// No bytes.
    Empty,
    /// AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT.
    Text(Text<'a>),
    /// AT.
    Tags(Numbers<'a, Tag>),
    /// US.
    U16(Numbers<'a, u16>),
    /// SS.
    I16(Numbers<'a, i16>),
    /// UL.
    U32(Numbers<'a, u32>),
    /// SL.
    I32(Numbers<'a, i32>),
    /// UV.
    U64(Numbers<'a, u64>),
    /// SV.
    I64(Numbers<'a, i64>),
    /// FL.
    F32(Numbers<'a, f32>),
    /// FD.
    F64(Numbers<'a, f64>),
    /// OB OD OF OL OV OW UN, as they stand in the file.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    pub(crate) fn new(vr: VR, bytes: &'a [u8], order: ByteOrder, set: CharacterSet) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        match vr {
            VR::AT => Self::Tags(Numbers::new(bytes, order)),
            VR::US => Self::U16(Numbers::new(bytes, order)),
            VR::SS => Self::I16(Numbers::new(bytes, order)),
            VR::UL => Self::U32(Numbers::new(bytes, order)),
            VR::SL => Self::I32(Numbers::new(bytes, order)),
            VR::UV => Self::U64(Numbers::new(bytes, order)),
            VR::SV => Self::I64(Numbers::new(bytes, order)),
            VR::FL => Self::F32(Numbers::new(bytes, order)),
            VR::FD => Self::F64(Numbers::new(bytes, order)),
            _ if vr::is_text(vr) => Self::Text(Text { bytes, vr, set }),
            _ => Self::Bytes(bytes),
        }
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<Text<'a>> {
        if let Self::Text(text) = self { Some(*text) } else { None }
    }

    /// The first number: of a number VR, or the first value of DS or IS.
    pub fn as_f64(&self) -> Option<f64> {
        match *self {
            Self::U16(mut n) => n.next().map(f64::from),
            Self::I16(mut n) => n.next().map(f64::from),
            Self::U32(mut n) => n.next().map(f64::from),
            Self::I32(mut n) => n.next().map(f64::from),
            Self::F32(mut n) => n.next().map(f64::from),
            Self::F64(mut n) => n.next(),
            // beyond 2^53 a double rounds
            Self::U64(mut n) => n.next().map(|n| n as f64),
            Self::I64(mut n) => n.next().map(|n| n as f64),
            Self::Text(text) => text.number(),
            _ => None,
        }
    }

    /// The first number as an unsigned integer, if it is one: of US, UL, UV or IS, or a signed one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match *self {
            Self::U16(mut n) => n.next().map(u64::from),
            Self::U32(mut n) => n.next().map(u64::from),
            Self::U64(mut n) => n.next(),
            Self::I16(mut n) => n.next().and_then(|n| n.try_into().ok()),
            Self::I32(mut n) => n.next().and_then(|n| n.try_into().ok()),
            Self::I64(mut n) => n.next().and_then(|n| n.try_into().ok()),
            Self::Text(text) => {
                std::str::from_utf8(text.first()).ok()?.trim_start_matches('+').parse().ok()
            }
            _ => None,
        }
    }
}

/// A text value in its character set; decoding is left to whoever wants it.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    bytes: &'a [u8],
    vr: VR,
    set: CharacterSet,
}

impl<'a> Text<'a> {
    /// The bytes with their padding.
    pub fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// The bytes without the padding at the end: spaces, and NUL as UI has it.
    pub fn trimmed(&self) -> &'a [u8] {
        let end = self.bytes.iter().rposition(|&b| b != b' ' && b != 0);
        self.bytes.get(..end.map_or(0, |i| i.saturating_add(1))).unwrap_or_default()
    }

    /// Whether a backslash separates values.
    pub fn is_multiple(&self) -> bool {
        vr::is_multiple(self.vr)
    }

    /// Appends the value as UTF-8 without padding at the end, values still separated by backslashes. Says whether all
    /// bytes had a meaning in the character set.
    pub fn decode(&self, out: &mut String) -> bool {
        let set = if vr::uses_character_set(self.vr) { self.set } else { CharacterSet::DEFAULT };
        set.decode(self.trimmed(), out)
    }

    /// The bytes of the first value, without spaces around.
    pub fn first(&self) -> &'a [u8] {
        let first = self.bytes.split(|&b| b == b'\\').next().unwrap_or_default();
        let from = first.iter().position(|&b| b != b' ').unwrap_or(first.len());
        let to =
            first.iter().rposition(|&b| b != b' ' && b != 0).map_or(from, |i| i.saturating_add(1));
        first.get(from..to).unwrap_or_default()
    }

    fn number(&self) -> Option<f64> {
        std::str::from_utf8(self.first()).ok()?.parse().ok()
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.decode(&mut text);
        f.write_str(&text)
    }
}

/// Numbers read from the bytes of a value one by one, in its byte order; bytes left over at the end are ignored.
#[derive(Clone, Copy)]
pub struct Numbers<'a, T> {
    bytes: &'a [u8],
    order: ByteOrder,
    of: PhantomData<T>,
}

impl<'a, T> Numbers<'a, T> {
    fn new(bytes: &'a [u8], order: ByteOrder) -> Self {
        Self { bytes, order, of: PhantomData }
    }
}

macro_rules! numbers {
    ($($t:ty, $size:literal, |$b:ident, $o:ident| $read:expr;)*) => {$(
        impl Iterator for Numbers<'_, $t> {
            type Item = $t;
            fn next(&mut self) -> Option<$t> {
                let ($b, $o) = (self.bytes, self.order);
                let number = $read;
                self.bytes = self.bytes.get($size..)?;
                number
            }
        }
        impl fmt::Debug for Numbers<'_, $t> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(*self).finish()
            }
        }
    )*};
}
numbers! {
    u16, 2, |b, o| o.u16(b, 0);
    i16, 2, |b, o| o.u16(b, 0).map(u16::cast_signed);
    u32, 4, |b, o| o.u32(b, 0);
    i32, 4, |b, o| o.u32(b, 0).map(u32::cast_signed);
    u64, 8, |b, o| o.u64(b, 0);
    i64, 8, |b, o| o.u64(b, 0).map(u64::cast_signed);
    f32, 4, |b, o| o.u32(b, 0).map(f32::from_bits);
    f64, 8, |b, o| o.u64(b, 0).map(f64::from_bits);
    Tag, 4, |b, o| o.tag(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(vr: VR, bytes: &[u8]) -> Value<'_> {
        Value::new(vr, bytes, ByteOrder::Little, CharacterSet::DEFAULT)
    }

    #[test]
    fn numbers_are_read_in_their_byte_order() {
        let Value::U16(n) =
            Value::new(VR::US, &[1, 2, 3, 4], ByteOrder::Big, CharacterSet::DEFAULT)
        else {
            panic!()
        };
        assert_eq!(n.collect::<Vec<_>>(), [0x102, 0x304]);
        assert_eq!(value(VR::SS, &[0xff, 0xff]).as_f64(), Some(-1.0));
        assert_eq!(value(VR::FD, &1.5f64.to_le_bytes()).as_f64(), Some(1.5));
        let Value::Tags(mut t) = value(VR::AT, &[0x10, 0, 0x20, 0, 9]) else { panic!() };
        assert_eq!((t.next(), t.next()), (Some(Tag(0x10, 0x20)), None));
    }

    #[test]
    fn text_loses_its_padding_and_numbers_in_text_are_read() {
        assert_eq!(value(VR::UI, b"1.2.3\0").as_text().unwrap().to_string(), "1.2.3");
        assert_eq!(value(VR::DS, b" -1.5e2\\7 ").as_f64(), Some(-150.0));
        assert_eq!(value(VR::IS, b"+12 ").as_u64(), Some(12));
        assert!(matches!(value(VR::LO, b""), Value::Empty));
    }
}
