//! Rows: several columns in one pass, whole rows, and columns whose cells have to be taken apart.
#![deny(clippy::arithmetic_side_effects)]

mod whole;

use std::sync::Arc;

use stream_core::memory::Buf;
use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Form, Member, Place,
    Region, Request, Result, Scratch,
};

use super::cell::{Cell, Kind};
use super::heap::Want;
use super::held::Held;
use super::read_exact;
use crate::{Column, Table};

/// Blocks of rows; each gives one chunk for each column, or one chunk of whole rows.
pub(crate) struct RowsPlan {
    cx: Context,
    offset: u64,
    row_bytes: u64,
    picked: Extent,
    /// Rows of a block, after the region.
    block: u64,
    /// Blocks that are at work at the same time: their chunks of one column come one behind the other, so that threads read
    /// different blocks.
    group: u64,
    cells: Vec<Cell>,
    /// The type of whole rows; `None` where columns come by themselves.
    row: Option<DType>,
    held: Held,
}

/// The region of rows: only the first axis may be cut.
fn rows_of(region: &Region, table: &Table) -> Result<Extent> {
    let whole = Extent { start: 0, count: 0, step: 1 };
    if region.axes().len() > 1
        && region.axes().iter().skip(1).any(|s| *s != stream_core::Slice::ALL)
    {
        let message = format!("region {region}: these rows are cut along the first axis only");
        return Err(Error::new(ErrorKind::Request, message));
    }
    let first: Region = Region::new(region.axes().iter().take(1).copied().collect::<Vec<_>>());
    Ok(first.resolve(&[table.rows])?.first().copied().unwrap_or(whole))
}

impl RowsPlan {
    /// These columns, each with the number of its entry in the request.
    pub(crate) fn columns(
        cx: &Context,
        table: &Table,
        columns: &[(usize, &Column)],
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let cells =
            columns.iter().map(|(entry, column)| Cell::new(table, column, *entry, request.form));
        let cells = cells.collect::<Result<Vec<_>>>()?;
        Self::new(cx, table, cells, None, request, chunk)
    }

    /// Whole rows as one element each, named as the columns are in paths.
    pub(crate) fn whole(
        cx: &Context,
        table: &Table,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        if request.form == Form::Bytes {
            return Err(Error::new(ErrorKind::Request, "rows are no single bytes"));
        }
        let within = |c: &&Column| c.offset.saturating_add(c.width) <= table.row_bytes;
        let (mut cells, mut members) = (Vec::new(), Vec::new());
        for column in table.columns.iter().filter(within) {
            let cell = Cell::new(table, column, entry, request.form)?;
            members.push(Member { name: table.member(column), dtype: cell.member() });
            cells.push(cell);
        }
        let row = DType::Struct(members.into());
        Self::new(cx, table, cells, Some(row), request, chunk)
    }

    fn new(
        cx: &Context,
        table: &Table,
        cells: Vec<Cell>,
        row: Option<DType>,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let picked = rows_of(&request.region, table)?;
        // what a row costs: its bytes in the file, or in a chunk, with what the heap has for it on average
        let mut each = table.row_bytes.saturating_mul(picked.step);
        if cells.iter().any(|cell| matches!(cell.kind, Kind::Heap(_))) {
            each = each.saturating_add(table.heap_bytes.checked_div(table.rows).unwrap_or(0));
        }
        let out = cells.iter().map(|cell| cell.size().unwrap_or(4));
        let out = out.fold(0usize, usize::saturating_add);
        each = each.max(u64::try_from(out).unwrap_or(u64::MAX)).max(1);
        let block = u64::try_from(chunk).unwrap_or(u64::MAX).checked_div(each).unwrap_or(1).max(1);
        let shared = row.is_none() && cells.len() > 1;
        let group = if shared && cx.is_random() { cx.threads().get().min(8) } else { 1 };
        Ok(Self {
            cx: cx.clone(),
            offset: table.offset,
            row_bytes: table.row_bytes,
            picked,
            block,
            group: u64::try_from(group).unwrap_or(1),
            cells,
            row,
            // a thread may still be at the group before
            held: Held::new(group.saturating_mul(2)),
        })
    }

    fn blocks(&self) -> u64 {
        self.picked.count.div_ceil(self.block)
    }

    /// Chunks of a block.
    fn each(&self) -> u64 {
        if self.row.is_some() { 1 } else { u64::try_from(self.cells.len()).unwrap_or(u64::MAX) }
    }

    /// Which block and which column a chunk is.
    fn find(&self, index: usize) -> Option<(u64, usize)> {
        let index = u64::try_from(index).ok()?;
        let per_group = self.group.checked_mul(self.each())?;
        let first = index.checked_div(per_group)?.checked_mul(self.group)?;
        let within = index.checked_rem(per_group)?;
        let blocks = self.blocks().checked_sub(first)?.min(self.group);
        let cell = usize::try_from(within.checked_div(blocks)?).ok()?;
        let block = first.checked_add(within.checked_rem(blocks)?)?;
        (cell < usize::try_from(self.each()).ok()?).then_some((block, cell))
    }

