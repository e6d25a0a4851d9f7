//! What crosses between the two processes, as bytes: a compact encoding of its own for each type.
//!
//! Whoever decodes does not trust who encoded: every length is compared with what remains and with a named ceiling, and
//! memory is reserved before it is allocated. Integers are LEB128, signed ones in zigzag; floats keep their bits; texts and bytes
//! follow their length.

mod array;
mod chunk;
mod entry;
mod error;
mod fields;
mod opening;
mod profile;
mod progress;
mod put;
mod request;
mod summary;
mod take;
#[cfg(test)]
mod tests;

pub(crate) use array::{put_array, put_dims, take_array, take_dims};
pub(crate) use chunk::{Header, Piece, put_header, put_place, take_header, take_place};
pub(crate) use entry::{put_entry, take_entry};
pub(crate) use error::{put_error, take_error};
pub(crate) use opening::{Opening, put_opening, take_opening};
pub(crate) use profile::{put_profile, take_profile};
pub(crate) use progress::{Standing, put_standing, take_standing};
pub(crate) use put::Put;
pub(crate) use request::{put_request, take_request};
pub(crate) use summary::{put_summary, take_summary};
pub(crate) use take::{Flaw, Take};

/// Axes of an array: FITS allows 999, netCDF 1024.
const RANK: usize = 4096;
/// Members, elements and types nested in one element type: HDF5 counts members in 16 bits.
const NODES: usize = 1 << 17;
/// How deep lists, maps and types nest.
const DEPTH: usize = 64;
/// Filters of an array: HDF5 allows 32.
const FILTERS: usize = 1024;
