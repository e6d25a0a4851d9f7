//! The values of an attribute.
#![deny(clippy::arithmetic_side_effects)]

use super::Header;
use crate::NcType;

/// The values of an attribute, in the machine's byte order, encoded as elements of a [`stream_core::Chunk`] are.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    pub(crate) header: &'a Header,
    pub(crate) ty: NcType,
    pub(crate) count: u64,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Values<'a> {
    /// How many there are.
    pub fn len(self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.count == 0
    }

    /// The type of each.
    pub fn nc_type(self) -> NcType {
        self.ty
    }

    /// The header of the attribute, which knows types that the file defines.
    pub fn header(self) -> &'a Header {
        self.header
    }

    /// The values as they lie in memory.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The text, if it is one in UTF-8: characters without the null bytes behind them, or a single string.
    pub fn text(self) -> Option<&'a str> {
        match self.ty {
            NcType::Char => std::str::from_utf8(trimmed(self.bytes)).ok(),
            NcType::String if self.count == 1 => {
                self.strings().next().and_then(|s| std::str::from_utf8(s).ok())
            }
            _ => None,
        }
    }

    /// The bytes of each string; nothing for other types.
    pub fn strings(self) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = if self.ty == NcType::String { self.bytes } else { &[] };
        std::iter::from_fn(move || {
            let (len, behind) = rest.split_first_chunk::<4>()?;
            let len = usize::try_from(u32::from_ne_bytes(*len)).ok()?;
            let (text, behind) = behind.split_at_checked(len)?;
            rest = behind;
            Some(text)
        })
    }

    /// The `at`-th value as a double, if it is a number; 64-bit integers beyond 2^53 are rounded.
    #[allow(clippy::cast_precision_loss)] // said in the contract above
    pub fn number(self, at: u64) -> Option<f64> {
        match self.get(at)? {
            Number::Int(n) => Some(n as f64),
            Number::Float(x) => Some(f64::from(x)),
            Number::Double(x) => Some(x),
        }
    }

    /// The `at`-th value, if it is a number.
    pub(crate) fn get(self, at: u64) -> Option<Number> {
        let size = usize::try_from(self.ty.size()?).ok()?;
        let start = usize::try_from(at).ok()?.checked_mul(size)?;
        let bytes = self.bytes.get(start..start.checked_add(size)?)?;
        Number::of(self.ty, bytes)
    }
}

/// A number as it is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Int(i128),
    Float(f32),
    Double(f64),
}

impl Number {
    /// Of an atomic type's bytes.
    pub(crate) fn of(ty: NcType, bytes: &[u8]) -> Option<Self> {
        macro_rules! int {
            ($t:ty) => {
                Self::Int(i128::from(<$t>::from_ne_bytes(bytes.try_into().ok()?)))
            };
        }
        Some(match ty {
            NcType::Byte => int!(i8),
            NcType::Short => int!(i16),
            NcType::Int => int!(i32),
            NcType::Int64 => int!(i64),
            NcType::Ubyte => int!(u8),
            NcType::Ushort => int!(u16),
            NcType::Uint => int!(u32),
            NcType::Uint64 => int!(u64),
            NcType::Float => Self::Float(f32::from_ne_bytes(bytes.try_into().ok()?)),
            NcType::Double => Self::Double(f64::from_ne_bytes(bytes.try_into().ok()?)),
            NcType::Char | NcType::String | NcType::User(_) => return None,
        })
    }
}

/// Without the null bytes at the end.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&b| b != 0).map_or(0, |at| at.saturating_add(1));
    bytes.get(..end).unwrap_or_default()
}
