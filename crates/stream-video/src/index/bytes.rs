//! Integers at a place of a slice; `None` where the slice is too short.

fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    let end = at.checked_add(N)?;
    bytes.get(at..end)?.try_into().ok()
}

/// Two bytes, big-endian.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    take(bytes, at).map(u16::from_be_bytes)
}

/// Four bytes, big-endian.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    take(bytes, at).map(u32::from_be_bytes)
}

/// Four bytes, big-endian, two's complement.
pub(crate) fn be_i32(bytes: &[u8], at: usize) -> Option<i32> {
    take(bytes, at).map(i32::from_be_bytes)
}

/// Eight bytes, big-endian.
pub(crate) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    take(bytes, at).map(u64::from_be_bytes)
}

/// Two bytes, little-endian.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    take(bytes, at).map(u16::from_le_bytes)
}

/// Four bytes, little-endian.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    take(bytes, at).map(u32::from_le_bytes)
}

/// Eight bytes, little-endian.
pub(crate) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    take(bytes, at).map(u64::from_le_bytes)
}

/// A code of four characters.
pub(crate) fn fourcc(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    take(bytes, at)
}
