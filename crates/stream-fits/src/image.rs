//! Arrays of numbers: FITS 4.0, 5 and 7.1.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{DType, Dims};

/// A type of numbers in a file, always in big-endian order (5.2, 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Numeric {
    /// `BITPIX = 8`, `B`: unsigned.
    U8,
    /// `BITPIX = 16`, `I`.
    I16,
    /// `BITPIX = 32`, `J`.
    I32,
    /// `BITPIX = 64`, `K`.
    I64,
    /// `BITPIX = -32`, `E`: IEEE 754 binary32.
    F32,
    /// `BITPIX = -64`, `D`: IEEE 754 binary64.
    F64,
}

impl Numeric {
    /// The type that BITPIX names (table 8).
    pub fn of_bitpix(bitpix: i64) -> Option<Self> {
        Some(match bitpix {
            8 => Self::U8,
            16 => Self::I16,
            32 => Self::I32,
            64 => Self::I64,
            -32 => Self::F32,
            -64 => Self::F64,
            _ => return None,
        })
    }

    /// Bytes of one.
    pub fn size(self) -> u64 {
        match self {
            Self::U8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::I64 | Self::F64 => 8,
        }
    }

    /// Whether it is an integer type.
    pub fn is_integer(self) -> bool {
        !matches!(self, Self::F32 | Self::F64)
    }

    /// The element type without any scaling.
    pub fn dtype(self) -> DType {
        match self {
            Self::U8 => DType::U8,
            Self::I16 => DType::I16,
            Self::I32 => DType::I32,
            Self::I64 => DType::I64,
            Self::F32 => DType::F32,
            Self::F64 => DType::F64,
        }
    }
}

/// From stored to physical values: `zero + scale * stored` (4.4.2.5), and the integer that stands for no value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// `BSCALE`, `TSCALn`, `PSCALn`.
    pub scale: f64,
    /// `BZERO`, `TZEROn`, `PZEROn`.
    pub zero: f64,
    /// `BLANK`, `TNULLn`: before scaling.
    pub null: Option<i64>,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { scale: 1.0, zero: 0.0, null: None }
    }
}

impl Scaling {
    /// Whether values are what is stored.
    pub fn is_identity(&self) -> bool {
        self.scale == 1.0 && self.zero == 0.0
    }

    /// Whether the offset only makes signed integers unsigned, or unsigned bytes signed (table 11, table 19).
    pub fn flips_sign(&self, numeric: Numeric) -> bool {
        let offset = match numeric {
            Numeric::U8 => -128.0,
            Numeric::I16 => 32_768.0,
            Numeric::I32 => 2_147_483_648.0,
            Numeric::I64 => 9_223_372_036_854_775_808.0,
            Numeric::F32 | Numeric::F64 => return false,
        };
        self.scale == 1.0 && self.zero == offset
    }

    /// The element type of stored values, with the offset that changes signedness applied.
    pub fn stored(&self, numeric: Numeric) -> DType {
        if !self.flips_sign(numeric) {
            return numeric.dtype();
        }
        match numeric {
            Numeric::U8 => DType::I8,
            Numeric::I16 => DType::U16,
            Numeric::I32 => DType::U32,
            _ => DType::U64,
        }
    }

    /// The element type of scaled values: up to 16 bits and singles fit a single, more a double.
    pub fn scaled(&self, numeric: Numeric) -> DType {
        match numeric {
            Numeric::U8 | Numeric::I16 | Numeric::F32 => DType::F32,
            Numeric::I32 | Numeric::I64 | Numeric::F64 => DType::F64,
        }
    }
}

/// The array of a primary HDU or an image extension.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// What is stored.
    pub numeric: Numeric,
    /// Extents, slowest axis first: `NAXISn` reversed.
    pub shape: Dims,
    /// `BSCALE`, `BZERO`, `BLANK`.
    pub scaling: Scaling,
}

impl Image {
    /// The element type as stored; the unsigned convention is applied.
    pub fn stored(&self) -> DType {
        self.scaling.stored(self.numeric)
    }

    /// The element type of scaled values.
    pub fn scaled(&self) -> DType {
        self.scaling.scaled(self.numeric)
    }
}
