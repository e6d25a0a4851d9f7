//! Rows of the table and bytes of the heap, read in few large pieces.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Buf;
use stream_core::{Context, ErrorKind, Result, Scratch, Span};

use super::{Cells, PerTile, TiledImage};
use crate::Numeric;
use crate::data::read_exact;

/// Bytes of rows read at once.
const ROWS: u64 = 64 << 10;
/// Bytes of the heap read at once, where tiles are smaller.
const WINDOW: u64 = 1 << 20;
/// Bytes between two tiles that are read for nothing.
const GAP: u64 = 4 << 10;

/// Where bytes of the data come from.
#[derive(Debug)]
pub(super) enum Store {
    /// From the source by position.
    Source,
    /// All of them, held since the source only goes forward.
    Held(Buf),
}

impl Store {
    /// Reads the data of a source that only goes forward.
    pub(super) fn new(cx: &Context, data: Span) -> Result<Self> {
        if cx.is_random() {
            return Ok(Self::Source);
        }
        let length = usize::try_from(data.length).unwrap_or(usize::MAX);
        let mut buf = cx.buf(length).map_err(|refused| {
            let message = format!(
                "compressed image over a source that only goes forward: {} bytes of tiles must be held; give a file, or more \
                 memory",
                data.length
            );
            stream_core::Error::new(ErrorKind::Unsupported, message)
                .at(data.offset)
                .with_source(refused)
        })?;
        let mut at = data.offset;
        // in pieces that a window takes
        for piece in buf.chunks_mut(ROWS as usize) {
            read_exact(cx, at, piece)?;
            at = at.saturating_add(u64::try_from(piece.len()).unwrap_or(0));
        }
        Ok(Self::Held(buf))
    }
}

/// A row of the table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a>(&'a [u8]);

impl Row<'_> {
    fn bytes<const N: usize>(&self, offset: u64) -> Option<[u8; N]> {
        let at = usize::try_from(offset).ok()?;
        self.0.get(at..)?.first_chunk::<N>().copied()
    }

    /// Where an array lies in the heap and how many bytes it has; `None` for one of no elements.
    pub(super) fn cell(&self, cells: Option<Cells>) -> Option<Span> {
        let Cells { offset, wide, size } = cells?;
        let (count, at) = if wide {
            let [count, at] = [offset, offset.saturating_add(8)].map(|at| self.bytes::<8>(at));
            (u64::from_be_bytes(count?), u64::from_be_bytes(at?))
        } else {
            let [count, at] = [offset, offset.saturating_add(4)].map(|at| self.bytes::<4>(at));
            (u64::from(u32::from_be_bytes(count?)), u64::from(u32::from_be_bytes(at?)))
        };
        (count > 0).then(|| Span { offset: at, length: count.saturating_mul(size) })
    }

    /// The number of a column or keyword.
    pub(super) fn number(&self, of: PerTile) -> Option<f64> {
        let PerTile::Column { offset, numeric } = of else {
            return if let PerTile::Keyword(number) = of { Some(number) } else { None };
        };
        Some(match numeric {
            Numeric::U8 => f64::from(self.bytes::<1>(offset).map(u8::from_be_bytes)?),
            Numeric::I16 => f64::from(self.bytes(offset).map(i16::from_be_bytes)?),
            Numeric::I32 => f64::from(self.bytes(offset).map(i32::from_be_bytes)?),
            Numeric::I64 => self.bytes(offset).map(i64::from_be_bytes)? as f64,
            Numeric::F32 => f64::from(self.bytes(offset).map(f32::from_be_bytes)?),
            Numeric::F64 => self.bytes(offset).map(f64::from_be_bytes)?,
        })
    }
}

/// What one chunk reads: a block of rows, and a window of the heap.
pub(super) struct Feed<'a> {
    cx: &'a Context,
    tiled: &'a TiledImage,
    store: &'a Store,
    rows: Option<Buf>,
    /// Which rows the block has.
    first: u64,
    count: u64,
    scratch: &'a mut Scratch,
    window: Span,
}

