//! Metadata: bounded positioned reads, and fields of bytes.

use stream_core::memory::Buf;
use stream_core::{Context, Result};

use super::defect::Defect;
use super::lookup3::lookup3;

/// The longest single structure that is read at once. Nodes and blocks of files in use are of some kilobytes; a data block of an
/// extensible array without pages has at most some megabytes.
const LONGEST: u64 = 64 << 20;

/// The file's metadata: where addresses count from and how wide they are.
pub(super) struct Meta<'a> {
    pub(super) cx: &'a Context,
    pub(super) base: u64,
    pub(super) offset_size: usize,
    pub(super) length_size: usize,
}

impl Meta<'_> {
    /// Bytes of the file; the largest number where that is not known.
    pub(super) fn file(&self) -> u64 {
        self.cx.source().size().unwrap_or(u64::MAX)
    }

    /// Where an address lies in the file.
    pub(super) fn place(&self, address: u64) -> u64 {
        self.base.saturating_add(address)
    }

    /// `length` bytes at `address`.
    pub(super) fn read(&self, address: u64, length: u64, of: &'static str) -> Result<Block> {
        let at = self.place(address);
        let file = self.file();
        if at.checked_add(length).is_none_or(|end| end > file) {
            return Err(Defect::BeyondEnd { of, length, file }.at(at));
        }
        self.read_up_to(address, length, of)
    }

    /// Up to `length` bytes at `address`: fewer where the file ends.
    pub(super) fn read_up_to(&self, address: u64, length: u64, of: &'static str) -> Result<Block> {
        let at = self.place(address);
        let file = self.file();
        if at >= file && length > 0 {
            return Err(Defect::BeyondEnd { of, length, file }.at(at));
        }
        let length = length.min(file.saturating_sub(at));
        let too_long = || Defect::Value { of, found: length }.at(at);
        if length > LONGEST {
            return Err(too_long());
        }
        let mut bytes = self.cx.buf(usize::try_from(length).map_err(|_| too_long())?)?;
        self.cx.read_exact_at(at, &mut bytes)?;
        Ok(Block { bytes, at, of })
    }
}

/// A structure in memory.
pub(super) struct Block {
    bytes: Buf,
    /// Its place in the file.
    at: u64,
    of: &'static str,
}

impl Block {
    /// Its fields from byte `from` on.
    pub(super) fn fields(&self, from: usize) -> Fields<'_> {
        Fields { all: &self.bytes, next: from, at: self.at, of: self.of }
    }

    /// Checks that the last four of the bytes `from..to` are the sum of the others.
    pub(super) fn check(&self, from: usize, to: usize) -> Result<()> {
        let short = || Defect::Short { of: self.of }.at(self.at);
        let bytes = self.bytes.get(from..to).ok_or_else(short)?;
        let (body, sum) = bytes.split_last_chunk::<4>().ok_or_else(short)?;
        let (expected, found) = (u32::from_le_bytes(*sum), lookup3(body));
        if expected != found {
            let from = u64::try_from(from).unwrap_or(u64::MAX);
            let defect = Defect::Checksum { of: self.of, expected, found };
            return Err(defect.at(self.at.saturating_add(from)));
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Little-endian fields, one after the other.
pub(super) struct Fields<'a> {
    all: &'a [u8],
    next: usize,
    at: u64,
    of: &'static str,
}

impl<'a> Fields<'a> {
    /// Where the next field stands in the file.
    pub(super) fn place(&self) -> u64 {
        self.at.saturating_add(u64::try_from(self.next).unwrap_or(u64::MAX))
    }

    /// Where the next field stands in the block.
    pub(super) fn position(&self) -> usize {
        self.next
    }

    /// How many bytes are left.
    pub(super) fn left(&self) -> usize {
        self.all.len().saturating_sub(self.next)
    }

    /// Ends the fields at byte `end` of the block.
    pub(super) fn end_at(mut self, end: usize) -> Self {
        self.all = self.all.get(..end).unwrap_or(self.all);
        self
    }

    pub(super) fn bytes(&mut self, n: usize) -> Result<&'a [u8]> {
        let end = self.next.checked_add(n);
        match end.and_then(|end| self.all.get(self.next..end)) {
            Some(bytes) => {
                self.next = self.next.saturating_add(n);
                Ok(bytes)
            }
            None => Err(Defect::Short { of: self.of }.at(self.place())),
        }
    }

    /// A number of up to 8 bytes.
    pub(super) fn number(&mut self, size: usize) -> Result<u64> {
        let from = self.place();
        let bytes = self.bytes(size)?;
        let mut all = [0; 8];
        match all.get_mut(..size) {
            Some(to) => to.copy_from_slice(bytes),
            None => return Err(Defect::Value { of: "width of a number", found: from }.at(from)),
        }
        Ok(u64::from_le_bytes(all))
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?.first().copied().unwrap_or(0))
    }

    pub(super) fn u16(&mut self) -> Result<u16> {
        Ok(u16::try_from(self.number(2)?).unwrap_or(0))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        Ok(u32::try_from(self.number(4)?).unwrap_or(0))
    }

    /// An address; `None` where it is undefined: all bits set.
    pub(super) fn address(&mut self, meta: &Meta<'_>) -> Result<Option<u64>> {
        let address = self.number(meta.offset_size)?;
        let undefined = match meta.offset_size {
            8 => u64::MAX,
            // at most 7 bytes: the shift fits
            n => (1u64 << (n.min(7).saturating_mul(8))).saturating_sub(1),
        };
        Ok((address != undefined).then_some(address))
    }

    /// A length.
    pub(super) fn length(&mut self, meta: &Meta<'_>) -> Result<u64> {
        self.number(meta.length_size)
    }

    /// Checks a signature and the version 0 behind it.
    pub(super) fn signature(&mut self, expected: &[u8; 4]) -> Result<()> {
        let from = self.place();
        let found = self.bytes(4)?;
        if found != expected {
            let found = found.try_into().unwrap_or_default();
            return Err(Defect::Signature { expected: *expected, found }.at(from));
        }
        Ok(())
    }

    /// Checks that the next byte is `version`.
    pub(super) fn version(&mut self, version: u8) -> Result<()> {
        let from = self.place();
        match self.u8()? {
            found if found == version => Ok(()),
            found => Err(Defect::Version { of: self.of, found }.at(from)),
        }
    }
}
