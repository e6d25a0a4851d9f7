//! HDF5 structure in one shape, from what `h5dump` prints (the DDL of the HDF5 user's guide, 6) and from our listing.
use std::collections::BTreeMap;

mod compare;
mod dtype;
mod ours;
mod parse;
mod value;

pub use compare::differences;
pub use dtype::Type;
pub use ours::{listed, unescape};
pub use parse::{Dump, parse};
pub use value::{Scalar, flatten, same as same_values, scalars};

/// What stands under a path, as far as both sides tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its type, of datasets, attributes and named types.
    pub dtype: Option<Type>,
    /// Its extents; empty for a scalar, `None` where the dataspace is null or there is none.
    pub shape: Option<Vec<u64>>,
    /// How far each axis may grow; `None` for an axis without limit.
    pub max_shape: Option<Vec<Option<u64>>>,
    /// `compact`, `contiguous`, `chunked`, `external`, `virtual`.
    pub layout: Option<String>,
    /// Extents of a stored chunk.
    pub chunk: Option<Vec<u64>>,
    /// Filters in the order of writing.
    pub filters: Vec<String>,
    /// Where its contiguous data begins.
    pub offset: Option<u64>,
    /// How many bytes its data takes in the file.
    pub stored: Option<u64>,
    /// The fill value, where the file gives one.
    pub fill: Vec<Scalar>,
    /// What it says of itself.
    pub comment: Option<String>,
    /// Where a link leads.
    pub target: Option<String>,
    /// The file in which an external link, dataset or mapping lies.
    pub files: Vec<String>,
    /// An attribute's value, flattened; `None` where it was not told.
    pub value: Option<Vec<Scalar>>,
}

/// What an object is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A group.
    #[default]
    Group,
    /// A dataset.
    Dataset,
    /// A named datatype.
    Type,
    /// An attribute.
    Attribute,
    /// Another path of an object that is listed elsewhere.
    HardLink,
    /// A symbolic link.
    SoftLink,
    /// A link into another file.
    ExternalLink,
    /// A link of a class that only its writer knows.
    UserLink,
}

/// Objects by path: `/`, `/g/dset`, `/g/dset@attribute`. Names are as the file has them.
pub type Objects = BTreeMap<String, Object>;

/// The path of what is called `name` in the group at `parent`.
#[must_use]
pub fn child(parent: &str, name: &str) -> String {
    if parent == "/" { format!("/{name}") } else { format!("{parent}/{name}") }
}

#[cfg(test)]
mod tests;
