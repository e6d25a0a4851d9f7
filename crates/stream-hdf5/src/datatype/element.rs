//! How stored elements of fixed size become packed native ones, in the words of `storage`.

use super::dtype::int_native;
use super::{Bits, ByteOrder, Class, Datatype, Float};
use crate::storage;
use crate::storage::{Convert, Element, FloatLayout, IntLayout};

impl Datatype {
    /// How an element is converted; `None` for one with parts of variable length or references.
    pub fn element(&self) -> Option<Element> {
        Some(Element { stored: self.size, convert: self.convert()? })
    }

    fn convert(&self) -> Option<Convert> {
        Some(match &self.class {
            Class::Integer(integer) => self.int(integer.bits, integer.signed),
            Class::Bitfield(bits) => self.int(*bits, false),
            Class::Float(float) => self.float_convert(float),
            Class::Time(_) | Class::Opaque { .. } => Convert::Copy(self.size),
            Class::String(text) => Convert::Copy(text.length?),
            Class::Enum(enumeration) => enumeration.base.convert()?,
            Class::Array { of, dims } => Convert::Repeat {
                count: usize::try_from(dims.elements()?).ok()?,
                stored: of.size,
                of: Box::new(of.convert()?),
            },
            Class::Complex(of) => {
                Convert::Repeat { count: 2, stored: of.size, of: Box::new(of.convert()?) }
            }
            Class::Compound(members) => Convert::Compound(
                members
                    .iter()
                    .map(|m| {
                        let convert = m.datatype.convert()?;
                        Some(storage::Member { offset: m.offset, convert })
                    })
                    .collect::<Option<_>>()?,
            ),
            Class::Reference(_) | Class::Vlen(_) => return None,
        })
    }

    fn int(&self, bits: Bits, signed: bool) -> Convert {
        let Some(native) = int_native(self.size, bits.precision) else {
            return Convert::Copy(self.size);
        };
        let whole = u64::try_from(self.size).unwrap_or(u64::MAX).saturating_mul(8);
        if native == self.size && bits.offset == 0 && u64::from(bits.precision) == whole {
            return plain(self.size, bits.order);
        }
        Convert::Int(IntLayout {
            size: self.size,
            order: bits.order,
            offset: bits.offset,
            precision: bits.precision,
            signed,
            native,
        })
    }

    fn float_convert(&self, float: &Float) -> Convert {
        if float.ieee(self.size).is_some() {
            return plain(self.size, float.bits.order);
        }
        Convert::Float(FloatLayout {
            size: self.size,
            order: float.bits.order,
            sign: float.sign,
            exponent: float.exponent,
            mantissa: float.mantissa,
            bias: float.bias,
            norm: float.norm,
            native: self.float_native(),
        })
    }
}

/// A number whose bits all count.
fn plain(size: usize, order: ByteOrder) -> Convert {
    let native = match order {
        ByteOrder::Little => cfg!(target_endian = "little"),
        ByteOrder::Big => cfg!(target_endian = "big"),
        ByteOrder::Vax => false,
    };
    if native || size == 1 { Convert::Copy(size) } else { Convert::Swap(size) }
}
