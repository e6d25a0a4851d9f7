//! Streams netCDF dimensions, variables and attributes in bounded memory: the classic formats CDF-1, CDF-2 and CDF-5 in pure Rust,
//! netCDF-4 through `stream-hdf5` (feature `hdf5`), with the CF conventions 1.11.
//!
//! [`Dataset`] opens a file; its [`Header`] lists [`Group`]s, [`Dimension`]s, [`Variable`]s and [`Attribute`]s; [`Cf`] says what a
//! variable's attributes mean, and [`Time`] decodes times; [`Cdl`] prints a header as `ncdump -h` does; [`Defect`] names each
//! rule that a file breaks. [`Netcdf`] is the same as a [`stream_core::Format`], which reads the data.
//!
//! ```
//! # let bytes = b"CDF\x01\0\0\0\0\0\0\0\x0a\0\0\0\x01\0\0\0\x01x\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
//! # let source = std::sync::Arc::new(stream_core::MemorySource::new(&bytes[..]));
//! # let cx = stream_core::Context::new(source, &stream_memory::Budget::new("doc", 1 << 20));
//! let dataset = stream_netcdf::Dataset::open(cx)?;
//! for dimension in dataset.header().dimensions() {
//!     println!("{} = {}", dimension.name(), dimension.length());
//! }
//! assert!(stream_netcdf::Cdl::new(dataset.header(), "x").to_string().contains("\tx = 3 ;"));
//! # Ok::<(), stream_core::Error>(())
//! ```
//!
//! Bounds: the header is held, and charged ([`Header`] says the bytes an object); values of attributes longer than 64 KiB
//! ([`Options`]) are not. Data takes a chunk, 256 KiB where pieces are brought together, two blocks of records where several
//! record variables are read in one pass. A file that is shorter than its header needs is reported, and never read as zeros.
//! Not done: writing, remote access (DAP, Zarr).
#![deny(clippy::arithmetic_side_effects)]

mod adapter;
mod cdl;
mod cf;
mod classic;
mod data;
mod dataset;
mod defect;
mod format;
mod header;
#[cfg(feature = "hdf5")]
mod netcdf4;
mod options;
mod store;
mod swap;
mod types;

pub use cdl::Cdl;
pub use cf::{Calendar, Cf, DateTime, Packing, Time, TimeUnit};
pub use dataset::Dataset;
pub use defect::Defect;
pub use format::{Netcdf, NetcdfClassic};
pub use header::{
    Attribute, Dimension, Group, Header, MemberView, Owner, Storage, UserType, UserTypeKind,
    Values, Variable, Version,
};
pub use options::Options;
pub use types::NcType;
