//! Where the source ends: cleanly, within something, or with padding.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result};

use super::{Outcome, Phase, Reader};
use crate::header::{self, LONGEST};
use crate::{ByteOrder, Defect, Tag};

impl Reader {
    /// The source ends where a header should start, or within it.
    pub(super) fn at_end(&mut self) -> Result<Outcome> {
        let held = self.input.peek(self.pos, LONGEST)?;
        let (len, zeros) = (held.len(), held.iter().all(|&b| b == 0));
        let end = self.pos.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if len == 0 {
            self.value_reaches()?;
        }
        // an item that claims more than the sequence around it, which ends just here
        if self.levels.iter().any(|level| level.end == end) {
            if len > 0 {
                let found = end.saturating_sub(self.pos);
                self.deviate(Defect::RestInParent { found }, header::ITEM);
                self.pos = end;
            } else {
                self.pop();
            }
            return Ok(Outcome::Again);
        }
        if let Some(top) = self.levels.last() {
            return Err(Error::truncated(self.place(end), top.cut_short(end)));
        }
        if self.phase == Phase::Meta {
            let whole = self.stated_meta_end() == Some(self.pos) && len == 0;
            let part = if whole { "before its data set" } else { "within its meta information" };
            return Err(Error::truncated(self.place(end), format!("file ends {part}")));
        }
        if len == 0 {
            if self.root.count == 0 {
                return Err(Error::truncated(self.place(end), "file ends before its data set"));
            }
            self.check_deflated_end();
            return Ok(Outcome::End);
        }
        // in big endian, a tag that is cut short starts with a zero too
        let little = self.encoding.order == ByteOrder::Little;
        if zeros && little && self.root.highest.is_some_and(|tag| tag.group() > 2) {
            self.deviate(Defect::TrailingZeros, Tag(0, 0));
            return Ok(Outcome::End);
        }
        let message =
            format!("file ends within an element's header (expected 8 or 12 bytes, found {len})");
        Err(Error::truncated(self.place(end), message))
    }

    /// That the source still reaches up to where the walk stands: values are skipped, and a file may shrink.
    fn value_reaches(&mut self) -> Result<()> {
        let last = self.pos.checked_sub(1).filter(|&last| last >= self.input.base());
        if let Some(last) = last
            && self.input.peek(last, 1)?.is_empty()
        {
            let message = "file shrank while it was read: value cut short";
            return Err(Error::truncated(self.place(self.last), message));
        }
        Ok(())
    }

    fn check_deflated_end(&mut self) {
        let end = self.inflated.as_ref().and_then(|i| i.end());
        if let (Some(end), Some(size)) = (end, self.cx.source().size()) {
            let found = size.saturating_sub(end);
            if found > 1 {
                self.deviate(Defect::DataAfterEnd { found }, Tag(0, 0));
            }
        }
    }
}
