//! The order of the entries.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Attribute, Dimension, Group, Header, Owner, UserType, Variable};

/// What an entry is about.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Group(Group<'a>),
    Attribute(Attribute<'a>),
    Type(UserType<'a>),
    Dimension(Dimension<'a>),
    Variable(Variable<'a>),
}

/// Where the walk stands within a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    #[default]
    Itself,
    Types,
    Dimensions,
    Attributes,
    Variables,
    Done,
}

/// Each group, its types, its dimensions, its attributes, its variables with theirs, which is the order of classic files; then the
/// groups inside.
#[derive(Debug, Default)]
pub(super) struct Walk {
    group: u32,
    stage: Stage,
    /// Passed of the stage's list.
    at: u32,
    /// Passed of the variable at hand: itself and its attributes.
    within: u32,
}

impl Walk {
    /// What stands here; `None` at the end. Passes what is empty.
    pub(super) fn item<'a>(&mut self, header: &'a Header) -> Option<Item<'a>> {
        loop {
            let rec = header.groups.get(usize::try_from(self.group).ok()?)?;
            let id = |run: crate::header::Run| {
                (self.at < run.count).then(|| run.start.saturating_add(self.at))
            };
            let item = match self.stage {
                Stage::Itself => Some(Item::Group(Group { header, id: self.group })),
                Stage::Attributes => id(rec.atts).map(|id| {
                    Item::Attribute(Attribute { header, id, owner: Owner::Group(self.group) })
                }),
                Stage::Types => id(rec.types).map(|id| Item::Type(UserType { header, id })),
                Stage::Dimensions => {
                    id(rec.dims).map(|id| Item::Dimension(Dimension { header, id }))
                }
                Stage::Variables => id(rec.vars).and_then(|id| {
                    let variable = Variable { header, id };
                    let Some(before) = self.within.checked_sub(1) else {
                        return Some(Item::Variable(variable));
                    };
                    let atts = variable.rec()?.atts;
                    let id = (before < atts.count).then(|| atts.start.saturating_add(before))?;
                    let owner = Owner::Variable(variable.id());
                    Some(Item::Attribute(Attribute { header, id, owner }))
                }),
                Stage::Done => None,
            };
            if item.is_some() {
                return item;
            }
            self.leave(rec.vars.count);
        }
    }

    /// On to what stands behind a list's end: the next variable, the next list, the next group.
    fn leave(&mut self, variables: u32) {
        if self.stage == Stage::Variables && self.at < variables {
            self.at = self.at.saturating_add(1);
            self.within = 0;
            return;
        }
        (self.at, self.within) = (0, 0);
        self.stage = match self.stage {
            Stage::Itself => Stage::Types,
            Stage::Types => Stage::Dimensions,
            Stage::Dimensions => Stage::Attributes,
            Stage::Attributes => Stage::Variables,
            Stage::Variables => Stage::Done,
            Stage::Done => {
                self.group = self.group.saturating_add(1);
                Stage::Itself
            }
        };
    }

    /// Passes what stands here.
    pub(super) fn advance(&mut self, header: &Header) {
        if self.item(header).is_none() {
            return;
        }
        match self.stage {
            Stage::Itself => self.leave(0),
            Stage::Variables => self.within = self.within.saturating_add(1),
            _ => self.at = self.at.saturating_add(1),
        }
    }
}

/// How many entries a walk has.
pub(super) fn count(header: &Header) -> u64 {
    let Header { groups, dims, types, vars, atts, .. } = header;
    let lists = [groups.len(), dims.len(), types.len(), vars.len(), atts.len()];
    lists.into_iter().fold(0, |n, len| n.saturating_add(u64::try_from(len).unwrap_or(0)))
}