    /// The rows of a block: the first after the region, and how many.
    fn rows(&self, block: u64) -> (u64, u64) {
        let first = block.saturating_mul(self.block);
        (first, self.picked.count.saturating_sub(first).min(self.block))
    }

    /// Where a block's bytes stand, how many they are, and how far its rows are from one another.
    fn span(&self, block: u64) -> (u64, usize, usize) {
        let (first, count) = self.rows(block);
        let row = self.picked.start.saturating_add(first.saturating_mul(self.picked.step));
        let at = self.offset.saturating_add(row.saturating_mul(self.row_bytes));
        let step = self.row_bytes.saturating_mul(self.picked.step);
        let bytes = count.saturating_sub(1).saturating_mul(step).saturating_add(self.row_bytes);
        let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        (at, if count == 0 { 0 } else { small(bytes) }, small(step))
    }

    /// A block in memory of its own.
    fn load(&self, block: u64) -> Result<Buf> {
        let (at, bytes, _) = self.span(block);
        let mut buf = self.cx.buf(bytes)?;
        read_exact(&self.cx, at, &mut buf)?;
        Ok(buf)
    }

    fn chunk(&self, cell: &Cell, block: u64, rows: &[u8]) -> Result<Chunk> {
        let (first, count) = self.rows(block);
        let (at, _, step) = self.span(block);
        let small = usize::try_from(count).unwrap_or(usize::MAX);
        let start = self.picked.start.saturating_add(first.saturating_mul(self.picked.step));
        let mut origin = Dims::from([start]);
        let mut shape = Dims::from([count]);
        for &d in cell.dims.iter() {
            origin.push(0);
            shape.push(d);
        }
        let buf = match (&cell.kind, cell.size()) {
            (Kind::Heap(heaped), _) => {
                let mut want = Want::default();
                for row in rows.chunks(step.max(1)) {
                    heaped.want(cell, cell.of(row), at, &mut want)?;
                }
                let mut buf = self.cx.buf(want.out)?;
                let loaded = heaped.load(&self.cx, &want)?;
                let mut filled = 0usize;
                for row in rows.chunks(step.max(1)) {
                    let field = cell.of(row);
                    filled = heaped.append(&self.cx, cell, field, &loaded, &mut buf, filled)?;
                }
                buf.truncate(filled);
                buf
            }
            (_, size) => {
                let mut buf = self.cx.buf(small.saturating_mul(size.unwrap_or(0)))?;
                cell.fill(&self.cx, rows, step, &mut buf, at)?;
                buf
            }
        };
        Chunk::new(cell.entry, origin, shape, cell.dtype.clone(), buf)
    }
}

impl ChunkPlan for RowsPlan {
    fn len(&self) -> usize {
        usize::try_from(self.blocks().saturating_mul(self.each())).unwrap_or(usize::MAX)
    }

    fn array(&self) -> Option<Array> {
        let rows = self.picked.count;
        match (&self.row, self.cells.first()) {
            (Some(row), _) => Some(Array::new(row.clone(), [rows])),
            (None, Some(cell)) => {
                let mut shape = Dims::from([rows]);
                cell.dims.iter().for_each(|&d| shape.push(d));
                Some(Array::new(cell.dtype.clone(), shape))
            }
            (None, None) => None,
        }
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (block, cell) = self.find(index)?;
        let (first, count) = self.rows(block);
        let cell = self.cells.get(cell);
        let (mut origin, mut shape) = (Dims::from([first]), Dims::from([count]));
        if self.row.is_none() {
            for &d in cell?.dims.iter() {
                origin.push(0);
                shape.push(d);
            }
        }
        Some(Place { entry: cell.map_or(0, |cell| cell.entry), origin, shape })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let found = self.find(index).filter(|_| index < self.len());
        let (block, cell) = found.ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let (at, bytes, step) = self.span(block);
        if let Some(row) = &self.row {
            let rows = scratch.bytes(&self.cx, bytes)?;
            read_exact(&self.cx, at, rows)?;
            return self.whole_rows(row, block, rows, step);
        }
        let cell = self.cells.get(cell);
        let cell = cell.ok_or_else(|| Error::new(ErrorKind::Request, "no such column"))?;
        if self.cells.len() == 1 {
            let rows = scratch.bytes(&self.cx, bytes)?;
            read_exact(&self.cx, at, rows)?;
            return self.chunk(cell, block, rows);
        }
        let rows: Arc<Buf> = self.held.get(block, || self.load(block))?;
        let chunk = self.chunk(cell, block, &rows);
        if chunk.as_ref().is_err_and(|e| e.kind() == ErrorKind::OverBudget) {
            // the other blocks may be what is in the way
            self.held.forget();
            return self.chunk(cell, block, &rows);
        }
        chunk
    }
}
