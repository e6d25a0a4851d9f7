//! What stands before a chunk's bytes, and where chunks lie.

use stream_core::{DType, Dims, Place};
use stream_memory::{Budget, OverBudget};

use super::array::{put_dtype, take_dtype};
use super::take::Result;
use super::{Flaw, Put, Take, put_dims, take_dims};

/// A chunk without its bytes.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) place: Place,
    pub(crate) dtype: DType,
    /// How many bytes follow.
    pub(crate) len: usize,
}

/// A chunk, or part of one: where it lies, and its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece<'a> {
    pub(crate) place: Place,
    pub(crate) bytes: &'a [u8],
}

pub(crate) fn put_header(
    put: &mut Put,
    piece: &Piece<'_>,
    dtype: &DType,
) -> Result<(), OverBudget> {
    place(put, piece.place.entry, &piece.place.origin, &piece.place.shape)?;
    put_dtype(put, dtype)?;
    put.usize(piece.bytes.len())
}

pub(crate) fn take_header(bytes: &[u8], budget: &Budget) -> Result<Header> {
    let mut take = Take::new(bytes);
    let place = one_place(&mut take)?;
    let dtype = take_dtype(&mut take, budget)?;
    let len = take.usize()?;
    take.end()?;
    if let Some(size) = dtype.size() {
        let whole = place.shape.elements().and_then(|n| usize::try_from(n).ok()?.checked_mul(size));
        if whole != Some(len) {
            return Err(Flaw::Wrong("a chunk whose length is not that of its shape"));
        }
    }
    if place.origin.len() != place.shape.len() {
        return Err(Flaw::Wrong("a chunk with two ranks"));
    }
    Ok(Header { place, dtype, len })
}

fn place(put: &mut Put, entry: usize, origin: &[u64], shape: &[u64]) -> Result<(), OverBudget> {
    put.usize(entry)?;
    put_dims(put, origin)?;
    put_dims(put, shape)
}

pub(crate) fn put_place(put: &mut Put, at: Option<&Place>) -> Result<(), OverBudget> {
    put.option(at, |put, at| place(put, at.entry, &at.origin, &at.shape))
}

pub(crate) fn take_place(take: &mut Take<'_>) -> Result<Option<Place>> {
    take.option(one_place)
}

fn one_place(take: &mut Take<'_>) -> Result<Place> {
    let entry = take.usize()?;
    let (origin, shape): (Dims, Dims) = (take_dims(take)?, take_dims(take)?);
    Ok(Place { entry, origin, shape })
}
