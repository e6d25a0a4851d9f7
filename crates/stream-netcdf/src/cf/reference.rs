//! Attributes that name variables.
#![deny(clippy::arithmetic_side_effects)]

use crate::Variable;

/// The names in an attribute's text, and the variables that they lead to.
pub(super) fn references<'a>(
    variable: Variable<'a>,
    attribute: &'static str,
) -> impl Iterator<Item = (&'a str, Option<Variable<'a>>)> {
    let text = variable.attribute(attribute).and_then(|a| a.text()).unwrap_or_default();
    let words = text.split_ascii_whitespace();
    // `area: cell_area volume: cell_volume`; `crs: x y` names the mapping before the coordinates (CF 5.6, 7.2)
    let words = words.filter_map(move |word| match (attribute, word.strip_suffix(':')) {
        ("cell_measures", Some(_)) => None,
        (_, Some(key)) => Some(key),
        (_, None) => Some(word),
    });
    words.map(move |word| (word, find(variable, word)))
}

/// CF 2.7: an absolute path, or a name that is looked for in the variable's group and then in those around it.
fn find<'a>(from: Variable<'a>, name: &str) -> Option<Variable<'a>> {
    if name.starts_with('/') {
        return from.header().variable(name);
    }
    let mut group = Some(from.group());
    let mut name = name;
    while let Some(rest) = name.strip_prefix("../") {
        group = group.and_then(|g| g.parent());
        name = rest;
    }
    while let Some(at) = group {
        let found = match name.split_once('/') {
            None => at.variable(name),
            Some((child, rest)) => {
                at.groups().find(|g| g.name() == child).and_then(|g| g.variable(rest))
            }
        };
        if found.is_some() {
            return found;
        }
        group = at.parent();
    }
    None
}