impl<'a> Feed<'a> {
    pub(super) fn new(
        cx: &'a Context,
        tiled: &'a TiledImage,
        store: &'a Store,
        scratch: &'a mut Scratch,
    ) -> Self {
        let window = Span { offset: 0, length: 0 };
        Self { cx, tiled, store, rows: None, first: 0, count: 0, scratch, window }
    }

    /// Makes sure that row `number` is there, and up to `run` rows from there on.
    pub(super) fn load(&mut self, number: u64, run: u64) -> Result<()> {
        if number.checked_sub(self.first).is_some_and(|at| at < self.count) {
            return Ok(());
        }
        let width = self.tiled.row_bytes.max(1);
        let count = run.min(ROWS.checked_div(width).unwrap_or(1)).max(1);
        (self.first, self.count) = (number, count);
        if matches!(self.store, Store::Held(_)) {
            return Ok(());
        }
        let bytes = usize::try_from(count.saturating_mul(width)).unwrap_or(usize::MAX);
        self.rows = None;
        let mut rows = self.cx.buf(bytes)?;
        let at = self.tiled.offset.saturating_add(number.saturating_mul(width));
        read_exact(self.cx, at, &mut rows)?;
        self.rows = Some(rows);
        Ok(())
    }

    /// A row that is there.
    pub(super) fn row(&self, number: u64) -> Row<'_> {
        let width = self.tiled.row_bytes;
        let (bytes, from) = match self.store {
            Store::Held(held) => (Some(&**held), number),
            Store::Source => (self.rows.as_deref(), number.saturating_sub(self.first)),
        };
        let start = usize::try_from(from.saturating_mul(width)).unwrap_or(usize::MAX);
        let width = usize::try_from(width).unwrap_or(usize::MAX);
        let row = bytes.and_then(|bytes| bytes.get(start..)?.get(..width));
        Row(row.unwrap_or_default())
    }

    /// The bytes of `cell`, one of those of row `number`, in the heap; those of the following rows' `cells` come with them.
    pub(super) fn cell(&mut self, number: u64, cell: Span, cells: Option<Cells>) -> Result<&[u8]> {
        let heap = self.tiled.heap;
        if let Store::Held(held) = self.store {
            let base = heap.offset.saturating_sub(self.tiled.data.offset);
            let start = usize::try_from(base.saturating_add(cell.offset)).unwrap_or(usize::MAX);
            let length = usize::try_from(cell.length).unwrap_or(usize::MAX);
            return Ok(held.get(start..).and_then(|held| held.get(..length)).unwrap_or_default());
        }
        let within = |window: Span| cell.offset >= window.offset && cell.end() <= window.end();
        if !within(self.window) {
            let mut window = cell;
            let behind = self.first.saturating_add(self.count);
            for next in number.saturating_add(1)..behind {
                let Some(next) = self.row(next).cell(cells) else { break };
                let near =
                    next.offset >= window.offset && next.offset <= window.end().saturating_add(GAP);
                let end = window.end().max(next.end());
                if !near || end.saturating_sub(window.offset) > WINDOW || end > heap.length {
                    break;
                }
                window.length = end.saturating_sub(window.offset);
            }
            self.window = Span { offset: 0, length: 0 };
            let bytes = usize::try_from(window.length).unwrap_or(usize::MAX);
            let to = self.scratch.bytes(self.cx, bytes)?;
            read_exact(self.cx, heap.offset.saturating_add(window.offset), to)?;
            self.window = window;
        }
        let start = cell.offset.saturating_sub(self.window.offset);
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let whole = usize::try_from(self.window.length).unwrap_or(usize::MAX);
        let bytes = self.scratch.bytes(self.cx, whole)?;
        let length = usize::try_from(cell.length).unwrap_or(usize::MAX);
        Ok(bytes.get(start..).and_then(|bytes| bytes.get(..length)).unwrap_or_default())
    }
}
