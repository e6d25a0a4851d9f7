//! The superblock (clause II.A): where the file begins and ends.

use stream_core::{Context, Error, ErrorKind, Result};

use crate::Defect;

/// The bytes that begin every HDF5 file, at 0, 512, 1024 and so on.
pub(crate) const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// What the superblock says of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// Where it stands: after the user block.
    pub offset: u64,
    /// Its version, 0 to 3.
    pub version: u8,
    /// Bytes of an address.
    pub offset_size: u8,
    /// Bytes of a length.
    pub length_size: u8,
    /// Where addresses count from, as it says.
    pub base: u64,
    /// The byte after the last of the file, as it says.
    pub end: u64,
    /// Whether the file is marked as being written, or was never closed.
    pub is_open: bool,
}

impl Superblock {
    /// Finds and reads it. The source must be random; reads 96 bytes at each place where it may stand.
    ///
    /// # Errors
    /// `Malformed` without a signature, for an unknown version and for sizes that no file has; `Truncated`.
    pub fn read(cx: &Context) -> Result<Self> {
        let size = cx.source().size().unwrap_or(u64::MAX);
        let mut head = [0u8; 96];
        let mut offset = 0u64;
        loop {
            let found = cx.read_full_at(offset, &mut head)?;
            let bytes = head.get(..found).unwrap_or_default();
            if bytes.starts_with(SIGNATURE) {
                return Self::parse(offset, bytes);
            }
            offset = if offset == 0 { 512 } else { offset.saturating_mul(2) };
            if offset >= size || found == 0 {
                return Err(Defect::NoSignature.at(0));
            }
        }
    }

    fn parse(offset: u64, bytes: &[u8]) -> Result<Self> {
        let ended = || {
            let end = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(0));
            Error::truncated(end, format!("superblock cut short (found {} bytes)", bytes.len()))
        };
        let byte = |at: usize| bytes.get(at).copied().ok_or_else(ended);
        let version = byte(8)?;
        // after the signature: sizes at 13 and 14 in versions 0 and 1, at 9 and 10 later; then addresses
        let (sizes, flags, addresses) = match version {
            0 => (13, None, 24usize),
            1 => (13, None, 28),
            2 | 3 => (9, Some(11), 12),
            found => return Err(Defect::SuperblockVersion { found }.at(offset)),
        };
        let (offset_size, length_size) = (byte(sizes)?, byte(sizes.saturating_add(1))?);
        for found in [offset_size, length_size] {
            if !matches!(found, 2 | 4 | 8 | 16) {
                return Err(Defect::SuperblockSizes { found }.at(offset));
            }
        }
        let wide = usize::from(offset_size);
        let address = |index: usize| -> Result<u64> {
            let start = addresses.saturating_add(index.saturating_mul(wide));
            let raw = bytes.get(start..start.saturating_add(wide)).ok_or_else(ended)?;
            Ok(raw.iter().rev().fold(0u64, |n, &b| n.checked_shl(8).unwrap_or(0) | u64::from(b)))
        };
        // both have base, then the superblock's extension or the free space, then the end
        let (base, end) = (address(0)?, address(2)?);
        let is_open = match flags {
            Some(at) => byte(at)? & 5 != 0,
            None => false,
        };
        Ok(Self { offset, version, offset_size, length_size, base, end, is_open })
    }

    /// Refuses what no library should be shown.
    pub(crate) fn check(&self) -> Result<()> {
        if self.offset_size > 8 || self.length_size > 8 {
            let message = "superblock: addresses of 16 bytes";
            return Err(Error::new(ErrorKind::Unsupported, message).at(self.offset));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::MemorySource;
    use stream_core::memory::Budget;

    fn read(bytes: &[u8]) -> Result<Superblock> {
        let source = Arc::new(MemorySource::new(bytes.to_vec()));
        Superblock::read(&Context::new(source, &Budget::new("b", 1 << 20)))
    }

    #[test]
    fn a_superblock_behind_a_user_block_is_found() {
        let mut file = vec![0u8; 1024];
        file.extend(SIGNATURE);
        file.extend([2, 8, 8, 0]);
        file.extend(1024u64.to_le_bytes());
        file.extend(u64::MAX.to_le_bytes());
        file.extend(4096u64.to_le_bytes());
        let found = read(&file).unwrap();
        assert_eq!((found.offset, found.base, found.end, found.version), (1024, 1024, 4096, 2));
    }

    #[test]
    fn a_file_without_a_signature_is_malformed() {
        assert_eq!(read(&[0; 4096]).unwrap_err().kind(), ErrorKind::Malformed);
        assert_eq!(read(&[]).unwrap_err().kind(), ErrorKind::Malformed);
    }

    #[test]
    fn a_superblock_that_is_cut_short_says_so() {
        let mut file = SIGNATURE.to_vec();
        file.extend([0, 0, 0]);
        assert_eq!(read(&file).unwrap_err().kind(), ErrorKind::Truncated);
    }
}
