//! Streams HDF5 groups, attributes and datasets in bounded memory, decoding chunks in parallel.
//!
//! [`File`] opens any random source through a file driver of its own: libhdf5 never sees a file name, takes no lock and follows no
//! link into another file. [`Walk`] gives each object once, [`Object`] its attributes, [`Dataset`] its facts and data: fixed-size
//! elements by positioned reads outside of the library ([`storage`]), others by the library, behind its lock ([`Way`]). [`Hdf5`] is the format.
//!
//! Bounded: an open file reserves 1 MiB and four times the metadata cache, at most 3 MiB; names of a group come in batches; objects
//! with several links are remembered (32 to 64 bytes and the path), other groups too (10 bytes); references make an index of all
//! paths (64 bytes and the path each). Virtual datasets are read from their sources in the same directory, of which the last four
//! files stay open; selections that are no regular hyperslab, and those whose shapes differ in array and source, are not. libhdf5
//! crashes on some broken files: read those in a worker process. libhdf5 1.10 to 2.x is supported, the
//! feature `static` builds 2.x.
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
mod lookup;
mod mapped;
mod name;
mod newer;
mod object;
mod paths;
mod slabs;
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
