//! netCDF structure in one shape, from what `ncdump -h` prints (CDL, netCDF user's guide) and from our listing.
use std::collections::BTreeMap;

use crate::ddl::Scalar;

mod compare;
mod lex;
mod ours;
mod parse;

pub use compare::differences;
pub use ours::listed;
pub use parse::parse;

/// What stands under a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A group.
    Group,
    /// A dimension: how long, and whether it may grow.
    Dimension(u64, bool),
    /// A user's type, by the name that our listing gives it.
    Type(String),
    /// A variable: its type, and its dimensions by name.
    Variable(String, Vec<String>),
    /// An attribute: its type where the value tells it, and the value flattened.
    Attribute(Option<String>, Vec<Scalar>),
}

/// Items by path, as our listing names them: `/`, `/g/v`, `/g/v@units`, `/g@dim/time`, `/g@type/name`.
pub type Items = BTreeMap<String, Item>;

/// What a file's description says.
#[derive(Clone, Debug, Default)]
pub struct Described {
    /// What is in it.
    pub items: Items,
    /// The names and values of its enumerations.
    pub names: Vec<(String, String)>,
}

/// The path of what belongs to a group or variable: `/g@dim/time`.
fn beside(owner: &str, name: &str) -> String {
    format!("{owner}@{name}")
}

#[cfg(test)]
mod tests;
