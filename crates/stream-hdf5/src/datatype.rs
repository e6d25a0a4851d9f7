//! What an element is: the datatype message (clause IV.A.2.d), whole.

mod ddl;
mod dtype;
mod element;

use stream_core::Dims;

pub use crate::storage::ByteOrder;
pub use crate::storage::Norm;

/// A datatype, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Datatype {
    /// Bytes of one element; for types with parts of variable length, in memory.
    pub size: usize,
    /// What the bytes mean.
    pub class: Class,
}

/// The classes of datatypes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Class {
    /// Fixed-point numbers.
    Integer(Integer),
    /// Floating-point numbers.
    Float(Float),
    /// Class 2, which no version of the library ever converted: seconds, in some form.
    Time(Bits),
    /// Text.
    String(Text),
    /// Bits without the meaning of a number.
    Bitfield(Bits),
    /// Bytes with a tag that says what they are.
    Opaque {
        /// The tag.
        tag: String,
    },
    /// Named members.
    Compound(Vec<Member>),
    /// References to objects or regions.
    Reference(Reference),
    /// Named values of an integer type.
    Enum(Enumeration),
    /// Any number of elements.
    Vlen(Box<Datatype>),
    /// Complex numbers of HDF5 2.0: real and imaginary part, one after the other, each of this type.
    Complex(Box<Datatype>),
    /// A fixed array as one element.
    Array {
        /// What it has.
        of: Box<Datatype>,
        /// Its extents, slowest first.
        dims: Dims,
    },
}

/// Where the bits of a number stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bits {
    /// In which order its bytes stand.
    pub order: ByteOrder,
    /// The lowest bit that counts.
    pub offset: u32,
    /// How many bits count.
    pub precision: u32,
}

/// A fixed-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    /// Where its bits stand.
    pub bits: Bits,
    /// Whether it is two's complement.
    pub signed: bool,
}

/// A floating-point number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Float {
    /// Where its bits stand.
    pub bits: Bits,
    /// The bit that is the sign.
    pub sign: u32,
    /// The exponent's lowest bit and how many it has.
    pub exponent: (u32, u32),
    /// The mantissa's lowest bit and how many it has.
    pub mantissa: (u32, u32),
    /// What is added to an exponent to write it.
    pub bias: u64,
    /// How the mantissa is written.
    pub norm: Norm,
}

/// How a text fills its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pad {
    /// A zero byte ends it.
    NullTerm,
    /// Zero bytes fill the field.
    NullPad,
    /// Spaces fill the field.
    SpacePad,
    /// Another number.
    Other(u8),
}

/// How characters are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// US-ASCII.
    Ascii,
    /// UTF-8.
    Utf8,
    /// Another number.
    Other(u8),
}

/// A text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// Bytes of the field; `None` for texts of any length.
    pub length: Option<usize>,
    /// How it fills the field.
    pub pad: Pad,
    /// How characters are written.
    pub charset: Charset,
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An object, by the address of its header.
    Object,
    /// Part of a dataset.
    Region,
    /// One of the kinds of version 1.12, which this library does not read.
    Other,
}

/// A member of a compound.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Where it stands in the compound, in bytes.
    pub offset: usize,
    /// What it is.
    pub datatype: Datatype,
}

/// Named values.
#[derive(Clone, Debug, PartialEq)]
pub struct Enumeration {
    /// The integer type of the values.
    pub base: Box<Datatype>,
    /// Names and values, in the order of the file.
    pub members: Vec<(String, i128)>,
}

impl Datatype {
    /// Whether every element has the same number of bytes, none of which leads elsewhere: such data is read without the library.
    pub fn is_fixed(&self) -> bool {
        match &self.class {
            Class::Vlen(_) | Class::Reference(_) => false,
            Class::String(text) => text.length.is_some(),
            Class::Compound(members) => members.iter().all(|m| m.datatype.is_fixed()),
            Class::Array { of, .. } => of.is_fixed(),
            _ => true,
        }
    }

    /// Whether it has references somewhere.
    pub fn has_references(&self) -> bool {
        match &self.class {
            Class::Reference(_) => true,
            Class::Compound(members) => members.iter().any(|m| m.datatype.has_references()),
            Class::Array { of, .. } | Class::Vlen(of) => of.has_references(),
            _ => false,
        }
    }

    /// Whether it has parts of variable length, which lie in the file's global heap.
    pub fn has_vlen(&self) -> bool {
        match &self.class {
            Class::Vlen(_) => true,
            Class::String(text) => text.length.is_none(),
            Class::Compound(members) => members.iter().any(|m| m.datatype.has_vlen()),
            Class::Array { of, .. } => of.has_vlen(),
            _ => false,
        }
    }
}
