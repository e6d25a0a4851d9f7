//! The places of a dataset's chunks, found once and shared.

mod build;

use stream_core::memory::{Budget, OverBudget};
use stream_core::{ChargedVec, Dims};

pub(super) use build::Builder;

/// Where a chunk stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkSpan {
    /// Its address, relative to the base address.
    pub address: u64,
    /// Bytes in the file, after the filters.
    pub size: u32,
    /// Bit `n` is set where the `n`-th filter was left out.
    pub mask: u32,
}

/// In which way the file finds its chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndexKind {
    /// Version 1 B-tree (clause III.A.1).
    BTree1,
    /// One chunk, which is the array (clause VII.A).
    Single,
    /// All chunks in order, one after the other (clause VII.B).
    Implicit,
    /// Fixed array (clause VII.C).
    FixedArray,
    /// Extensible array (clause VII.D).
    ExtensibleArray,
    /// Version 2 B-tree (clause VII.E).
    BTree2,
}

impl IndexKind {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BTree1 => "b-tree v1",
            Self::Single => "single chunk",
            Self::Implicit => "implicit",
            Self::FixedArray => "fixed array",
            Self::ExtensibleArray => "extensible array",
            Self::BTree2 => "b-tree v2",
        }
    }
}

/// How an array is cut into chunks: a grid, numbered in C order.
#[derive(Clone, Debug)]
pub struct Grid {
    chunk: Dims,
    counts: Dims,
    cells: u64,
}

impl Grid {
    /// The grid of chunks over an array; `None` when there are more than 64 bits count.
    pub(super) fn new(shape: &[u64], chunk: Dims) -> Option<Self> {
        let along = |(&extent, &size): (&u64, &u64)| extent.div_ceil(size.max(1));
        let counts: Dims = shape.iter().zip(chunk.iter()).map(along).collect();
        let cells = counts.elements()?;
        Some(Self { chunk, counts, cells })
    }

    /// A chunk's extents.
    pub fn chunk(&self) -> &Dims {
        &self.chunk
    }

    /// Chunks along each axis.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Chunks that the whole array has, stored or not.
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// The number of the chunk with these coordinates; `None` outside of the array.
    pub fn cell(&self, coordinates: &[u64]) -> Option<u64> {
        let mut cell = 0u64;
        for (&at, &count) in coordinates.iter().zip(self.counts.iter()) {
            if at >= count {
                return None;
            }
            cell = cell.checked_mul(count)?.checked_add(at)?;
        }
        Some(cell)
    }

    /// The coordinates of a cell.
    pub fn coordinates(&self, cell: u64) -> Dims {
        let mut rest = cell;
        let mut all = Dims::filled(self.counts.len(), 0);
        for (to, &count) in all.iter_mut().zip(self.counts.iter()).rev() {
            *to = rest.checked_rem(count).unwrap_or(0);
            rest = rest.checked_div(count).unwrap_or(0);
        }
        all
    }
}

/// The chunks of a dataset.
///
/// It takes 16 bytes for each chunk of the array where nearly all are stored, or 24 for each that is stored, charged to the
/// budget; nothing where the index is implicit.
#[derive(Debug)]
pub struct ChunkTable {
    pub(super) grid: Grid,
    pub(super) index: IndexKind,
    /// Bytes of a chunk before the filters.
    pub(super) bytes: usize,
    /// Chunks that stand out of the array went through no filter.
    pub(super) plain_edges: bool,
    pub(super) table: Table,
    pub(super) stored: u64,
}

#[derive(Debug)]
pub(super) enum Table {
    /// By cell; one that is not stored has the address `u64::MAX`.
    Dense(ChargedVec<ChunkSpan>),
    /// Sorted by cell.
    Sparse(ChargedVec<(u64, ChunkSpan)>),
    /// All cells from this address on, each this long, by their number in the grid of the maximum extents.
    Run { address: u64, size: u32, max_counts: Dims },
}

/// Stands in dense tables for no chunk.
const ABSENT: ChunkSpan = ChunkSpan { address: u64::MAX, size: 0, mask: 0 };

impl ChunkTable {
    /// How the array is cut.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// How the file finds its chunks.
    pub fn index(&self) -> IndexKind {
        self.index
    }

    /// Bytes of one chunk before the filters, the same for chunks that stand out of the array.
    pub fn chunk_bytes(&self) -> usize {
        self.bytes
    }

    /// How many chunks are stored.
    pub fn stored(&self) -> u64 {
        self.stored
    }

    /// Where the chunk of a cell stands; `None` for one that is not stored, whose elements are the fill value.
    pub fn get(&self, cell: u64) -> Option<ChunkSpan> {
        match &self.table {
            Table::Dense(spans) => {
                let span = spans.get(usize::try_from(cell).ok()?)?;
                (span.address != u64::MAX).then_some(*span)
            }
            Table::Sparse(spans) => {
                let at = spans.binary_search_by_key(&cell, |(cell, _)| *cell).ok()?;
                spans.get(at).map(|(_, span)| *span)
            }
            Table::Run { address, size, max_counts } => {
                if cell >= self.grid.cells {
                    return None;
                }
                let coordinates = self.grid.coordinates(cell);
                let number = linear(&coordinates, max_counts)?;
                let address = address.checked_add(number.checked_mul(u64::from(*size))?)?;
                Some(ChunkSpan { address, size: *size, mask: 0 })
            }
        }
    }

    /// The cells whose chunks are stored, in increasing order: 8 bytes each. `None` where all are.
    pub(super) fn stored_cells(
        &self,
        budget: &Budget,
    ) -> Result<Option<ChargedVec<u64>>, OverBudget> {
        let mut cells = ChargedVec::new(budget);
        match &self.table {
            Table::Run { .. } => return Ok(None),
            Table::Dense(spans) => {
                for (cell, span) in (0u64..).zip(spans.iter()) {
                    if span.address != u64::MAX {
                        cells.push(cell)?;
                    }
                }
            }
            Table::Sparse(spans) => {
                cells.room(spans.len())?;
                for (cell, _) in spans.iter() {
                    cells.push(*cell)?;
                }
            }
        }
        Ok(Some(cells))
    }

    /// The bytes that all stored chunks take in the file.
    pub fn storage_size(&self) -> u64 {
        let sum = |total: u64, span: &ChunkSpan| total.saturating_add(u64::from(span.size));
        match &self.table {
            Table::Dense(spans) => spans.iter().fold(0, sum),
            Table::Sparse(spans) => spans.iter().map(|(_, span)| span).fold(0, sum),
            Table::Run { size, .. } => self.stored.saturating_mul(u64::from(*size)),
        }
    }
}

/// The number of coordinates in a grid in C order.
fn linear(coordinates: &[u64], counts: &[u64]) -> Option<u64> {
    coordinates
        .iter()
        .zip(counts)
        .try_fold(0u64, |n, (&at, &count)| n.checked_mul(count)?.checked_add(at))
}
