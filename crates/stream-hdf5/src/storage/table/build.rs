//! Filling the table while an index is read.

use stream_core::{ChargedVec, Context, Dims, Result};

use super::{ABSENT, ChunkSpan, Grid, Table};
use crate::storage::defect::Defect;

/// A table of up to this many cells is dense: it is small.
const SMALL: u64 = 4096;
/// A file that stores all chunks of an array takes at least this much for each, index and data together; with less of file for
/// a cell most cells are empty, and what is stored is listed.
const FILE_PER_CELL: u64 = 256;

/// Takes chunks in the order in which an index names them.
pub(in crate::storage) struct Builder<'a> {
    cx: &'a Context,
    grid: &'a Grid,
    table: Table,
    stored: u64,
    /// The coordinates of the last chunk of an ordered index.
    last: Option<Dims>,
}

impl<'a> Builder<'a> {
    /// An empty table over `grid`.
    pub(in crate::storage) fn new(cx: &'a Context, grid: &'a Grid) -> Result<Self> {
        let cells = grid.cells();
        let file = cx.source().size().unwrap_or(0);
        let bytes = cells.saturating_mul(16);
        let fits = bytes <= cx.budget().attainable().checked_div(4).unwrap_or(0);
        let dense = cells <= SMALL || (fits && file.checked_div(FILE_PER_CELL) >= Some(cells));
        let table = match usize::try_from(cells).ok().filter(|_| dense) {
            Some(cells) => {
                let mut spans = ChargedVec::new(cx.budget());
                spans.room(cells)?;
                for _ in 0..cells {
                    spans.push(ABSENT)?;
                }
                Table::Dense(spans)
            }
            None => Table::Sparse(ChargedVec::new(cx.budget())),
        };
        Ok(Self { cx, grid, table, stored: 0, last: None })
    }

    /// Adds a chunk of an index that names them in increasing order of their coordinates; `at` is where it says so. That
    /// order also bounds the walk: a node that is met twice breaks it.
    pub(in crate::storage) fn add_ordered(
        &mut self,
        coordinates: Dims,
        span: ChunkSpan,
        at: u64,
    ) -> Result<()> {
        if self.last.as_ref().is_some_and(|last| **last >= *coordinates) {
            return Err(Defect::ChunkOrder.at(at));
        }
        let cell = self.grid.cell(&coordinates);
        self.last = Some(coordinates);
        self.cx.cancel().check()?;
        cell.map_or(Ok(()), |cell| self.put(cell, span))
    }

    /// Adds a chunk by its coordinates; one outside of the array is none of its chunks.
    pub(in crate::storage) fn add(&mut self, coordinates: &[u64], span: ChunkSpan) -> Result<()> {
        self.grid.cell(coordinates).map_or(Ok(()), |cell| self.put(cell, span))
    }

    fn put(&mut self, cell: u64, span: ChunkSpan) -> Result<()> {
        match &mut self.table {
            Table::Dense(spans) => {
                let place =
                    usize::try_from(cell).ok().and_then(|c| spans.as_mut_slice().get_mut(c));
                if let Some(place) = place {
                    *place = span;
                }
            }
            Table::Sparse(spans) => spans.push((cell, span))?,
            Table::Run { .. } => {}
        }
        self.stored = self.stored.saturating_add(1);
        Ok(())
    }

    /// The table, and how many chunks are in it.
    pub(in crate::storage) fn finish(mut self) -> (Table, u64) {
        if let Table::Sparse(spans) = &mut self.table {
            // an extensible array numbers its chunks along another axis first
            if !spans.is_sorted_by_key(|(cell, _)| *cell) {
                spans.as_mut_slice().sort_unstable_by_key(|(cell, _)| *cell);
            }
        }
        (self.table, self.stored)
    }
}
