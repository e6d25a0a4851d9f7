//! What follows the last HDU.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::{Reader, State};
use crate::Defect;

impl Reader {
    /// No header follows: `found` bytes stand at its place, which may `start` one.
    pub(super) fn end(&mut self, found: usize, starts: bool) -> Result<bool> {
        let last = self.number.saturating_sub(1);
        let found = u64::try_from(found).unwrap_or(u64::MAX);
        if found > 0 {
            if starts {
                let end = self.next.saturating_add(found);
                self.number = self.number.saturating_add(1);
                return Err(Error::truncated(end, "header cut short within its first card"));
            }
            self.deviate(Defect::TrailingBytes, last, self.next)?;
            self.state = State::Ended;
            return Ok(false);
        }
        // a source that only goes forward knows its size now
        let size = self.cx.source().size().unwrap_or(self.next);
        if size > self.next && self.cx.is_random() {
            let message = format!("file ends here, and had {size} bytes when it was opened");
            return Err(Error::truncated(self.next, message));
        }
        if size < self.data_end && self.data_len > 0 {
            let missing = self.data_end.saturating_sub(size);
            let (expected, found) = (self.data_len, self.data_len.saturating_sub(missing));
            let message = format!("data cut short (expected {expected} bytes, found {found})");
            return Err(Error::truncated(size, message));
        }
        if size < self.next {
            let missing = self.next.saturating_sub(size);
            self.deviate(Defect::PaddingMissing { missing }, last, size)?;
        }
        self.state = State::Ended;
        Ok(false)
    }
}
