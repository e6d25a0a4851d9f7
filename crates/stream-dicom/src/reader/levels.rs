//! What is open: sequences, items and fragments, on a stack of our own, so that nesting cannot overflow the thread's.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Encoding, Tag, header};

use super::Reader;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LevelKind {
    Sequence,
    Item,
    Fragments,
}

/// One open sequence, item or encapsulated value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level {
    pub(super) kind: LevelKind,
    /// The sequence's tag, for an item too.
    pub(super) tag: Tag,
    /// Where it ends; `u64::MAX` when a delimiter says so.
    pub(super) end: u64,
    /// Items seen.
    pub(super) items: u32,
    /// What the encoding is again behind it.
    pub(super) outside: Encoding,
    /// The order of an item's elements.
    pub(super) order: Order,
}

/// The elements of one data set so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    pub(super) highest: Option<Tag>,
    pub(super) count: u32,
}

impl Level {
    pub(super) fn is_undefined(&self) -> bool {
        self.end == u64::MAX
    }

    /// What is said when the file ends at `end` while this is open.
    pub(super) fn cut_short(&self, end: u64) -> String {
        let what = match self.kind {
            LevelKind::Sequence => "sequence",
            LevelKind::Item => "item of",
            LevelKind::Fragments => "encapsulated",
        };
        let tag = self.tag;
        if self.is_undefined() {
            return format!("file ends within {what} {tag}, before its delimiter");
        }
        let missing = self.end.saturating_sub(end);
        format!("file ends within {what} {tag} ({missing} bytes missing)")
    }
}

impl Reader {
    /// Opens a level; room was made by `read`.
    pub(super) fn push(
        &mut self,
        kind: LevelKind,
        tag: Tag,
        length: u32,
        from: u64,
    ) -> stream_core::Result<()> {
        let end = if length == header::UNDEFINED {
            u64::MAX
        } else {
            from.saturating_add(u64::from(length))
        };
        let level =
            Level { kind, tag, end, items: 0, outside: self.encoding, order: Order::default() };
        Ok(self.levels.push(level)?)
    }

    /// Closes the innermost level.
    pub(super) fn pop(&mut self) {
        let Some(top) = self.levels.pop() else { return };
        self.encoding = top.outside;
        if top.kind == LevelKind::Item {
            self.steps.pop();
            self.low = self.low.min(self.steps.len());
            self.scopes.leave(self.steps.len());
        }
    }

    /// Bytes left in the innermost level of defined length.
    pub(super) fn left(&self) -> Option<u64> {
        let top = self.levels.last().filter(|top| !top.is_undefined())?;
        Some(top.end.saturating_sub(self.pos))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_item_costs_what_the_crates_documentation_says() {
        // its sequence and itself, and a step in the walk's path and in the caller's element
        let bytes = size_of::<Level>() * 2 + size_of::<crate::Step>() * 2;
        assert_eq!(bytes, 80);
    }
}
