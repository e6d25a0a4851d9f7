//! Virtual datasets: whose elements are those of other datasets (clause IV.A.2.i, layout class 3).
//!
//! [`resolve`] makes pieces of the mappings: which elements of the array are which of a source, with unlimited selections and numbered
//! names settled by the sources' present extents. [`plan`] reads them slab by slab. Sources are opened as they are needed, a few at a time.

mod chain;
mod copy;
mod indices;
mod plan;
mod resolve;
mod sources;

use stream_core::memory::Reservation;
use stream_core::{Error, ErrorKind, Extent, Result};

pub(crate) use chain::Chain;
pub(crate) use plan::{Want, plan};

use self::indices::Indices;
use self::sources::Sources;
use crate::walk::is_the_callers;

/// The resolved mappings of a virtual dataset.
#[derive(Debug)]
pub(crate) struct Mapped {
    sources: Sources,
    pieces: Vec<Piece>,
    /// Sources that could not be opened although the extents depend on them.
    missing: Vec<String>,
    /// What no piece can be made of.
    unsupported: Option<&'static str>,
    _held: Option<Reservation>,
}

/// Elements of the array that are those of one source, in the order of both selections.
#[derive(Clone, Debug)]
struct Piece {
    file: String,
    dataset: String,
    /// Where in the array; `None` for all of it.
    place: Option<Vec<Indices>>,
    /// Which of the source; `None` for all of it.
    from: Option<Vec<Indices>>,
}

impl Piece {
    /// The source in messages.
    fn name(&self) -> String {
        format!("source {} of file {}", self.dataset, self.file)
    }

    /// Where the piece stands in an array of this shape.
    fn place(&self, shape: &[u64]) -> Vec<Indices> {
        all_unless(self.place.as_deref(), shape)
    }

    /// Whether it has an element of `part`.
    fn meets(&self, shape: &[u64], part: &[Extent]) -> bool {
        self.place(shape).iter().zip(part).all(|(indices, part)| indices.meets(part))
    }

    /// An error of its source, named after it; those of the caller stay what they are.
    fn failed(&self, error: Error) -> Error {
        if is_the_callers(&error) {
            return error;
        }
        Error::new(error.kind(), format!("{}: {error}", self.name())).with_source(error)
    }
}

fn all_unless(indices: Option<&[Indices]>, shape: &[u64]) -> Vec<Indices> {
    indices.map_or_else(|| shape.iter().map(|&n| Indices::all(n)).collect(), <[_]>::to_vec)
}

impl Mapped {
    /// Sources that could not be opened although the extents depend on them.
    pub(crate) fn missing(&self) -> &[String] {
        &self.missing
    }

    /// Opens every source that `part` of the array needs, and says which of them cannot be read and why.
    fn check(&self, want: &plan::Want, part: &[Extent]) -> Result<Vec<String>> {
        if let Some(unsupported) = self.unsupported {
            return Err(Error::new(ErrorKind::Unsupported, unsupported));
        }
        let mut missing = Vec::new();
        for piece in self.pieces.iter().filter(|piece| piece.meets(&want.shape, part)) {
            match self.check_piece(want, piece) {
                Ok(below) => missing.extend(below),
                Err(error) if is_the_callers(&error) => return Err(error),
                Err(error) => missing.push(error.message().to_owned()),
            }
        }
        missing.dedup();
        Ok(missing)
    }

    fn check_piece(&self, want: &plan::Want, piece: &Piece) -> Result<Vec<String>> {
        let failed = |error| piece.failed(error);
        let source = self.sources.get(&piece.file, &piece.dataset).map_err(failed)?;
        copy::pairs(want, piece, &source).map_err(failed)?;
        source.missing().map_err(failed)
    }
}
