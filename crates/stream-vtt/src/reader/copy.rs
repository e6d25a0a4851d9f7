//! Blocks with memory of their own, and trees of cue text: charged to the reader's budget before they grow.
#![deny(clippy::arithmetic_side_effects)]

use std::mem;

use stream_core::Result;
use stream_core::memory::Reservation;

use super::Reader;
use crate::tree::SHORT;
use crate::{Block, BlockRef, Cue, CueRef, Defect, Diagnostic, Diagnostics, Note, Style, Tree};

impl Reader {
    /// Fills `block` with the next one, reusing its memory; false at the end.
    ///
    /// # Errors
    /// As [`Reader::next_block`](crate::Reader::next_block).
    pub fn read_block(&mut self, block: &mut Block) -> Result<bool> {
        if !self.advance()? {
            return Ok(false);
        }
        self.pay_for_copy()?;
        if let Block::Cue(cue) = block
            && !self.is_at_cue()
        {
            // cues come again and again: their memory waits
            self.spare = mem::take(cue);
        }
        let mut spare = mem::take(&mut self.spare);
        match (self.view(), &mut *block) {
            (BlockRef::Cue(from), Block::Cue(to)) => to.copy_from(&from),
            (BlockRef::Note(from), Block::Note(to)) => to.copy_from(&from),
            (BlockRef::Style(from), Block::Style(to)) => to.copy_from(&from),
            (BlockRef::Cue(from), to) => {
                spare.copy_from(&from);
                *to = Block::Cue(mem::take(&mut spare));
            }
            (BlockRef::Note(from), to) => {
                let mut note = Note::default();
                note.copy_from(&from);
                *to = Block::Note(note);
            }
            (BlockRef::Style(from), to) => {
                let mut style = Style::default();
                style.copy_from(&from);
                *to = Block::Style(style);
            }
            (BlockRef::Header(header), to) => *to = Block::Header(header.clone()),
            (BlockRef::Region(region), to) => *to = Block::Region(region.clone()),
        }
        self.spare = spare;
        self.delivered();
        Ok(true)
    }

    /// Fills `cue` with the next cue, reusing its memory; blocks before it are passed over. False at the end.
    ///
    /// # Errors
    /// As [`Reader::next_block`](crate::Reader::next_block).
    pub fn read_cue(&mut self, cue: &mut Cue) -> Result<bool> {
        while self.advance()? {
            if self.is_at_cue() {
                self.pay_for_copy()?;
                cue.copy_from(&self.view_cue());
                self.delivered();
                return Ok(true);
            }
            self.delivered();
        }
        Ok(false)
    }

    /// Parses a cue's text into `tree`, reusing its memory, and adds what is unusual about the text to the diagnostics.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub fn read_tree(&mut self, cue: &Cue, tree: &mut Tree) -> Result<()> {
        pay_for_tree(&mut self.trees, &cue.text)?;
        let cue = cue.view();
        grow(tree, &cue, self.parser.diagnostics_mut());
        Ok(())
    }

    /// Charges the caller's copy of the block at hand. A string that grows holds twice what it needs at most.
    #[inline]
    fn pay_for_copy(&mut self) -> Result<()> {
        let needed = self.parser.copy_size();
        if needed > self.copies.bytes() {
            self.copies.resize(needed.saturating_mul(2))?;
        }
        Ok(())
    }
}

/// Charges a tree of `text` before it is grown.
#[inline]
pub(crate) fn pay_for_tree(charge: &mut Reservation, text: &str) -> Result<()> {
    // most texts are short, and one charge is enough for all of them
    let needed = if text.len() <= SHORT { SHORT_TREE } else { Tree::memory_for(text) };
    let needed = u64::try_from(needed).unwrap_or(u64::MAX);
    if needed > charge.bytes() {
        charge.resize(needed)?;
    }
    Ok(())
}

/// What the tree of a short text can hold, rounded up: 2,050 nodes of 48 bytes and 12 bytes for each of the text.
const SHORT_TREE: usize = 160 << 10;

/// Parses a cue's text into `tree`; what is unusual goes to `list`.
pub(crate) fn grow(tree: &mut Tree, cue: &CueRef<'_>, list: &mut Diagnostics) {
    let text = cue.text.as_bytes();
    // where the text is not as long as its bytes in the file, its places there are not known
    let exact = u64::try_from(text.len()).ok() == Some(cue.text_span.length);
    // defects come in the order of the text: each line feed is counted once
    let (mut counted, mut lines) = (0usize, 0u64);
    tree.build(cue.text, Some((cue.start, cue.end)), |at, defect: Defect| {
        let more = text.get(counted..at).unwrap_or_default();
        let more = memchr::memchr_iter(b'\n', more).count();
        lines = lines.saturating_add(u64::try_from(more).unwrap_or(0));
        counted = counted.max(at);
        let at = if exact { u64::try_from(at).unwrap_or(0) } else { 0 };
        list.push(Diagnostic {
            defect,
            line: cue.text_span.line.saturating_add(lines),
            offset: cue.text_span.offset.saturating_add(at),
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charge_for_short_texts_covers_the_worst_of_them() {
        assert!(Tree::memory_for(&"x<b>".repeat(SHORT / 4)) <= SHORT_TREE);
    }
}
