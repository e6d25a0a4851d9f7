//! Reading the header's numbers one after the other.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Window};

use crate::{Defect, Version};

/// Bytes of a header that one read brings.
const WINDOW: usize = 16 * 1024;

/// A position in the header, which only grows.
pub(super) struct Cursor {
    window: Window,
    pub(super) at: u64,
    end: u64,
    version: Version,
}

impl Cursor {
    /// At the start of a file of `end` bytes.
    pub(super) fn new(cx: Context, end: u64, version: Version) -> Self {
        Self { window: Window::new(cx, WINDOW), at: 0, end, version }
    }

    /// Bytes from here to the end of the file.
    pub(super) fn rest(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// The next `len` bytes, which are at most a window.
    pub(super) fn bytes(&mut self, len: usize) -> Result<&[u8]> {
        let at = self.at;
        let found = self.window.at(at, len)?.len();
        if found < len {
            let end = at.saturating_add(u64::try_from(found).unwrap_or(0));
            return Err(Error::truncated(
                end,
                format!("header ends early (expected {len} bytes, found {found})"),
            ));
        }
        self.at = at.saturating_add(u64::try_from(len).unwrap_or(0));
        Ok(self.window.held_slice(at).get(..len).unwrap_or_default())
    }

    /// Passes over `len` bytes without reading them.
    pub(super) fn skip(&mut self, len: u64) -> Result<()> {
        if len > self.rest() {
            return Err(Error::truncated(
                self.end,
                format!("header ends early (expected {len} bytes, found {})", self.rest()),
            ));
        }
        self.at = self.at.saturating_add(len);
        Ok(())
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        let bytes = self.bytes(4)?;
        Ok(bytes.try_into().map_or(0, u32::from_be_bytes))
    }

    fn u64(&mut self) -> Result<u64> {
        let bytes = self.bytes(8)?;
        Ok(bytes.try_into().map_or(0, u64::from_be_bytes))
    }

    /// `NON_NEG`: 32 bits, or 64 in CDF-5.
    pub(super) fn non_neg(&mut self) -> Result<u64> {
        if self.version == Version::Data64 { self.u64() } else { Ok(u64::from(self.u32()?)) }
    }

    /// Bytes of a `NON_NEG`.
    pub(super) fn word(&self) -> u64 {
        if self.version == Version::Data64 { 8 } else { 4 }
    }

    /// `OFFSET`: 32 bits in CDF-1, else 64.
    pub(super) fn offset(&mut self) -> Result<u64> {
        if self.version == Version::Classic { Ok(u64::from(self.u32()?)) } else { self.u64() }
    }

    /// `nelems` of things of at least `least` bytes each, all of which must still fit the file.
    pub(super) fn nelems(&mut self, what: &'static str, least: u64) -> Result<u64> {
        let at = self.at;
        let count = self.non_neg()?;
        let room = self.rest().checked_div(least.max(1)).unwrap_or(0);
        if count > room {
            return Err(Defect::CountBeyondFile { what, expected: room, found: count }.at(at));
        }
        Ok(count)
    }

    /// The bytes up to the next multiple of four, and whether all of them are zero.
    pub(super) fn padding(&mut self, len: u64) -> Result<bool> {
        let pad = usize::try_from(padding(len)).unwrap_or(0);
        // the last padding of a header may be missing with all of the data
        Ok(self.bytes(pad)?.iter().all(|&b| b == 0))
    }
}

/// Bytes from `len` to the next multiple of four.
pub(crate) fn padding(len: u64) -> u64 {
    len.wrapping_neg() & 3
}
