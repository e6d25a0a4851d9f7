//! The type as `h5dump` prints it, in one line.

use std::fmt;

use super::{
    Bits, ByteOrder, Charset, Class, Datatype, Float, Integer, Norm, Pad, Reference, Text,
};

impl fmt::Display for Datatype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.class {
            Class::Integer(integer) => self.integer(*integer, f),
            Class::Float(float) => self.float(float, f),
            Class::Time(_) => f.write_str("H5T_TIME: not yet implemented"),
            Class::String(text) => string(*text, f),
            Class::Bitfield(bits) => self.bitfield(*bits, f),
            Class::Opaque { tag } => {
                write!(f, "H5T_OPAQUE {{ OPAQUE_TAG \"{tag}\"; }}")
            }
            Class::Compound(members) => {
                f.write_str("H5T_COMPOUND {")?;
                for member in members {
                    write!(f, " {} \"{}\";", member.datatype, member.name)?;
                }
                f.write_str(" }")
            }
            Class::Reference(reference) => f.write_str(match reference {
                Reference::Object => "H5T_REFERENCE { H5T_STD_REF_OBJECT }",
                Reference::Region => "H5T_REFERENCE { H5T_STD_REF_DSETREG }",
                Reference::Other => "H5T_REFERENCE { H5T_STD_REF }",
            }),
            Class::Enum(enumeration) => {
                write!(f, "H5T_ENUM {{ {};", enumeration.base)?;
                for (name, value) in &enumeration.members {
                    write!(f, " \"{name}\" {value};")?;
                }
                f.write_str(" }")
            }
            Class::Complex(of) => match of.to_string().strip_prefix("H5T_") {
                Some(name) if name.starts_with("IEEE_") => write!(f, "H5T_COMPLEX_{name}"),
                _ => write!(f, "H5T_COMPLEX {{ {of} }}"),
            },
            Class::Vlen(of) => write!(f, "H5T_VLEN {{ {of} }}"),
            Class::Array { of, dims } => {
                f.write_str("H5T_ARRAY { ")?;
                for extent in dims.iter() {
                    write!(f, "[{extent}]")?;
                }
                write!(f, " {of} }}")
            }
        }
    }
}

/// The ending of a predefined type's name.
fn ending(order: ByteOrder) -> &'static str {
    match order {
        ByteOrder::Little => "LE",
        ByteOrder::Big => "BE",
        ByteOrder::Vax => "VAX",
    }
}

impl Datatype {
    /// Bits in all bytes of an element.
    fn bits(&self) -> u64 {
        u64::try_from(self.size).unwrap_or(u64::MAX).saturating_mul(8)
    }

    /// Whether all bits count, and there are as many as a predefined type has.
    fn is_whole(&self, bits: Bits) -> bool {
        bits.offset == 0
            && u64::from(bits.precision) == self.bits()
            && matches!(self.size, 1 | 2 | 4 | 8)
    }

    fn integer(
        &self,
        Integer { bits, signed }: Integer,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let letter = if signed { 'I' } else { 'U' };
        if self.is_whole(bits) && bits.order != ByteOrder::Vax {
            return write!(f, "H5T_STD_{letter}{}{}", self.bits(), ending(bits.order));
        }
        let sign = if signed { "signed" } else { "unsigned" };
        self.unusual(bits, &format!("{}-bit {} {sign} integer", self.bits(), order(bits.order)), f)
    }

    fn bitfield(&self, bits: Bits, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_whole(bits) {
            return write!(f, "H5T_STD_B{}{}", self.bits(), ending(bits.order));
        }
        self.unusual(bits, &format!("{}-bit {} bitfield", self.bits(), order(bits.order)), f)
    }

    fn float(&self, float: &Float, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(bits) = float.ieee(self.size) {
            return write!(f, "H5T_IEEE_F{bits}{}", ending(float.bits.order));
        }
        let (exponent, mantissa) = (float.exponent.1, float.mantissa.1);
        let brain = (self.size, exponent, mantissa, float.bias) == (2, 8, 7, 127);
        if brain && float.bits.order != ByteOrder::Vax {
            return write!(f, "H5T_FLOAT_BFLOAT16{}", ending(float.bits.order));
        }
        if float.bits.order == ByteOrder::Vax && matches!(self.size, 4 | 8) {
            return write!(f, "H5T_VAX_F{}", self.bits());
        }
        let name = format!("{}-bit {} floating-point", self.bits(), order(float.bits.order));
        self.unusual(float.bits, &name, f)
    }

