//! What one element of an array is.

use std::fmt;
use std::sync::Arc;

use crate::Dims;

/// The type of an array's elements, always in the machine's byte order once read.
///
/// Displayed as in listings: `i16`, `str:16`, `enum<i16>`, `vlen<f32>`, `f32[3,4]`, `struct{x:f64,y:f64}`.
///
/// In a [`Chunk`](crate::Chunk) elements follow one another without padding, members of a struct and elements of an array too.
/// One of variable size (`Str`, `Ref`, `Vlen`) is a `u32` in the machine's byte order, the number of bytes or of
/// elements, and then those; a chunk of such elements is walked from its start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DType {
    /// Two's complement integers.
    I8,
    /// 16 bits.
    I16,
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
    /// Unsigned integers.
    U8,
    /// 16 bits.
    U16,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
    /// IEEE 754 binary16.
    F16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// Two `f32`: real, imaginary.
    C64,
    /// Two `f64`: real, imaginary.
    C128,
    /// One byte, 0 or 1.
    Bool,
    /// UTF-8 text of any length.
    Str,
    /// Text in a field of this many bytes.
    StrN(u32),
    /// Bytes in a field of this size.
    Bytes(u32),
    /// Named values of an integer type.
    Enum(Arc<DType>),
    /// A reference to another object: its path as text, empty for none.
    Ref,
    /// Any number of elements.
    Vlen(Arc<DType>),
    /// A small array as one element: these extents, slowest axis first.
    Array(Arc<DType>, Dims),
    /// Named members, packed in this order.
    Struct(Arc<[Member]>),
}

/// A member of a [`DType::Struct`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its name, as in the file.
    pub name: String,
    /// Its type.
    pub dtype: DType,
}

impl DType {
    /// Bytes of one element in a [`Chunk`](crate::Chunk); `None` where elements differ in size.
    pub fn size(&self) -> Option<usize> {
        Some(match self {
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 | Self::C64 => 8,
            Self::C128 => 16,
            Self::StrN(n) | Self::Bytes(n) => usize::try_from(*n).ok()?,
            Self::Enum(of) => of.size()?,
            Self::Array(of, shape) => {
                of.size()?.checked_mul(usize::try_from(shape.elements()?).ok()?)?
            }
            Self::Struct(members) => {
                members.iter().try_fold(0usize, |n, m| n.checked_add(m.dtype.size()?))?
            }
            Self::Str | Self::Ref | Self::Vlen(_) => return None,
        })
    }

    /// Whether an element is a number, complex and truth values included, or so many of them; no text, reference or struct.
    pub fn is_number(&self) -> bool {
        match self {
            Self::Enum(of) | Self::Array(of, _) => of.is_number(),
            Self::Str | Self::StrN(_) | Self::Bytes(_) | Self::Ref => false,
            Self::Vlen(_) | Self::Struct(_) => false,
            _ => true,
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::C64 => "c64",
            Self::C128 => "c128",
            Self::Bool => "bool",
            Self::Str => "str",
            Self::Ref => "ref",
            Self::StrN(n) => return write!(f, "str:{n}"),
            Self::Bytes(n) => return write!(f, "bytes:{n}"),
            Self::Enum(of) => return write!(f, "enum<{of}>"),
            Self::Vlen(of) => return write!(f, "vlen<{of}>"),
            Self::Array(of, shape) => {
                write!(f, "{of}[")?;
                for (i, extent) in shape.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    write!(f, "{comma}{extent}")?;
                }
                "]"
            }
            Self::Struct(members) => {
                f.write_str("struct{")?;
                for (i, m) in members.iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    write!(f, "{comma}{}:{}", m.name, m.dtype)?;
                }
                "}"
            }
        };
        f.write_str(name)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_what_is_none_through_enumerations_and_arrays() {
        let array = |of| DType::Array(Arc::new(of), Dims::from([3]));
        let numbers = [DType::I8, DType::Bool, DType::C128, DType::Enum(Arc::new(DType::U8))];
        assert!(numbers.into_iter().all(|dtype| dtype.is_number() && array(dtype).is_number()));
        let others = [DType::Str, DType::StrN(4), DType::Bytes(8), DType::Ref];
        assert!(!others.into_iter().any(|dtype| dtype.is_number() || array(dtype).is_number()));
        assert!(!DType::Vlen(Arc::new(DType::F32)).is_number());
    }

    #[test]
    fn nested_types_print_and_measure() {
        let point: Arc<[Member]> = ["x", "y"]
            .map(|name| Member { name: name.into(), dtype: DType::F64 })
            .into_iter()
            .collect();
        let dtype = DType::Struct(point);
        assert_eq!(dtype.to_string(), "struct{x:f64,y:f64}");
        assert_eq!(dtype.size(), Some(16));
        assert_eq!(DType::Vlen(Arc::new(dtype)).size(), None);
        let small = DType::Array(Arc::new(DType::F32), Dims::from([3, 4]));
        assert_eq!((small.to_string().as_str(), small.size()), ("f32[3,4]", Some(48)));
    }
}
