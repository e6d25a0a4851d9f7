//! What one column has in a row, and how it gets into a chunk.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Context, DType, Dims, Error, Form, Result};

use super::convert::Convert;
use super::gather::pick;
use super::heap::Heaped;
use crate::column::{Field, TType};
use crate::{Column, Table};

/// One column's cells within held rows.
pub(super) struct Cell {
    /// Which of the request's entries it is.
    pub(super) entry: usize,
    /// Where it starts in a row, and its bytes there.
    at: usize,
    width: usize,
    /// Elements of a cell.
    elements: usize,
    pub(super) dims: Dims,
    pub(super) dtype: DType,
    pub(super) kind: Kind,
    convert: Convert,
}

pub(super) enum Kind {
    /// Elements of one size.
    Fixed,
    /// Bits, which become bytes.
    Bits,
    /// Descriptors of what stands in the heap.
    Heap(Heaped),
}

impl Cell {
    pub(super) fn new(table: &Table, column: &Column, entry: usize, form: Form) -> Result<Self> {
        if column.offset.saturating_add(column.width) > table.row_bytes {
            let message = format!("column {} lies beyond its row", column.number);
            return Err(Error::malformed(table.offset, message));
        }
        let convert = if form == Form::Bytes {
            Convert::raw(column.width)
        } else {
            Convert::column(column, form)
        };
        let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let mut cell = Self {
            entry,
            at: small(column.offset),
            width: small(column.width),
            elements: small(column.elements()),
            dims: column.dims.clone(),
            dtype: convert.dtype.clone(),
            kind: Kind::Fixed,
            convert,
        };
        match column.field {
            _ if form == Form::Bytes => {
                cell.elements = 1;
                cell.dims.clear();
            }
            Field::Binary(of) => {
                if let Some(heap) = of.heap {
                    let heaped = Heaped::new(table, of.kind, heap, column.number);
                    cell.dtype = match of.kind {
                        TType::Character => DType::Str,
                        _ => DType::Vlen(Arc::new(cell.convert.dtype.clone())),
                    };
                    cell.kind = Kind::Heap(heaped);
                } else if of.kind == TType::Bit {
                    cell.kind = Kind::Bits;
                }
            }
            _ => {}
        }
        Ok(cell)
    }

    /// What a cell is as one element of a row.
    pub(super) fn member(&self) -> DType {
        if self.dims.is_empty() {
            self.dtype.clone()
        } else {
            DType::Array(Arc::new(self.dtype.clone()), self.dims.clone())
        }
    }

    /// Bytes of a cell in a chunk; `None` where cells differ.
    pub(super) fn size(&self) -> Option<usize> {
        match self.kind {
            Kind::Heap(_) => None,
            _ => self.dtype.size()?.checked_mul(self.elements),
        }
    }

    /// Bytes of the row that the cells need.
    fn used(&self) -> usize {
        let from = usize::try_from(self.convert.from).unwrap_or(usize::MAX);
        self.elements.saturating_mul(from).min(self.width)
    }

    /// The bytes of a row that hold this cell.
    pub(super) fn of<'r>(&self, row: &'r [u8]) -> &'r [u8] {
        row.get(self.at..self.at.saturating_add(self.width)).unwrap_or_default()
    }

    /// The element conversion, of heap values too.
    pub(super) fn convert(&self) -> &Convert {
        &self.convert
    }

    /// Packs the cells of all `rows`, which start every `step` bytes, into `out`. `offset` says where the rows stand.
    pub(super) fn fill(
        &self,
        cx: &Context,
        rows: &[u8],
        step: usize,
        out: &mut [u8],
        offset: u64,
    ) -> Result<()> {
        let from = rows.get(self.at..).unwrap_or_default();
        if matches!(self.kind, Kind::Bits) {
            let each = self.elements.max(1);
            for (out, from) in out.chunks_exact_mut(each).zip(from.chunks(step.max(1))) {
                bits(from.get(..self.width).unwrap_or_default(), out);
            }
            return Ok(());
        }
        let each = self.used();
        if self.convert.is_in_place() {
            pick(from, step, out, each);
            self.convert.in_place(out);
            return Ok(());
        }
        let count = rows.len().div_ceil(step.max(1));
        let mut packed = cx.buf(each.saturating_mul(count))?;
        pick(from, step, &mut packed, each);
        let at = offset.saturating_add(u64::try_from(self.at).unwrap_or(0));
        self.convert.apply(&packed, out, at)
    }
}

/// The highest bit of a byte comes first.
pub(super) fn bits(from: &[u8], out: &mut [u8]) {
    for (out, byte) in out.chunks_mut(8).zip(from) {
        for (bit, to) in out.iter_mut().enumerate() {
            *to =
                byte.checked_shr(7u32.saturating_sub(u32::try_from(bit).unwrap_or(0))).unwrap_or(0)
                    & 1;
        }
    }
}
