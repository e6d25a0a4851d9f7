//! Data elements as bytes, explicit VR little endian (PS3.5 section 7.1.2).

/// Group and element number.
#[derive(Clone, Copy)]
pub(super) struct Tag(pub(super) u16, pub(super) u16);

const ITEM: Tag = Tag(0xFFFE, 0xE000);

/// A run of elements in tag order.
#[derive(Default)]
pub(super) struct Elements(Vec<u8>);

impl Elements {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A value that has an even length already.
    pub(super) fn bytes(&mut self, tag: Tag, vr: &[u8; 2], value: &[u8]) {
        if matches!(vr, b"OB" | b"OW" | b"SQ" | b"UN" | b"UT") {
            self.0.extend_from_slice(&long_header(tag, vr, even(value.len())));
        } else {
            self.tag(tag);
            self.0.extend_from_slice(vr);
            self.0.extend_from_slice(&(even(value.len()) as u16).to_le_bytes());
        }
        self.0.extend_from_slice(value);
    }

    /// Text, padded to an even length: UIDs with NUL, all else with a space (PS3.5 section 6.2).
    pub(super) fn text(&mut self, tag: Tag, vr: &[u8; 2], value: &str) {
        let mut bytes = value.as_bytes().to_vec();
        if bytes.len() % 2 == 1 {
            bytes.push(if vr == b"UI" { 0 } else { b' ' });
        }
        self.bytes(tag, vr, &bytes);
    }

    pub(super) fn short(&mut self, tag: Tag, value: u16) {
        self.bytes(tag, b"US", &value.to_le_bytes());
    }

    /// A sequence and its items, all of defined length.
    pub(super) fn sequence(&mut self, tag: Tag, items: &[Self]) {
        let mut value = Self::default();
        for item in items {
            value.tag(ITEM);
            value.0.extend_from_slice(&even(item.0.len()).to_le_bytes());
            value.0.extend_from_slice(&item.0);
        }
        self.bytes(tag, b"SQ", &value.0);
    }

    fn tag(&mut self, tag: Tag) {
        self.0.extend_from_slice(&tag.0.to_le_bytes());
        self.0.extend_from_slice(&tag.1.to_le_bytes());
    }
}

/// The header of an element with a 32-bit length.
pub(super) fn long_header(tag: Tag, vr: &[u8; 2], length: u32) -> Vec<u8> {
    let mut header = Elements::default();
    header.tag(tag);
    header.0.extend_from_slice(vr);
    header.0.extend_from_slice(&[0, 0]);
    header.0.extend_from_slice(&length.to_le_bytes());
    header.0
}

/// A length as the standard's 32 bits; what is made here is small and even.
pub(super) fn even(length: usize) -> u32 {
    debug_assert!(length.is_multiple_of(2), "values have an even length (PS3.5 section 7.1.1)");
    length as u32
}
