//! A tag's bytes, with the scheme of unsynchronisation undone.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use crate::input::Input;

/// A position within a tag or frame (ID3v2.4 structure, 6.1): where `unsynchronised`, a zero behind each 0xff is left out.
pub(crate) struct Body {
    pub input: Input,
    pub unsynchronised: bool,
    after_ff: bool,
}

impl Body {
    pub(crate) fn new(input: Input, unsynchronised: bool) -> Self {
        Self { input, unsynchronised, after_ff: false }
    }

    /// Starts anew at a place, with another end.
    pub(crate) fn enter(&mut self, pos: u64, end: u64, unsynchronised: bool) {
        self.input.go(pos);
        self.input.set_end(end);
        self.unsynchronised = unsynchronised;
        self.after_ff = false;
    }

    /// The next byte; `None` at the end.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn byte(&mut self) -> Result<Option<u8>> {
        loop {
            let Some(&byte) = self.input.peek(1)?.first() else { return Ok(None) };
            self.input.skip(1);
            let filler = self.unsynchronised && self.after_ff && byte == 0;
            self.after_ff = byte == 0xff;
            if !filler {
                return Ok(Some(byte));
            }
        }
    }

    /// The next `N` bytes; `None` where the end comes first.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let mut bytes = [0; N];
        for slot in &mut bytes {
            let Some(byte) = self.byte()? else { return Ok(None) };
            *slot = byte;
        }
        Ok(Some(bytes))
    }

    /// Passes over `bytes` bytes as the tag counts them.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn skip(&mut self, bytes: u64) -> Result<()> {
        if !self.unsynchronised {
            self.input.skip(bytes);
            return Ok(());
        }
        for _ in 0..bytes {
            if self.byte()?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Up to `limit` of the next `length` bytes; the position is behind those that were taken.
    ///
    /// # Errors
    /// What reading gives, `OverBudget`.
    pub(crate) fn take(&mut self, limit: usize, into: &mut ChargedVec<u8>) -> Result<()> {
        into.clear();
        if !self.unsynchronised {
            let bytes = self.input.peek(limit)?;
            into.extend(bytes)?;
            let taken = u64::try_from(bytes.len()).unwrap_or(0);
            self.input.skip(taken);
            return Ok(());
        }
        while into.len() < limit {
            let Some(byte) = self.byte()? else { break };
            into.push(byte)?;
        }
        Ok(())
    }
}
