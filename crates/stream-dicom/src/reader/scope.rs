//! What a data set says for the elements behind and within it: character set, private creators, image facts.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::ChargedVec;
use stream_memory::{Budget, OverBudget};

use crate::element::CREATOR;
use crate::{CharacterSet, ImageFacts, Tag};

pub(super) struct Scopes {
    sets: ChargedVec<(usize, CharacterSet)>,
    creators: ChargedVec<Creator>,
    root: ImageFacts,
    nested: ChargedVec<(usize, ImageFacts)>,
}

/// A private creator: PS3.5 7.8.1. It counts in its own data set only.
#[derive(Clone, Copy, Debug)]
struct Creator {
    depth: usize,
    group: u16,
    block: u16,
    len: u8,
    text: [u8; CREATOR],
}

impl Scopes {
    pub(super) fn new(budget: &Budget) -> Self {
        Self {
            sets: ChargedVec::new(budget),
            creators: ChargedVec::new(budget),
            root: ImageFacts::default(),
            nested: ChargedVec::new(budget),
        }
    }

    /// Makes room for what one element can add.
    pub(super) fn room(&mut self) -> Result<(), OverBudget> {
        self.sets.room(1)?;
        self.creators.room(1)?;
        self.nested.room(1)
    }

    /// Forgets what the data sets deeper than `depth` said.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.sets.last().is_some_and(|s| s.0 > depth) {
            self.sets.pop();
        }
        while self.creators.last().is_some_and(|c| c.depth > depth) {
            self.creators.pop();
        }
        while self.nested.last().is_some_and(|f| f.0 > depth) {
            self.nested.pop();
        }
    }

    pub(super) fn set(&self) -> CharacterSet {
        self.sets.last().map_or(CharacterSet::DEFAULT, |s| s.1)
    }

    pub(super) fn take_set(&mut self, depth: usize, set: CharacterSet) -> Result<(), OverBudget> {
        if self.sets.last().is_some_and(|s| s.0 == depth) {
            self.sets.pop();
        }
        self.sets.push((depth, set))
    }

    pub(super) fn take_creator(
        &mut self,
        depth: usize,
        tag: Tag,
        value: &[u8],
    ) -> Result<(), OverBudget> {
        let end = value.iter().rposition(|&b| b != b' ' && b != 0);
        let value = value.get(..end.map_or(0, |i| i.saturating_add(1))).unwrap_or_default();
        let mut text = [0; CREATOR];
        let len = value.len().min(CREATOR);
        if let (Some(to), Some(from)) = (text.get_mut(..len), value.get(..len)) {
            to.copy_from_slice(from);
        }
        let creator = Creator {
            depth,
            group: tag.group(),
            block: tag.element(),
            len: u8::try_from(len).unwrap_or(0),
            text,
        };
        self.creators.push(creator)
    }

    /// Who reserved the block of a private element.
    pub(super) fn creator(&self, depth: usize, tag: Tag) -> Option<&[u8]> {
        let block = tag.element() >> 8;
        let own = self.creators.iter().rev().take_while(|c| c.depth == depth);
        let mut own = own.filter(|c| c.group == tag.group() && c.block == block);
        let creator = own.next()?;
        creator.text.get(..usize::from(creator.len))
    }

    pub(super) fn facts(&self, depth: usize) -> &ImageFacts {
        self.nested.last().filter(|f| f.0 == depth).map_or(&self.root, |f| &f.1)
    }

    /// The facts of the data set at `depth`, made when it has none yet.
    pub(super) fn facts_mut(&mut self, depth: usize) -> Result<&mut ImageFacts, OverBudget> {
        if depth == 0 {
            return Ok(&mut self.root);
        }
        if self.nested.last().is_none_or(|f| f.0 != depth) {
            self.nested.push((depth, ImageFacts::default()))?;
        }
        let Self { nested, root, .. } = self;
        Ok(nested.as_mut_slice().last_mut().map_or(root, |f| &mut f.1))
    }
}
