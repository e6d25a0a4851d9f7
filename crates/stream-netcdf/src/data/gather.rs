//! What a region picks of a classic variable, brought together with few large reads.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Dims, Error, Extent, Result, Scratch};

use crate::classic::Layout;
use crate::swap::swap_in_place;

/// Bytes that are read and not wanted, rather than asking the system again: it costs about as much as copying these.
const GAP: u64 = 16 * 1024;
/// Pieces from this length on are read by themselves, to where they belong; shorter neighbours are read together and copied.
const LONG: u64 = 32 * 1024;
/// The most bytes that are read together, and the least for a small chunk.
const WINDOW: (u64, u64) = (16 * 1024, 256 * 1024);
/// Bytes that are read before they are turned around: they are still in the core's own cache then.
const STRETCH: usize = 256 * 1024;

/// Pieces of `len` bytes, one for each combination of the axes' indices.
pub(super) struct Runs {
    /// Count and distance in bytes, slowest axis first.
    axes: Vec<(u64, u64)>,
    base: u64,
    len: u64,
}

impl Runs {
    /// Of the elements of `size` bytes that `picked` selects of an array of `shape`.
    pub(super) fn new(layout: &Layout, shape: &[u64], size: u64, picked: &[Extent]) -> Self {
        let interleaved = layout.records > 1 && layout.stride != layout.bytes;
        // bytes from one index of each axis to the next
        let mut strides = Dims::filled(shape.len(), 0);
        let mut inner = size;
        for (stride, extent) in strides.iter_mut().zip(shape).rev() {
            *stride = inner;
            inner = inner.saturating_mul(*extent);
        }
        if let Some(first) = strides.first_mut().filter(|_| interleaved) {
            *first = layout.stride;
        }
        let mut runs = Self { axes: Vec::new(), base: layout.begin, len: size };
        let mut joined = true;
        for (axis, ((e, &stride), &extent)) in
            picked.iter().zip(strides.iter()).zip(shape).enumerate().rev()
        {
            runs.base = runs.base.saturating_add(e.start.saturating_mul(stride));
            let apart = axis == 0 && interleaved;
            if joined && !apart && (e.step == 1 || e.count <= 1) {
                // what is next to each other is one piece
                runs.len = runs.len.saturating_mul(e.count);
                joined = e.count == extent;
                continue;
            }
            joined = false;
            runs.axes.push((e.count, stride.saturating_mul(e.step)));
        }
        runs.axes.reverse();
        runs
    }

    /// How many of the innermost axes are close enough to be read together, and the bytes that they span.
    fn dense(&self) -> (usize, u64) {
        let mut span = self.len;
        let mut split = self.axes.len();
        if self.len >= LONG {
            return (split, span);
        }
        for &(count, step) in self.axes.iter().rev() {
            if step.saturating_sub(span) > GAP {
                break;
            }
            let before = count.saturating_sub(1).saturating_mul(step);
            span = span.saturating_add(before);
            split = split.saturating_sub(1);
        }
        (split, span)
    }

    /// The first byte, and the one after the last.
    pub(super) fn span(&self) -> (u64, u64) {
        let last = self.axes.iter().fold(0u64, |n, &(count, step)| {
            n.saturating_add(count.saturating_sub(1).saturating_mul(step))
        });
        (self.base, self.base.saturating_add(last).saturating_add(self.len))
    }

    /// Fills `out` with all pieces in order, elements of `swap` bytes turned around.
    pub(super) fn read(
        &self,
        cx: &Context,
        swap: u64,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let Some(len) = usize::try_from(self.len).ok().filter(|&len| len > 0) else {
            return Ok(());
        };
        let (split, span) = self.dense();
        let window = u64::try_from(out.len()).unwrap_or(u64::MAX).saturating_mul(4);
        let window = window.clamp(WINDOW.0, WINDOW.1).max(self.len);
        let (outer, inner) = self.axes.split_at_checked(split).unwrap_or_default();
        let mut pieces = out.chunks_exact_mut(len);
        let mut outer = Odometer::new(outer, self.base);
        while let Some(base) = outer.next() {
            if inner.is_empty() {
                let Some(piece) = pieces.next() else { break };
                read_exact(cx, base, piece, swap)?;
                continue;
            }
            let end = base.saturating_add(span);
            let (mut start, mut filled) = (base, base);
            let mut inner = Odometer::new(inner, base);
            while let Some(at) = inner.next() {
                let Some(piece) = pieces.next() else { break };
                if at.saturating_add(self.len) > filled {
                    (start, filled) = (at, at.saturating_add(window).min(end));
                    let want = usize::try_from(filled.saturating_sub(start)).unwrap_or(usize::MAX);
                    read_exact(cx, start, scratch.bytes(cx, want)?, 1)?;
                }
                let want = usize::try_from(filled.saturating_sub(start)).unwrap_or(usize::MAX);
                let held = scratch.bytes(cx, want)?;
                let from = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                copy(piece, held.get(from..).unwrap_or_default());
                swap_in_place(piece, swap);
            }
        }
        Ok(())
    }

