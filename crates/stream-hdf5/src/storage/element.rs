//! How an element of the file becomes one of a chunk: packed, in the machine's byte order.

mod convert;

/// An element as the file stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Bytes of one element in the file, padding included: `H5Tget_size` of the stored type.
    pub stored: usize,
    /// How it is converted.
    pub convert: Convert,
}

/// How bytes of the file become bytes of a packed native element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Convert {
    /// This many bytes as they are: fixed strings, opaque, bytes, numbers that are native already.
    Copy(usize),
    /// A number of this many bytes in the other byte order.
    Swap(usize),
    /// An integer, enumeration or bit field that is no plain number of 1, 2, 4 or 8 bytes.
    Int(IntLayout),
    /// A float that is none of IEEE's 16, 32 and 64 bits.
    Float(FloatLayout),
    /// A fixed array: `count` elements of `of`, each `stored` bytes after the last.
    Repeat {
        /// How many.
        count: usize,
        /// Bytes of one in the file.
        stored: usize,
        /// How each is converted.
        of: Box<Convert>,
    },
    /// A compound: its members, packed in this order.
    Compound(Vec<Member>),
}

/// A member of a compound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where it stands in the compound.
    pub offset: usize,
    /// How it is converted.
    pub convert: Convert,
}

/// In which order a number's bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant first.
    Little,
    /// The most significant first.
    Big,
    /// VAX: pairs of bytes little-endian, the most significant pair first.
    Vax,
}

/// Integers of any precision (clause IV.A.2.d, class 0): bits `offset..offset + precision` of `size` bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntLayout {
    /// Bytes in the file, at most 16.
    pub size: usize,
    /// Their order.
    pub order: ByteOrder,
    /// The lowest bit that counts.
    pub offset: u32,
    /// How many bits count, at most 64.
    pub precision: u32,
    /// Whether the highest of them is a sign.
    pub signed: bool,
    /// Bytes of the native number: 1, 2, 4 or 8.
    pub native: usize,
}

/// How a float's mantissa is written (clause IV.A.2.d, class 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// As it is.
    None,
    /// The highest bit is always set, and written.
    MsbSet,
    /// The highest bit is always set, and not written.
    Implied,
}

/// Floats of any make: bfloat16, x87's 80 bits, quadruple, VAX. They become the nearest `f32` or `f64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatLayout {
    /// Bytes in the file, at most 16.
    pub size: usize,
    /// Their order.
    pub order: ByteOrder,
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
    /// Bytes of the native number: 4 or 8.
    pub native: usize,
}

impl Convert {
    /// Bytes of the packed native element; `None` when they do not fit memory.
    pub fn packed(&self) -> Option<usize> {
        match self {
            Self::Copy(n) | Self::Swap(n) => Some(*n),
            Self::Int(i) => Some(i.native),
            Self::Float(f) => Some(f.native),
            Self::Repeat { count, of, .. } => of.packed()?.checked_mul(*count),
            Self::Compound(members) => {
                members.iter().try_fold(0usize, |n, m| n.checked_add(m.convert.packed()?))
            }
        }
    }

    /// Bytes of the file that it looks at, from the element's first; `None` when they do not fit memory.
    pub fn reach(&self) -> Option<usize> {
        match self {
            Self::Copy(n) | Self::Swap(n) => Some(*n),
            Self::Int(i) => Some(i.size),
            Self::Float(f) => Some(f.size),
            Self::Repeat { count: 0, .. } => Some(0),
            Self::Repeat { count, stored, of } => {
                stored.checked_mul(count.checked_sub(1)?)?.checked_add(of.reach()?)
            }
            Self::Compound(members) => members
                .iter()
                .try_fold(0usize, |n, m| Some(n.max(m.offset.checked_add(m.convert.reach()?)?))),
        }
    }
}

impl Element {
    /// Elements that are native as they are stored.
    pub fn native(size: usize) -> Self {
        Self { stored: size, convert: Convert::Copy(size) }
    }

    /// Bytes of the packed native element; `None` when they do not fit memory.
    pub fn packed(&self) -> Option<usize> {
        self.convert.packed()
    }
}