    /// A type without a predefined name, in words.
    fn unusual(&self, bits: Bits, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(name)?;
        if u64::from(bits.precision) == self.bits() && bits.offset == 0 {
            return Ok(());
        }
        write!(f, " {}-bit precision", bits.precision)?;
        if bits.offset != 0 {
            write!(f, " at bit {}", bits.offset)?;
        }
        Ok(())
    }
}

fn order(order: ByteOrder) -> &'static str {
    match order {
        ByteOrder::Little => "little-endian",
        ByteOrder::Big => "big-endian",
        ByteOrder::Vax => "mixed-endian",
    }
}

fn string(text: Text, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match text.length {
        None => f.write_str("H5T_STRING { STRSIZE H5T_VARIABLE; ")?,
        Some(length) => write!(f, "H5T_STRING {{ STRSIZE {length}; ")?,
    }
    match text.pad {
        Pad::NullTerm => f.write_str("STRPAD H5T_STR_NULLTERM; ")?,
        Pad::NullPad => f.write_str("STRPAD H5T_STR_NULLPAD; ")?,
        Pad::SpacePad => f.write_str("STRPAD H5T_STR_SPACEPAD; ")?,
        Pad::Other(n) => write!(f, "STRPAD {n}; ")?,
    }
    match text.charset {
        Charset::Ascii => f.write_str("CSET H5T_CSET_ASCII; ")?,
        Charset::Utf8 => f.write_str("CSET H5T_CSET_UTF8; ")?,
        Charset::Other(n) => write!(f, "CSET {n}; ")?,
    }
    f.write_str("CTYPE H5T_C_S1; }")
}

impl Float {
    /// The bits of IEEE 754's format that this is: 16, 32 or 64.
    pub fn ieee(&self, size: usize) -> Option<u32> {
        let (bits, exponent, mantissa, bias) = match size {
            2 => (16, (10, 5), (0, 10), 15),
            4 => (32, (23, 8), (0, 23), 127),
            8 => (64, (52, 11), (0, 52), 1023),
            _ => return None,
        };
        let same = self.bits.offset == 0
            && self.bits.precision == bits
            && self.bits.order != ByteOrder::Vax
            && Some(self.sign) == bits.checked_sub(1)
            && (self.exponent, self.mantissa, self.bias) == (exponent, mantissa, bias)
            && self.norm == Norm::Implied;
        same.then_some(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(size: usize, order: ByteOrder, precision: u32, signed: bool) -> Datatype {
        let bits = Bits { order, offset: 0, precision };
        Datatype { size, class: Class::Integer(Integer { bits, signed }) }
    }

    #[test]
    fn predefined_types_have_their_names_and_others_words() {
        assert_eq!(integer(4, ByteOrder::Big, 32, true).to_string(), "H5T_STD_I32BE");
        assert_eq!(integer(2, ByteOrder::Little, 16, false).to_string(), "H5T_STD_U16LE");
        assert_eq!(
            integer(4, ByteOrder::Little, 17, true).to_string(),
            "32-bit little-endian signed integer 17-bit precision"
        );
    }

    #[test]
    fn nested_types_are_one_line() {
        let int = integer(1, ByteOrder::Little, 8, true);
        let member = super::super::Member { name: "a".into(), offset: 0, datatype: int.clone() };
        let compound = Datatype { size: 1, class: Class::Compound(vec![member]) };
        let array = Class::Array { of: Box::new(compound), dims: stream_core::Dims::from([2, 3]) };
        let array = Datatype { size: 6, class: array };
        assert_eq!(array.to_string(), "H5T_ARRAY { [2][3] H5T_COMPOUND { H5T_STD_I8LE \"a\"; } }");
    }
}
