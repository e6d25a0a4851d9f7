//! The superblock (clause II.A): where the file begins and ends.

use stream_core::{Context, Error, ErrorKind, Result};

use crate::Defect;
use crate::storage::lookup3;

/// The bytes that begin every HDF5 file, at 0, 512, 1024 and so on.
pub(crate) const SIGNATURE: &[u8; 8] = b"\x89HDF\r\n\x1a\n";

/// Where the consistency flags stand in versions 2 and 3: a byte.
const FLAGS: usize = 11;
/// Where they stand in versions 0 and 1: the first of four bytes.
const FLAGS_OLD: usize = 20;

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
    /// Its file consistency flags: [`Superblock::WRITE_ACCESS`] and [`Superblock::SWMR_ACCESS`] and what else is set.
    pub consistency_flags: u8,
}

/// Bytes that the library is shown in place of the file's own.
#[derive(Debug)]
pub(crate) struct Shown {
    at: u64,
    bytes: Vec<u8>,
}

impl Shown {
    /// Puts them where they stand in what was read from `at` on.
    pub(crate) fn over(&self, at: u64, read: &mut [u8]) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let to = read.get_mut(place(self.at.saturating_sub(at))..).unwrap_or_default();
        let from = self.bytes.get(place(at.saturating_sub(self.at))..).unwrap_or_default();
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

impl Superblock {
    /// The flag of a file that is open for writing.
    pub const WRITE_ACCESS: u8 = 1;
    /// The flag of a file that is open for writing while others read it (single writer, multiple readers).
    pub const SWMR_ACCESS: u8 = 4;
    /// All flags that libhdf5 knows: the third says that the file was checked.
    const KNOWN: u8 = 7;

    /// Whether the file is marked as being written: it is, or it was never closed.
    pub fn is_open(&self) -> bool {
        self.consistency_flags & (Self::WRITE_ACCESS | Self::SWMR_ACCESS) != 0
    }

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
            0 => (13, FLAGS_OLD, 24usize),
            1 => (13, FLAGS_OLD, 28),
            2 | 3 => (9, FLAGS, 12),
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
        let consistency_flags = byte(flags)?;
        Ok(Self { offset, version, offset_size, length_size, base, end, consistency_flags })
    }

    /// The superblock without the mark of being written, which keeps libhdf5 from opening a file; `None` where there is no mark, or
    /// where flags or checksum are broken: that is for the library to say. Reads 96 bytes.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn unmarked(&self, cx: &Context) -> Result<Option<Shown>> {
        if !self.is_open() || self.consistency_flags & !Self::KNOWN != 0 {
            return Ok(None);
        }
        let mut head = [0u8; 96];
        let found = cx.read_full_at(self.offset, &mut head)?;
        let head = head.get(..found).unwrap_or_default();
        Ok(self.cleared(head).map(|bytes| Shown { at: self.offset, bytes }))
    }

    /// The start of `head` with the flags cleared and the checksum, if it has one and it was right, of what it is then.
    fn cleared(&self, head: &[u8]) -> Option<Vec<u8>> {
        if self.version < 2 {
            let mut bytes = head.get(..FLAGS_OLD.checked_add(4)?)?.to_vec();
            *bytes.get_mut(FLAGS_OLD)? = 0;
            return Some(bytes);
        }
        let summed = usize::from(self.offset_size).checked_mul(4)?.checked_add(12)?;
        let (body, sum) = head.split_at_checked(summed)?;
        if *sum.first_chunk()? != lookup3(body).to_le_bytes() {
            return None;
        }
        let mut bytes = body.to_vec();
        *bytes.get_mut(FLAGS)? = 0;
        let sum = lookup3(&bytes).to_le_bytes();
        bytes.extend(sum);
        Some(bytes)
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
