//! Chunked data: one chunk for each of the file's that the region meets.

use std::sync::Arc;

use stream_core::memory::Buf;
use stream_core::{
    Array, ChargedVec, Chunk, ChunkPlan, Dims, Error, ErrorKind, Extent, Place, Result, Scratch,
    shape_of,
};

use super::super::boxes::{Part, copy_box};
use super::super::defect::Defect;
use super::super::filter::{Pipeline, StoredChunk};
use super::super::{ChunkSpan, ChunkTable, Grid, Layout};
use super::{Common, fill};

/// The plan of a chunked dataset.
pub(super) struct Chunked {
    common: Common,
    /// Holds a chunk table.
    layout: Arc<Layout>,
    grid: Grid,
    pipeline: Pipeline,
    base: u64,
    extents: Vec<Extent>,
    /// Along each axis, how many of the file's chunks the region meets.
    blocks: Dims,
    /// The cells of the grid that are read, where not all are: by their numbers, which are then those of the region's chunks.
    only: Option<ChargedVec<u64>>,
    length: usize,
}

/// Part of a storage chunk.
struct Cut {
    cell: u64,
    /// Where the storage chunk starts.
    corner: Dims,
    /// The first index that is wanted, within the chunk.
    start: Dims,
    /// The first element's place after the region.
    origin: Dims,
    count: Dims,
}

/// Along an axis, the file's chunks that hold a wanted index.
fn blocks(extent: &Extent, chunk: u64) -> u64 {
    let Some(last) = extent.count.checked_sub(1) else { return 0 };
    if extent.step > chunk {
        // each index in a chunk of its own
        return extent.count;
    }
    let last = extent.start.saturating_add(last.saturating_mul(extent.step));
    let (first, last) = (extent.start.checked_div(chunk), last.checked_div(chunk));
    last.zip(first).map_or(0, |(last, first)| last.saturating_sub(first).saturating_add(1))
}

/// The `number`-th of those chunks: its coordinate, and the first and the number of the region's indices in it.
fn block(extent: &Extent, chunk: u64, number: u64) -> (u64, u64, u64) {
    if extent.step > chunk {
        let at = extent.start.saturating_add(number.saturating_mul(extent.step));
        return (at.checked_div(chunk).unwrap_or(0), number, 1);
    }
    let coordinate = extent.start.checked_div(chunk).unwrap_or(0).saturating_add(number);
    let index = |place: u64| place.saturating_sub(extent.start).div_ceil(extent.step.max(1));
    let from = coordinate.saturating_mul(chunk);
    let first = index(from);
    let end = index(from.saturating_add(chunk)).min(extent.count);
    (coordinate, first, end.saturating_sub(first))
}

impl Chunked {
    pub(super) fn new(
        common: Common,
        (layout, grid): (Arc<Layout>, Grid),
        pipeline: Pipeline,
        base: u64,
        extents: Vec<Extent>,
    ) -> Result<Self> {
        let along = extents.iter().zip(grid.chunk().iter());
        let blocks: Dims = along.map(|(extent, &chunk)| blocks(extent, chunk)).collect();
        // of an array taken whole, chunks that are not stored have nothing that could be verified
        let whole = *blocks == *grid.counts() && extents.iter().all(|extent| extent.step == 1);
        let only = match &*layout {
            Layout::Chunked(table) if whole && common.cx.switched_on("verify") => {
                table.stored_cells(common.cx.budget())?
            }
            _ => None,
        };
        let length = match &only {
            Some(cells) => Some(cells.len()),
            None => blocks.elements().and_then(|n| usize::try_from(n).ok()),
        };
        let length = length
            .ok_or_else(|| Error::new(ErrorKind::Request, "more chunks than can be numbered"))?;
        Ok(Self { common, layout, grid, pipeline, base, extents, blocks, only, length })
    }

    fn table(&self) -> Option<&ChunkTable> {
        match &*self.layout {
            Layout::Chunked(table) => Some(table),
            _ => None,
        }
    }

    fn cut(&self, index: usize) -> Option<Cut> {
        if index >= self.length {
            return None;
        }
        let mut rest = match &self.only {
            Some(cells) => *cells.get(index)?,
            None => u64::try_from(index).ok()?,
        };
        let rank = self.extents.len();
        let zeros = || Dims::filled(rank, 0);
        let (mut corner, mut start, mut origin, mut count) = (zeros(), zeros(), zeros(), zeros());
        let mut coordinates = zeros();
        for (axis, extent) in self.extents.iter().enumerate().rev() {
            let blocks = *self.blocks.get(axis)?;
            let chunk = *self.grid.chunk().get(axis)?;
            let (coordinate, first, n) = block(extent, chunk, rest.checked_rem(blocks)?);
            rest = rest.checked_div(blocks)?;
            *coordinates.get_mut(axis)? = coordinate;
            let from = coordinate.checked_mul(chunk)?;
            let wanted = extent.start.checked_add(first.checked_mul(extent.step)?)?;
            *corner.get_mut(axis)? = from;
            *start.get_mut(axis)? = wanted.checked_sub(from)?;
            *origin.get_mut(axis)? = first;
            *count.get_mut(axis)? = n;
        }
        Some(Cut { cell: self.grid.cell(&coordinates)?, corner, start, origin, count })
    }

