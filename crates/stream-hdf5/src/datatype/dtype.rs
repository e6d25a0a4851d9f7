//! What an element is once read.

use std::sync::Arc;

use stream_core::DType;

use super::{Class, Datatype, Member};

impl Datatype {
    /// The type of the element that a chunk gives: native byte order, no padding.
    ///
    /// Integers take the smallest of 8, 16, 32 and 64 bits that holds their bytes, those of more than 64 bits stay bytes; floats that are
    /// not IEEE 754's become the nearest of `f32` and `f64`; a compound of two equal IEEE floats named `r` and `i` is complex,
    /// as h5py writes it; bit fields are unsigned; references are paths.
    pub fn to_dtype(&self) -> DType {
        match &self.class {
            Class::Integer(integer) => int(self.size, integer.bits.precision, integer.signed),
            Class::Bitfield(bits) => int(self.size, bits.precision, false),
            Class::Float(float) => match (float.ieee(self.size), self.float_native()) {
                (Some(16), _) => DType::F16,
                (_, 4) => DType::F32,
                _ => DType::F64,
            },
            Class::Time(_) | Class::Opaque { .. } => bytes(self.size),
            Class::String(text) => match text.length {
                Some(length) => DType::StrN(u32::try_from(length).unwrap_or(u32::MAX)),
                None => DType::Str,
            },
            Class::Compound(members) => compound(members),
            Class::Reference(_) => DType::Ref,
            Class::Enum(enumeration) => DType::Enum(Arc::new(enumeration.base.to_dtype())),
            Class::Vlen(of) => DType::Vlen(Arc::new(of.to_dtype())),
            Class::Complex(of) => match of.to_dtype() {
                DType::F32 => DType::C64,
                DType::F64 => DType::C128,
                // halves and their like have no complex type of their own
                of => DType::Array(Arc::new(of), [2].into()),
            },
            Class::Array { of, dims } => DType::Array(Arc::new(of.to_dtype()), dims.clone()),
        }
    }

    /// Bytes of the native float that a stored one becomes: 2, 4 or 8.
    pub(super) fn float_native(&self) -> usize {
        let Class::Float(float) = &self.class else { return 0 };
        match float.ieee(self.size) {
            Some(16) => 2,
            Some(32) => 4,
            Some(_) => 8,
            // what single precision holds in range and precision
            None if float.exponent.1 <= 8 && float.mantissa.1 <= 24 => 4,
            None => 8,
        }
    }
}

/// Bytes of the native integer that holds `size` bytes or, where those are more than 8, `precision` bits; `None` for more.
pub(super) fn int_native(size: usize, precision: u32) -> Option<usize> {
    let held = [1usize, 2, 4, 8].into_iter().find(|&n| size <= n);
    held.or((precision <= 64 && size <= 16).then_some(8))
}

fn int(size: usize, precision: u32, signed: bool) -> DType {
    match (int_native(size, precision), signed) {
        (Some(1), true) => DType::I8,
        (Some(2), true) => DType::I16,
        (Some(4), true) => DType::I32,
        (Some(_), true) => DType::I64,
        (Some(1), false) => DType::U8,
        (Some(2), false) => DType::U16,
        (Some(4), false) => DType::U32,
        (Some(_), false) => DType::U64,
        (None, _) => bytes(size),
    }
}

fn bytes(size: usize) -> DType {
    DType::Bytes(u32::try_from(size).unwrap_or(u32::MAX))
}

fn compound(members: &[Member]) -> DType {
    if let [re, im] = members
        && (re.name.as_str(), im.name.as_str()) == ("r", "i")
    {
        match (re.datatype.to_dtype(), im.datatype.to_dtype()) {
            (DType::F32, DType::F32) => return DType::C64,
            (DType::F64, DType::F64) => return DType::C128,
            _ => {}
        }
    }
    let packed = members
        .iter()
        .map(|m| stream_core::Member { name: m.name.clone(), dtype: m.datatype.to_dtype() });
    DType::Struct(packed.collect())
}
