//! Streams HDF5 groups, attributes and datasets in bounded memory, decoding chunks in parallel.
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod attribute;
mod dataset;
mod datatype;
mod defect;
mod ffi;
mod file;
mod format;
mod library;
mod name;
mod object;
mod paths;
pub mod storage;
mod superblock;
mod values;
mod visited;
mod walk;

pub use attribute::Attribute;
pub use dataset::{Data, Dataset, Fill, Filter, Layout, Mapping, Way};
pub use datatype::{
    Bits, ByteOrder, Charset, Class, Datatype, Enumeration, Float, Integer, Member, Norm, Pad,
    Reference, Text,
};
pub use defect::Defect;
pub use file::File;
pub use format::Hdf5;
pub use object::{Attributes, Object, ObjectKind};
pub use superblock::Superblock;
pub use values::{Leaf, Step, Values};
pub use walk::{Found, Link, Target, Walk};