    /// The same out of bytes in memory, the first of which stands at `start` of the file.
    pub(super) fn pick(&self, held: &[u8], start: u64, swap: u64, out: &mut [u8]) {
        let Some(len) = usize::try_from(self.len).ok().filter(|&len| len > 0) else { return };
        let mut places = Odometer::new(&self.axes, self.base);
        for piece in out.chunks_exact_mut(len) {
            let Some(at) = places.next() else { break };
            let from = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
            copy(piece, held.get(from..).unwrap_or_default());
        }
        swap_in_place(out, swap);
    }
}

/// Copies as many bytes as `to` has; `from` has at least as many.
fn copy(to: &mut [u8], from: &[u8]) {
    if let Some(from) = from.get(..to.len()) {
        to.copy_from_slice(from);
    }
}

/// Reads all of `out` from `offset` on, turning elements of `swap` bytes around stretch by stretch.
fn read_exact(cx: &Context, mut offset: u64, out: &mut [u8], swap: u64) -> Result<()> {
    let end = offset.saturating_add(u64::try_from(out.len()).unwrap_or(u64::MAX));
    if let Some(size) = cx.source().size().filter(|&size| end > size) {
        // positions that no file reaches are not asked for
        let found = size.saturating_sub(offset);
        let message = format!("data ends early (expected {} bytes, found {found})", out.len());
        return Err(Error::truncated(size, message));
    }
    for stretch in out.chunks_mut(STRETCH) {
        cx.read_exact_at(offset, stretch)?;
        swap_in_place(stretch, swap);
        offset = offset.saturating_add(u64::try_from(stretch.len()).unwrap_or(0));
    }
    Ok(())
}

/// Counts through the indices of axes, and says at which byte each combination lies.
struct Odometer<'a> {
    axes: &'a [(u64, u64)],
    indices: Dims,
    at: Option<u64>,
}

impl<'a> Odometer<'a> {
    fn new(axes: &'a [(u64, u64)], base: u64) -> Self {
        let empty = axes.iter().any(|a| a.0 == 0);
        Self { axes, indices: Dims::filled(axes.len(), 0), at: (!empty).then_some(base) }
    }

    fn next(&mut self) -> Option<u64> {
        let this = self.at?;
        let mut next = this;
        self.at = None;
        for (index, &(count, step)) in self.indices.iter_mut().zip(self.axes).rev() {
            *index = index.saturating_add(1);
            if *index < count {
                self.at = Some(next.saturating_add(step));
                break;
            }
            next = next.saturating_sub(count.saturating_sub(1).saturating_mul(step));
            *index = 0;
        }
        Some(this)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::{MemorySource, Region};
    use stream_memory::Budget;

    /// Two records of 12 bytes each among others, read as bytes.
    fn gathered(region: &str, shape: &[u64], layout: Layout) -> (Vec<u8>, u64) {
        let bytes: Vec<u8> = (0..=255).collect();
        let cx = Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 1 << 20));
        let picked = region.parse::<Region>().unwrap().resolve(shape).unwrap();
        let runs = Runs::new(&layout, shape, 1, &picked);
        let elements = picked.iter().map(|e| e.count).product::<u64>();
        let mut out = vec![0; elements as usize];
        runs.read(&cx, 1, &mut out, &mut Scratch::new()).unwrap();
        let (start, end) = runs.span();
        let mut again = vec![0; out.len()];
        let held: Vec<u8> = (start..end).map(|b| b as u8).collect();
        runs.pick(&held, start, 1, &mut again);
        assert_eq!(out, again);
        (out, cx.counters().reads())
    }

    #[test]
    fn interleaved_records_that_lie_close_are_read_at_once() {
        let layout = Layout { begin: 10, bytes: 6, records: 3, stride: 20 };
        let (out, reads) = gathered("", &[3, 2, 3], layout);
        let expected: Vec<u8> = [10u8, 30, 50].iter().flat_map(|&r| r..r + 6).collect();
        assert_eq!((out, reads), (expected, 1));
        let (out, _) = gathered("::2, 1, ::2", &[3, 2, 3], layout);
        assert_eq!(out, [13, 15, 53, 55]);
    }

    #[test]
    fn a_region_of_a_fixed_variable_is_what_its_slices_say() {
        let layout = Layout { begin: 4, bytes: 24, records: 1, stride: 24 };
        let (out, _) = gathered("1:3, ::2, 1:", &[3, 4, 2], layout);
        assert_eq!(out, [13, 17, 21, 25]);
        let (out, reads) = gathered("1:", &[3, 4, 2], layout);
        assert_eq!((out, reads), ((12..28).collect::<Vec<u8>>(), 1));
    }
}
