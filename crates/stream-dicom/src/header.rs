//! Bytes to the header of an element: PS3.5 7.1.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Tag, VR, vr};

/// How element headers and numbers are written: PS3.5 7.1 and 7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding {
    /// Whether each element states its VR.
    pub explicit: bool,
    /// The order of bytes within a number.
    pub order: ByteOrder,
}

/// The order of bytes within a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant byte first.
    Little,
    /// The most significant byte first: Explicit VR Big Endian (PS3.5 A.3, retired).
    Big,
}

impl Encoding {
    /// PS3.5 A.1.
    pub const IMPLICIT_LITTLE: Self = Self { explicit: false, order: ByteOrder::Little };
    /// PS3.5 A.2.
    pub const EXPLICIT_LITTLE: Self = Self { explicit: true, order: ByteOrder::Little };
    /// PS3.5 A.3, retired.
    pub const EXPLICIT_BIG: Self = Self { explicit: true, order: ByteOrder::Big };
    /// Never allowed; written by some early devices.
    pub const IMPLICIT_BIG: Self = Self { explicit: false, order: ByteOrder::Big };

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match (self.explicit, self.order) {
            (false, ByteOrder::Little) => "implicit VR little endian",
            (true, ByteOrder::Little) => "explicit VR little endian",
            (true, ByteOrder::Big) => "explicit VR big endian",
            (false, ByteOrder::Big) => "implicit VR big endian",
        }
    }
}

impl ByteOrder {
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let pair = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self == Self::Little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let four = *bytes.get(at..)?.first_chunk::<4>()?;
        Some(if self == Self::Little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    pub(crate) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let eight = *bytes.get(at..)?.first_chunk::<8>()?;
        Some(if self == Self::Little {
            u64::from_le_bytes(eight)
        } else {
            u64::from_be_bytes(eight)
        })
    }

    pub(crate) fn tag(self, bytes: &[u8]) -> Option<Tag> {
        Some(Tag(self.u16(bytes, 0)?, self.u16(bytes, 2)?))
    }
}

/// The tag of an item: PS3.5 7.5.
pub(crate) const ITEM: Tag = Tag(0xfffe, 0xe000);
/// Ends an item of undefined length.
pub(crate) const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
/// Ends a sequence of undefined length.
pub(crate) const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);
/// The length that says that a delimiter follows: PS3.5 7.1.1.
pub(crate) const UNDEFINED: u32 = 0xffff_ffff;
/// The longest header: explicit VR with a 32-bit length.
pub(crate) const LONGEST: usize = 12;

/// What the header says of the VR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    /// Implicit VR, or an item.
    Nothing,
    Known(VR),
    /// Two bytes that are no VR of PS3.5 6.2.
    Other([u8; 2]),
}

/// A header as it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) tag: Tag,
    pub(crate) vr: Stated,
    pub(crate) length: u32,
    /// Bytes of the header: 8 or 12.
    pub(crate) size: u8,
    /// The two bytes that PS3.5 7.1.2 reserves.
    pub(crate) reserved: u16,
}

/// Reads the header that `bytes` start with; `None` when they are too few ([`LONGEST`] always suffice).
///
/// A VR of two capital letters that the standard does not know is taken as a future one with a 32-bit length, any other as a
/// broken one with 16 bits: the standard adds long forms only (PS3.5 6.2 note), and old devices wrote `??`.
pub(crate) fn parse(bytes: &[u8], encoding: Encoding) -> Option<Header> {
    let order = encoding.order;
    let tag = order.tag(bytes)?;
    if !encoding.explicit || tag.group() == ITEM.group() {
        let length = order.u32(bytes, 4)?;
        return Some(Header { tag, vr: Stated::Nothing, length, size: 8, reserved: 0 });
    }
    let two = *bytes.get(4..)?.first_chunk::<2>()?;
    let (vr, long) = match vr::from_bytes(two) {
        Some(vr) => (Stated::Known(vr), vr::is_long_form(vr)),
        None => (Stated::Other(two), two.iter().all(u8::is_ascii_uppercase)),
    };
    let word = order.u16(bytes, 6)?;
    Some(if long {
        Header { tag, vr, length: order.u32(bytes, 8)?, size: 12, reserved: word }
    } else {
        Header { tag, vr, length: u32::from(word), size: 8, reserved: 0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_header_is_read() {
        let short = parse(b"\x10\0\x10\0PN\x04\0A^B ", Encoding::EXPLICIT_LITTLE).unwrap();
        assert_eq!((short.tag, short.length, short.size), (Tag(0x10, 0x10), 4, 8));
        let long = parse(b"\xe0\x7f\x10\0OW\0\0\x02\x01\0\0", Encoding::EXPLICIT_LITTLE).unwrap();
        assert_eq!((long.vr, long.length, long.size), (Stated::Known(VR::OW), 0x102, 12));
        let implicit = parse(b"\x10\0\x10\0\x04\0\0\0", Encoding::IMPLICIT_LITTLE).unwrap();
        assert_eq!((implicit.vr, implicit.length, implicit.size), (Stated::Nothing, 4, 8));
        let big = parse(b"\0\x28\0\x10US\0\x02", Encoding::EXPLICIT_BIG).unwrap();
        assert_eq!((big.tag, big.length), (Tag(0x28, 0x10), 2));
        let item = parse(b"\xfe\xff\0\xe0\xff\xff\xff\xff", Encoding::EXPLICIT_LITTLE).unwrap();
        assert_eq!((item.tag, item.length, item.size), (ITEM, UNDEFINED, 8));
    }

    #[test]
    fn an_unknown_vr_in_capitals_has_a_long_length_and_any_other_a_short_one() {
        let future = parse(b"\x09\0\x10\0ZZ\0\0\x04\0\0\0", Encoding::EXPLICIT_LITTLE).unwrap();
        assert_eq!((future.vr, future.length, future.size), (Stated::Other(*b"ZZ"), 4, 12));
        let broken = parse(b"\x09\0\x10\0??\x04\0", Encoding::EXPLICIT_LITTLE).unwrap();
        assert_eq!((broken.length, broken.size), (4, 8));
    }

    #[test]
    fn a_header_that_is_cut_short_is_not_read() {
        let whole = b"\xe0\x7f\x10\0OW\0\0\x02\x01\0\0";
        for cut in 0..whole.len() {
            assert_eq!(parse(&whole[..cut], Encoding::EXPLICIT_LITTLE), None, "{cut}");
        }
    }
}