    /// Whether a storage chunk stands out of the array.
    fn at_edge(&self, corner: &[u64]) -> bool {
        let ends = corner.iter().zip(self.grid.chunk().iter());
        ends.zip(self.common.shape.iter()).any(|((&at, &n), &extent)| at.saturating_add(n) > extent)
    }

    /// Checks a stored chunk's place.
    fn stored(&self, span: ChunkSpan, corner: &[u64], table: &ChunkTable) -> Result<StoredChunk> {
        let at = self.base.saturating_add(span.address);
        let length = u64::from(span.size);
        let file = self.common.cx.source().size().unwrap_or(u64::MAX);
        if at.checked_add(length).is_none_or(|end| end > file) {
            return Err(Defect::BeyondEnd { of: "chunk", length, file }.at(at));
        }
        let plain = table.plain_edges && self.at_edge(corner);
        let mask = if plain { u32::MAX } else { span.mask };
        Ok(StoredChunk { at, size: usize::try_from(span.size).unwrap_or(usize::MAX), mask })
    }

    fn values(&self, cut: &Cut, scratch: &mut Scratch) -> Result<Buf> {
        let Common { cx, element, packed, .. } = &self.common;
        let elements = cut.count.elements().and_then(|n| usize::try_from(n).ok());
        let bytes = |size: usize| elements.and_then(|n| n.checked_mul(size)).unwrap_or(usize::MAX);
        let table = self.table();
        let found = table.and_then(|table| Some((table, table.get(cut.cell)?)));
        let mut buf = cx.buf(bytes(*packed))?;
        let Some((table, span)) = found else {
            fill(self.common.fill.as_deref(), &mut buf);
            return Ok(buf);
        };
        let stored = self.stored(span, &cut.corner, table)?;
        let whole = *cut.count == **self.grid.chunk();
        if whole && element.in_place() {
            self.pipeline.decode(cx, stored, scratch, &mut buf)?;
            element.convert_in_place(&mut buf);
            return Ok(buf);
        }
        let mut decoded = cx.buf(table.bytes)?;
        self.pipeline.decode(cx, stored, scratch, &mut decoded)?;
        // what is decoded needs the scratch no longer, and the next buffer may
        if whole {
            element.convert(&decoded, &mut buf);
        } else if element.in_place() {
            self.take(cut, &decoded, &mut buf)?;
            element.convert_in_place(&mut buf);
        } else {
            let mut taken = cx.buf(bytes(element.stored))?;
            self.take(cut, &decoded, &mut taken)?;
            element.convert(&taken, &mut buf);
        }
        Ok(buf)
    }

    /// Takes the wanted elements out of a storage chunk.
    fn take(&self, cut: &Cut, from: &[u8], to: &mut [u8]) -> Result<()> {
        let steps: Dims = self.extents.iter().map(|e| e.step).collect();
        let (zeros, ones) = (Dims::filled(steps.len(), 0), Dims::filled(steps.len(), 1));
        let source = Part { shape: self.grid.chunk(), start: &cut.start, step: &steps };
        let target = Part { shape: &cut.count, start: &zeros, step: &ones };
        copy_box(self.common.element.stored, (from, source), (to, target), &cut.count)
            .ok_or_else(|| Error::new(ErrorKind::Request, "region outside of its chunk"))
    }
}

impl ChunkPlan for Chunked {
    fn len(&self) -> usize {
        self.length
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.common.dtype.clone(), shape_of(&self.extents)))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let Cut { origin, count, .. } = self.cut(index)?;
        Some(Place { entry: self.common.entry, origin, shape: count })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let none = || Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.length));
        let cut = self.cut(index).ok_or_else(none)?;
        let buf = self.values(&cut, scratch)?;
        let along = cut.corner.iter().zip(cut.start.iter());
        let origin: Dims = along.map(|(&a, &b)| a.saturating_add(b)).collect();
        Chunk::new(self.common.entry, origin, cut.count, self.common.dtype.clone(), buf)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn every_index_of_a_region_is_in_one_chunk() {
        for (start, count, step, chunk) in
            [(0, 10, 1, 3), (2, 4, 3, 4), (5, 3, 7, 2), (4, 1, 1, 5), (3, 0, 1, 4), (0, 3, 4, 4)]
        {
            let extent = Extent { start, count, step };
            let mut next = 0;
            for number in 0..blocks(&extent, chunk) {
                let (coordinate, first, n) = block(&extent, chunk, number);
                assert!(n > 0 && first == next, "{extent:?} {chunk} {number}");
                for index in first..first + n {
                    assert_eq!((start + index * step) / chunk, coordinate);
                }
                next = first + n;
            }
            assert_eq!(next, count);
        }
    }
}
