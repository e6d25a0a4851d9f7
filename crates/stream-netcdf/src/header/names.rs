//! Finding objects by their paths.
#![deny(clippy::arithmetic_side_effects)]

use super::{Attribute, Group, Header, Variable};

/// What a path leads to.
pub(crate) enum Target<'a> {
    Variable(Variable<'a>),
    Attribute(Attribute<'a>),
}

/// Follows a path of escaped names; `None` where it does not lead to a variable or an attribute.
pub(crate) fn target<'a>(header: &'a Header, path: &str) -> Option<Target<'a>> {
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (object, attribute) = match inner.split_once('@') {
        Some((object, attribute)) => (object, Some(attribute)),
        None => (inner, None),
    };
    // dimensions and types have no data
    if attribute.is_some_and(|a| a.starts_with("dim/") || a.starts_with("type/")) {
        return None;
    }
    let mut group = header.root();
    let mut steps = object.split('/').filter(|s| !s.is_empty()).peekable();
    let mut variable = None;
    while let Some(step) = steps.next() {
        if let Some(child) = child(group, step) {
            group = child;
            continue;
        }
        if steps.peek().is_some() {
            return None;
        }
        variable = Some(group.variables().find(|v| {
            let nth = v.rec().map_or(0, |r| r.nth);
            is_called(v.name(), nth, step)
        })?);
    }
    let Some(name) = attribute else { return variable.map(Target::Variable) };
    let is_it = |a: &Attribute<'_>| {
        let nth = a.rec().map_or(0, |r| r.nth);
        is_called(a.name(), nth, name)
    };
    let found = match variable {
        Some(v) => v.attributes().find(is_it),
        None => group.attributes().find(is_it),
    };
    found.map(Target::Attribute)
}

fn child<'a>(group: Group<'a>, step: &str) -> Option<Group<'a>> {
    group.groups().find(|g| is_called(g.name(), 0, step))
}

/// Whether `step` is an object's name as paths spell it: with escapes, and `[1]` behind the second of a name.
fn is_called(name: &str, nth: u32, step: &str) -> bool {
    let (step, found) = match step.strip_suffix(']').and_then(|s| s.rsplit_once('[')) {
        Some((step, number)) => (step, number.parse().unwrap_or(0)),
        None => (step, 0),
    };
    nth == found && unescaped(step).eq(name.bytes())
}

/// The bytes that a step of a path spells; it ends at an escape that is none.
pub(crate) fn unescaped(step: &str) -> impl Iterator<Item = u8> {
    let mut rest = step.bytes();
    std::iter::from_fn(move || match rest.next()? {
        b'%' => {
            let hex = |b: u8| char::from(b).to_digit(16).and_then(|n| u8::try_from(n).ok());
            let (high, low) = (hex(rest.next()?)?, hex(rest.next()?)?);
            Some(high << 4 | low)
        }
        plain => Some(plain),
    })
}
