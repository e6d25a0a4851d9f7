//! Cue text taken apart, for readers that want it plain.
#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr2;
use stream_core::Result;
use stream_core::memory::{Budget, Reservation};

use crate::entity::GROWTH;
use crate::reader::copy::{grow, pay_for_tree};
use crate::{CueRef, Diagnostics, Tree};

/// A cue's text without its markup, in reused memory that is charged.
pub(crate) struct Markup {
    pub(crate) tree: Tree,
    trees: Reservation,
    pub(crate) plain: String,
    plains: Reservation,
}

impl Markup {
    pub(crate) fn new(budget: &Budget) -> Result<Self> {
        let none = || budget.reserve(0);
        Ok(Markup { tree: Tree::new(), trees: none()?, plain: String::new(), plains: none()? })
    }

    /// Whether a text has any markup at all.
    #[inline]
    pub(crate) fn is_in(text: &str) -> bool {
        memchr2(b'<', b'&', text.as_bytes()).is_some()
    }

    /// Parses the text of a cue; what is unusual goes to `list`.
    pub(crate) fn read(&mut self, cue: &CueRef<'_>, list: Option<&mut Diagnostics>) -> Result<()> {
        pay_for_tree(&mut self.trees, cue.text)?;
        let room = cue.text.len().saturating_mul(GROWTH);
        if self.plain.capacity() < room {
            // a little more, so that a slightly longer text does not grow it again
            let room = room.saturating_mul(2);
            self.plains.resize(u64::try_from(room).unwrap_or(u64::MAX))?;
            self.plain = String::with_capacity(room);
        }
        match list {
            Some(list) => grow(&mut self.tree, cue, list),
            None => self.tree.parse(cue.text),
        }
        self.plain.clear();
        self.tree.plain_into(&mut self.plain);
        Ok(())
    }
}
