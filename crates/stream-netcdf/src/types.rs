//! External types of the format and what they are once read.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use stream_core::DType;

/// The type of a variable or an attribute: the atomic types of the format's `nc_type`, strings, and types that a netCDF-4
/// file defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NcType {
    /// `NC_BYTE`: 8-bit signed integer.
    Byte,
    /// `NC_CHAR`: a character of text.
    Char,
    /// `NC_SHORT`: 16-bit signed integer.
    Short,
    /// `NC_INT`: 32-bit signed integer.
    Int,
    /// `NC_FLOAT`: IEEE single.
    Float,
    /// `NC_DOUBLE`: IEEE double.
    Double,
    /// `NC_UBYTE`: 8-bit unsigned integer.
    Ubyte,
    /// `NC_USHORT`: 16-bit unsigned integer.
    Ushort,
    /// `NC_UINT`: 32-bit unsigned integer.
    Uint,
    /// `NC_INT64`: 64-bit signed integer.
    Int64,
    /// `NC_UINT64`: 64-bit unsigned integer.
    Uint64,
    /// `NC_STRING`: text of any length (netCDF-4).
    String,
    /// A type that the file defines (netCDF-4): its number among [`Header::types`](crate::Header::types).
    User(u32),
}

impl NcType {
    /// The type of a classic file's `nc_type`; 7 to 11 are CDF-5's.
    pub(crate) fn of_code(code: u32) -> Option<Self> {
        Some(match code {
            1 => Self::Byte,
            2 => Self::Char,
            3 => Self::Short,
            4 => Self::Int,
            5 => Self::Float,
            6 => Self::Double,
            7 => Self::Ubyte,
            8 => Self::Ushort,
            9 => Self::Uint,
            10 => Self::Int64,
            11 => Self::Uint64,
            _ => return None,
        })
    }

    /// Bytes of one element in a classic file; `None` for strings and types that a file defines.
    pub fn size(self) -> Option<u64> {
        Some(match self {
            Self::Byte | Self::Char | Self::Ubyte => 1,
            Self::Short | Self::Ushort => 2,
            Self::Int | Self::Float | Self::Uint => 4,
            Self::Double | Self::Int64 | Self::Uint64 => 8,
            Self::String | Self::User(_) => return None,
        })
    }

    /// What an element of an atomic type is once read; a character is a text of one byte. `None` for types that a file defines.
    pub fn dtype(self) -> Option<DType> {
        Some(match self {
            Self::Byte => DType::I8,
            Self::Char => DType::StrN(1),
            Self::Short => DType::I16,
            Self::Int => DType::I32,
            Self::Float => DType::F32,
            Self::Double => DType::F64,
            Self::Ubyte => DType::U8,
            Self::Ushort => DType::U16,
            Self::Uint => DType::U32,
            Self::Int64 => DType::I64,
            Self::Uint64 => DType::U64,
            Self::String => DType::Str,
            Self::User(_) => return None,
        })
    }

    /// The name that CDL gives it; `None` for types that a file defines, which have their own.
    pub fn cdl(self) -> Option<&'static str> {
        Some(match self {
            Self::Byte => "byte",
            Self::Char => "char",
            Self::Short => "short",
            Self::Int => "int",
            Self::Float => "float",
            Self::Double => "double",
            Self::Ubyte => "ubyte",
            Self::Ushort => "ushort",
            Self::Uint => "uint",
            Self::Int64 => "int64",
            Self::Uint64 => "uint64",
            Self::String => "string",
            Self::User(_) => return None,
        })
    }

    /// Whether it is an integer or a floating-point number.
    pub fn is_numeric(self) -> bool {
        !matches!(self, Self::Char | Self::String | Self::User(_))
    }
}

impl fmt::Display for NcType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(n) => write!(f, "type {n}"),
            atomic => f.pad(atomic.cdl().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_format_and_sizes_those_of_the_elements() {
        let all: Vec<_> = (1..=11).filter_map(NcType::of_code).collect();
        let names: Vec<_> = all.iter().filter_map(|t| t.cdl()).collect();
        assert_eq!(
            names.join(" "),
            "byte char short int float double ubyte ushort uint int64 uint64"
        );
        for t in all {
            assert_eq!(t.dtype().and_then(|d| d.size()).map(|n| n as u64), t.size());
        }
        assert_eq!((NcType::of_code(0), NcType::of_code(12)), (None, None));
    }
}
