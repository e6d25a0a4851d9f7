//! Arrays of any length in the heap: FITS 4.0, 7.3.5.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Buf;
use stream_core::{Context, Error, Result};

use super::cell::{Cell, bits};
use super::read_exact;
use crate::Table;
use crate::column::{Heap, TType};

/// Where a column's arrays stand and what they are.
pub(super) struct Heaped {
    offset: u64,
    bytes: u64,
    wide: bool,
    kind: TType,
    number: usize,
}

/// A piece of the heap in memory.
#[derive(Default)]
pub(super) struct Loaded {
    start: u64,
    buf: Option<Buf>,
}

/// How much is wanted of the heap: bytes in chunks, bytes in the file, and from where to where.
#[derive(Clone, Copy, Default)]
pub(super) struct Want {
    pub(super) out: usize,
    stored: u64,
    from: u64,
    to: u64,
}

/// A piece that is read at once although parts of it are not wanted.
const SMALL: u64 = 64 << 10;

impl Heaped {
    pub(super) fn new(table: &Table, kind: TType, heap: Heap, number: usize) -> Self {
        let (offset, bytes) = (table.heap_offset, table.heap_bytes);
        Self { offset, bytes, wide: heap.wide, kind, number }
    }

    /// Bytes of a descriptor.
    fn size(&self) -> usize {
        if self.wide { 16 } else { 8 }
    }

    /// Length and place of an array, checked against the heap. `at` is where the row stands.
    fn array(&self, descriptor: &[u8], at: u64) -> Result<(u64, u64, u64)> {
        let half = self.size() / 2;
        let word = |bytes: &[u8]| bytes.iter().fold(0u64, |n, &b| n << 8 | u64::from(b));
        let (count, place) = descriptor.split_at_checked(half).unwrap_or_default();
        let (count, place) = (word(count), word(place));
        if count == 0 {
            return Ok((0, 0, 0));
        }
        let bytes = self.kind.bytes(count);
        let end = bytes.and_then(|bytes| place.checked_add(bytes));
        match bytes.filter(|_| end.is_some_and(|end| end <= self.bytes)) {
            Some(bytes) if u32::try_from(count).is_ok() => Ok((count, place, bytes)),
            _ => {
                let message = format!(
                    "column {}: descriptor of {count} elements at {place} points beyond the heap of {} bytes",
                    self.number, self.bytes
                );
                Err(Error::malformed(at, message))
            }
        }
    }

    /// Adds what the arrays of one cell take.
    pub(super) fn want(&self, cell: &Cell, field: &[u8], at: u64, want: &mut Want) -> Result<()> {
        let each = usize::try_from(cell.convert().size()).unwrap_or(usize::MAX);
        for descriptor in field.chunks_exact(self.size()) {
            let (count, place, bytes) = self.array(descriptor, at)?;
            let out = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(each);
            want.out = want.out.saturating_add(out).saturating_add(4);
            if bytes > 0 {
                let first = want.stored == 0;
                want.from = if first { place } else { want.from.min(place) };
                want.to = want.to.max(place.saturating_add(bytes));
                want.stored = want.stored.saturating_add(bytes);
            }
        }
        Ok(())
    }

    /// Reads the heap from the first to the last array at once, where that is not much more than what is wanted.
    pub(super) fn load(&self, cx: &Context, want: &Want) -> Result<Loaded> {
        let span = want.to.saturating_sub(want.from);
        if span == 0 || span > want.stored.saturating_mul(2).max(SMALL) {
            return Ok(Loaded::default());
        }
        let mut buf = cx.buf(usize::try_from(span).unwrap_or(usize::MAX))?;
        read_exact(cx, self.offset.saturating_add(want.from), &mut buf)?;
        Ok(Loaded { start: want.from, buf: Some(buf) })
    }

    /// Writes the arrays of one cell, each behind its length, from `filled` on; returns where they end.
    pub(super) fn append(
        &self,
        cx: &Context,
        cell: &Cell,
        field: &[u8],
        loaded: &Loaded,
        out: &mut [u8],
        mut filled: usize,
    ) -> Result<usize> {
        let each = usize::try_from(cell.convert().size()).unwrap_or(usize::MAX);
        for descriptor in field.chunks_exact(self.size()) {
            let (count, place, bytes) = self.array(descriptor, self.offset)?;
            let body = filled.saturating_add(4);
            let len = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(each);
            let end = body.saturating_add(len);
            let mut own = None;
            let from = match loaded.get(place, bytes) {
                Some(from) => from,
                None => {
                    let mut buf = cx.buf(usize::try_from(bytes).unwrap_or(usize::MAX))?;
                    read_exact(cx, self.offset.saturating_add(place), &mut buf)?;
                    &*own.insert(buf)
                }
            };
            let to = out.get_mut(body..end).unwrap_or_default();
            let (number, end) = match self.kind {
                TType::Character => {
                    let written = text(from, to);
                    (u32::try_from(written).unwrap_or(0), body.saturating_add(written))
                }
                TType::Bit => {
                    bits(from, to);
                    (u32::try_from(count).unwrap_or(0), end)
                }
                _ => {
                    cell.convert().apply(from, to, self.offset.saturating_add(place))?;
                    (u32::try_from(count).unwrap_or(0), end)
                }
            };
            if let Some(head) = out.get_mut(filled..body) {
                head.copy_from_slice(&number.to_ne_bytes());
            }
            filled = end;
        }
        Ok(filled)
    }
}

impl Loaded {
    fn get(&self, place: u64, bytes: u64) -> Option<&[u8]> {
        if bytes == 0 {
            return Some(&[]);
        }
        let start = usize::try_from(place.checked_sub(self.start)?).ok()?;
        let end = start.checked_add(usize::try_from(bytes).ok()?)?;
        self.buf.as_deref()?.get(start..end)
    }
}

/// A string up to its first zero (7.3.3.1); what is not ASCII is a question mark.
fn text(from: &[u8], to: &mut [u8]) -> usize {
    let len = memchr::memchr(0, from).unwrap_or(from.len()).min(to.len());
    for (to, &b) in to.iter_mut().zip(from).take(len) {
        *to = if b.is_ascii() { b } else { b'?' };
    }
    len
}
