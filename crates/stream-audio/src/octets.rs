//! Bytes of a header, one behind another, wherever they stand.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use crate::input::Input;

/// Where a byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// The byte of the file.
    pub offset: u64,
    /// The logical stream, and how many bytes follow it there, where the bytes are cut by Ogg pages.
    pub ogg: Option<(u32, u32)>,
}

/// Bytes that are taken onwards.
pub(crate) trait Octets {
    /// Where the next byte stands.
    ///
    /// # Errors
    /// What reading gives.
    fn spot(&mut self) -> Result<Spot>;

    /// Puts up to `limit` bytes into `bytes`, which it empties first; fewer at the end.
    ///
    /// # Errors
    /// `OverBudget`, what reading gives.
    fn take(&mut self, limit: usize, bytes: &mut ChargedVec<u8>) -> Result<()>;

    /// Passes over `count` bytes, or to the end.
    ///
    /// # Errors
    /// What reading gives.
    fn skip(&mut self, count: u64) -> Result<()>;
}

impl Octets for Input {
    fn spot(&mut self) -> Result<Spot> {
        Ok(Spot { offset: self.pos(), ogg: None })
    }

    fn take(&mut self, limit: usize, bytes: &mut ChargedVec<u8>) -> Result<()> {
        bytes.clear();
        let held = self.peek(limit)?;
        bytes.extend(held)?;
        let taken = u64::try_from(held.len()).unwrap_or(0);
        Input::skip(self, taken);
        Ok(())
    }

    fn skip(&mut self, count: u64) -> Result<()> {
        let count = count.min(self.left());
        Input::skip(self, count);
        Ok(())
    }
}
