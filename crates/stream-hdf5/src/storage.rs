//! Where a dataset's values stand in the file, and how they become elements: outside the library and its lock.
//!
//! The library says what a dataset is; [`Stored`] holds what it said. [`locate`] then reads the dataset's object header
//! and its chunk index by positioned reads, once, and [`plan`] gives the data chunk by chunk to any thread.
//!
//! Clauses are those of the HDF5 File Format Specification, version 3.0 and 4.0.
#![deny(clippy::arithmetic_side_effects)]

mod boxes;
mod defect;
mod element;
mod filter;
mod header;
mod index;
mod layout;
mod locate;
mod lookup3;
mod meta;
mod plan;
pub(crate) mod symbols;
mod table;

use stream_core::{DType, Dims};

pub use boxes::{Part, copy_box};
pub use defect::Defect;
pub use filter::missing_filter;
pub use locate::{Layout, locate};
pub(crate) use lookup3::lookup3;
pub(crate) use plan::fill;
pub use plan::plan;
pub use table::{ChunkSpan, ChunkTable, Grid, IndexKind};

pub use element::{ByteOrder, Convert, Element, FloatLayout, IntLayout, Member, Norm};

/// What the library said of a dataset: all that is needed to read its values without it.
///
/// The file's driver must keep one file of one address space (`sec2` and its like): addresses of the `family`, `multi` and
/// `split` drivers are not places in this source.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The address of the dataset's object header, relative to `base`, as `H5Oget_info` gives it.
    pub header: u64,
    /// The base address: how many bytes of user block stand before the superblock (clause II.A).
    pub base: u64,
    /// Bytes of an address in this file: "size of offsets" of the superblock; 8 in nearly every file.
    pub offset_size: u8,
    /// Bytes of a length in this file: "size of lengths" of the superblock.
    pub length_size: u8,
    /// The dataspace's current extents, slowest first; empty for a scalar.
    pub shape: Dims,
    /// Its maximum extents; `u64::MAX` where unlimited. As `shape` where the file gives none.
    pub max_shape: Dims,
    /// What an element is once read. Its size is that of `element.packed()`.
    pub dtype: DType,
    /// What an element is in the file, and how it becomes one of `dtype`.
    pub element: Element,
    /// The filters in the order in which they were applied on writing; empty when the data is not chunked.
    pub filters: Vec<Filter>,
    /// The fill value as one packed native element; `None` gives zeros.
    pub fill: Option<Vec<u8>>,
    /// Where the data of an external dataset stands, in order (clause IV.A.2.h); empty for every other layout.
    pub external: Vec<External>,
}

/// A step of the filter pipeline (clause IV.A.2.l).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Its registered number: 1 is deflate, 2 shuffle, 3 Fletcher-32.
    pub id: u16,
    /// Bit 0 is set for a filter that may be left out of chunks it does not help.
    pub flags: u16,
    /// Its client data.
    pub values: Vec<u32>,
}

/// Part of an external dataset: bytes of another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The file's name as stored.
    pub name: String,
    /// Its first byte that belongs to the dataset.
    pub offset: u64,
    /// How many bytes; `None` for a file that may grow without bound (`H5F_UNLIMITED`).
    pub size: Option<u64>,
}
