//! Rows as elements: all columns of a row behind one another.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Buf;
use stream_core::{Chunk, DType, Dims, Result};

use super::RowsPlan;
use crate::data::cell::Kind;
use crate::data::gather::spread;
use crate::data::heap::{Loaded, Want};

impl RowsPlan {
    pub(super) fn whole_rows(
        &self,
        row: &DType,
        block: u64,
        rows: &[u8],
        step: usize,
    ) -> Result<Chunk> {
        let (first, count) = self.rows(block);
        let start = self.picked.start.saturating_add(first.saturating_mul(self.picked.step));
        let (origin, shape) = (Dims::from([start]), Dims::from([count]));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let buf = match row.size() {
            Some(size) => self.equal_rows(block, rows, step, count, size)?,
            None => self.unequal_rows(block, rows, step, count)?,
        };
        let entry = self.cells.first().map_or(0, |cell| cell.entry);
        Chunk::new(entry, origin, shape, row.clone(), buf)
    }

    /// Column by column into every row.
    fn equal_rows(
        &self,
        block: u64,
        rows: &[u8],
        step: usize,
        count: usize,
        size: usize,
    ) -> Result<Buf> {
        let (offset, ..) = self.span(block);
        let mut out = self.cx.buf(count.saturating_mul(size))?;
        let mut at = 0usize;
        for cell in &self.cells {
            let each = cell.size().unwrap_or(0);
            if each > 0 {
                let mut packed = self.cx.buf(count.saturating_mul(each))?;
                cell.fill(&self.cx, rows, step, &mut packed, offset)?;
                spread(&packed, each, &mut out, size, at);
            }
            at = at.saturating_add(each);
        }
        Ok(out)
    }

    /// Row by row, since some columns have arrays of any length.
    fn unequal_rows(&self, block: u64, rows: &[u8], step: usize, count: usize) -> Result<Buf> {
        let (offset, ..) = self.span(block);
        let mut total = 0usize;
        let mut parts: Vec<(Option<Buf>, Loaded)> = Vec::new();
        for cell in &self.cells {
            let mut part = (None, Loaded::default());
            match (&cell.kind, cell.size()) {
                (Kind::Heap(heaped), _) => {
                    let mut want = Want::default();
                    for row in rows.chunks(step.max(1)) {
                        heaped.want(cell, cell.of(row), offset, &mut want)?;
                    }
                    part.1 = heaped.load(&self.cx, &want)?;
                    total = total.saturating_add(want.out);
                }
                (_, size) => {
                    let bytes = count.saturating_mul(size.unwrap_or(0));
                    let mut packed = self.cx.buf(bytes)?;
                    cell.fill(&self.cx, rows, step, &mut packed, offset)?;
                    total = total.saturating_add(bytes);
                    part.0 = Some(packed);
                }
            }
            parts.push(part);
        }
        let mut out = self.cx.buf(total)?;
        let mut filled = 0usize;
        for (at, row) in rows.chunks(step.max(1)).enumerate() {
            for (cell, (packed, loaded)) in self.cells.iter().zip(&parts) {
                if let Kind::Heap(heaped) = &cell.kind {
                    let field = cell.of(row);
                    filled = heaped.append(&self.cx, cell, field, loaded, &mut out, filled)?;
                    continue;
                }
                let each = cell.size().unwrap_or(0);
                let from = at.saturating_mul(each);
                let from = packed.as_deref().and_then(|p| p.get(from..from.saturating_add(each)));
                let end = filled.saturating_add(each);
                if let (Some(from), Some(to)) = (from, out.get_mut(filled..end)) {
                    to.copy_from_slice(from);
                }
                filled = end;
            }
        }
        out.truncate(filled);
        Ok(out)
    }
}
