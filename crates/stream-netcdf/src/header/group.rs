//! Groups: the root of every file, and those that a netCDF-4 file nests in it.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedString, Result, push_name};

use super::{Attribute, Dimension, GroupRec, Header, Owner, Run, UserType, Variable};

/// A group of a header.
#[derive(Clone, Copy)]
pub struct Group<'a> {
    pub(crate) header: &'a Header,
    pub(crate) id: u32,
}

impl<'a> Group<'a> {
    fn rec(self) -> Option<&'a GroupRec> {
        self.header.groups.get(usize::try_from(self.id).ok()?)
    }

    /// Its number among all groups; 0 for the root.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Its name; empty for the root.
    pub fn name(self) -> &'a str {
        self.rec().map_or("", |g| self.header.text(g.name))
    }

    /// The group that it is in; `None` for the root.
    pub fn parent(self) -> Option<Group<'a>> {
        let id = self.rec()?.parent?;
        Some(Group { header: self.header, id })
    }

    /// How deep it is nested; 0 for the root.
    pub fn depth(self) -> u32 {
        self.rec().map_or(0, |g| g.depth)
    }

    fn run(self, of: impl Fn(&GroupRec) -> Run) -> Run {
        self.rec().map(of).unwrap_or_default()
    }

    /// Its attributes, in the order of the file.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'a>> {
        let owner = Owner::Group(self.id);
        self.run(|g| g.atts).ids().map(move |id| Attribute { header: self.header, id, owner })
    }

    /// Its dimensions, in the order of the file.
    pub fn dimensions(self) -> impl Iterator<Item = Dimension<'a>> {
        self.run(|g| g.dims).ids().map(move |id| Dimension { header: self.header, id })
    }

    /// The types that it defines.
    pub fn types(self) -> impl Iterator<Item = UserType<'a>> {
        self.run(|g| g.types).ids().map(move |id| UserType { header: self.header, id })
    }

    /// Its variables, in the order of the file.
    pub fn variables(self) -> impl Iterator<Item = Variable<'a>> {
        self.run(|g| g.vars).ids().map(move |id| Variable { header: self.header, id })
    }

    /// The groups directly inside.
    pub fn groups(self) -> impl Iterator<Item = Group<'a>> {
        let mut next = self.id.saturating_add(1);
        let end = self.rec().map_or(0, |g| g.end);
        std::iter::from_fn(move || {
            let child = Group { header: self.header, id: next };
            if next >= end {
                return None;
            }
            next = child.rec().map_or(end, |g| g.end.max(next.saturating_add(1)));
            Some(child)
        })
    }

    /// The attribute of this name.
    pub fn attribute(self, name: &str) -> Option<Attribute<'a>> {
        self.attributes().find(|a| a.name() == name)
    }

    /// The variable of this name.
    pub fn variable(self, name: &str) -> Option<Variable<'a>> {
        self.variables().find(|v| v.name() == name)
    }

    /// Whether `other` is this group or somewhere inside it.
    pub fn contains(self, other: Group<'_>) -> bool {
        self.rec().is_some_and(|g| other.id >= self.id && other.id < g.end)
    }

    /// Appends its path: `/` for the root, `/a/b` for others, with names escaped.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_path(self, path: &mut ChargedString) -> Result<()> {
        if self.id == 0 {
            return Ok(path.push('/')?);
        }
        self.push_prefix(path)
    }

    /// The path without the root's `/`.
    pub(crate) fn push_prefix(self, path: &mut ChargedString) -> Result<()> {
        // the chain of parents, from the root on: as deep as the file nests, without recursion
        for level in 1..=self.depth() {
            let mut at = self;
            while at.depth() > level {
                let Some(parent) = at.parent() else { break };
                at = parent;
            }
            path.push('/')?;
            push_name(path, at.name().as_bytes())?;
        }
        Ok(())
    }
}
