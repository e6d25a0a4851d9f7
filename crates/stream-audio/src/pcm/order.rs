//! Byte order: numbers out of bytes.
#![deny(clippy::arithmetic_side_effects)]

/// In which order the bytes of a number stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// The least significant byte first: RIFF.
    Little,
    /// The most significant byte first: RIFX, AIFF, CAF.
    Big,
}

macro_rules! number {
    ($name:ident, $t:ty) => {
        pub(crate) fn $name(self, bytes: &[u8], at: usize) -> Option<$t> {
            let bytes = bytes.get(at..)?.first_chunk()?;
            Some(match self {
                Self::Little => <$t>::from_le_bytes(*bytes),
                Self::Big => <$t>::from_be_bytes(*bytes),
            })
        }
    };
}

impl Order {
    number!(u16, u16);
    number!(u32, u32);
    number!(u64, u64);
    number!(f64, f64);
}
