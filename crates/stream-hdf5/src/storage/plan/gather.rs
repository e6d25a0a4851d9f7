//! Reading a region of an array that stands in one piece, with few reads.

use stream_core::{Context, Dims, Error, ErrorKind, Extent, Result};

use super::super::boxes::{Part, copy_box};
use super::linear::Values;

/// The most that is read at once to take a part of it.
const COVER: u64 = 256 << 10;
/// A gap of up to this many bytes costs less to read than another read.
const GAP: u64 = 4096;
/// Nor does one read that is wanted to at least a sixteenth.
const DENSITY: u64 = 16;

/// Reads what `picked` selects of an array of `shape` with elements of `element` bytes into `out`, in C order.
pub(super) fn gather(
    values: &Values,
    cx: &Context,
    (shape, element): (&[u64], usize),
    picked: &[Extent],
    out: &mut [u8],
) -> Result<()> {
    let element = u64::try_from(element).unwrap_or(u64::MAX);
    Gather { values, cx, shape, element }.axis(0, 0, picked, out)
}

struct Gather<'a> {
    values: &'a Values,
    cx: &'a Context,
    shape: &'a [u64],
    element: u64,
}

impl Gather<'_> {
    /// Bytes between two indices of an axis.
    fn stride(&self, axis: usize) -> u64 {
        let behind = self.shape.iter().skip(axis.saturating_add(1));
        behind.fold(self.element, |n, &d| n.saturating_mul(d))
    }

    /// Whether axes from `axis` on are taken in one piece.
    fn together(&self, axis: usize, picked: &[Extent]) -> bool {
        let axes = picked.iter().zip(self.shape).skip(axis).enumerate();
        axes.into_iter().all(|(n, (e, &extent))| {
            let run = e.step == 1 || e.count == 1;
            // the first axis may be cut; those behind must be whole
            run && (n == 0 || e.count == extent)
        })
    }

    /// Reads the indices of `axis` and all behind it, `base` bytes into the array.
    fn axis(&self, axis: usize, base: u64, picked: &[Extent], out: &mut [u8]) -> Result<()> {
        let Some(extent) = picked.get(axis) else {
            return self.values.read(base, out);
        };
        let stride = self.stride(axis);
        if self.together(axis, picked) {
            // whole axes behind start at 0, a single index of one does not
            let start = picked.iter().enumerate().skip(axis).fold(base, |n, (axis, e)| {
                n.saturating_add(e.start.saturating_mul(self.stride(axis)))
            });
            return self.values.read(start, out);
        }
        let step = extent.step.saturating_mul(stride);
        let inner: u64 = picked
            .iter()
            .skip(axis.saturating_add(1))
            .fold(self.element, |n, e| n.saturating_mul(e.count));
        let per_index = usize::try_from(inner).unwrap_or(usize::MAX).max(1);
        let dense = step <= GAP || inner.saturating_mul(DENSITY) >= step;
        let group = COVER.checked_div(step).unwrap_or(0);
        if !dense || group == 0 {
            for (number, out) in (0..extent.count).zip(out.chunks_exact_mut(per_index)) {
                let at = extent.start.saturating_add(number.saturating_mul(extent.step));
                let base = base.saturating_add(at.saturating_mul(stride));
                self.axis(axis.saturating_add(1), base, picked, out)?;
            }
            return Ok(());
        }
        let group_bytes = usize::try_from(group.saturating_mul(inner)).unwrap_or(usize::MAX);
        let mut first = 0u64;
        for out in out.chunks_mut(group_bytes.max(1)) {
            let count = group.min(extent.count.saturating_sub(first));
            let at = extent.start.saturating_add(first.saturating_mul(extent.step));
            self.cover(axis, base, (at, count), picked, out)?;
            first = first.saturating_add(count);
        }
        Ok(())
    }

    /// Reads everything between the first and the last wanted byte of `count` indices from `at` on, and takes what is wanted.
    fn cover(
        &self,
        axis: usize,
        base: u64,
        (at, count): (u64, u64),
        picked: &[Extent],
        out: &mut [u8],
    ) -> Result<()> {
        let first = picked.get(axis).copied().unwrap_or(Extent { start: 0, count: 0, step: 1 });
        let cut = Extent { start: at, count, ..first };
        let behind = picked.get(axis.saturating_add(1)..).unwrap_or_default();
        let axes = || std::iter::once(&cut).chain(behind);
        let stride = self.stride(axis);
        // rows from the first wanted one to the last: of the first axis only those, of the others all
        let rows = count.saturating_sub(1).saturating_mul(cut.step).saturating_add(1);
        let length = rows.saturating_mul(stride);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut bytes = self.cx.buf(length)?;
        self.values.read(base.saturating_add(at.saturating_mul(stride)), &mut bytes)?;
        let inner = self.shape.get(axis.saturating_add(1)..).unwrap_or_default();
        let shape: Dims = std::iter::once(rows).chain(inner.iter().copied()).collect();
        let start: Dims = std::iter::once(0).chain(behind.iter().map(|e| e.start)).collect();
        let step: Dims = axes().map(|e| e.step).collect();
        let counts: Dims = axes().map(|e| e.count).collect();
        let (zeros, ones) = (Dims::filled(counts.len(), 0), Dims::filled(counts.len(), 1));
        let source = Part { shape: &shape, start: &start, step: &step };
        let target = Part { shape: &counts, start: &zeros, step: &ones };
        let element = usize::try_from(self.element).unwrap_or(usize::MAX);
        copy_box(element, (&bytes, source), (out, target), &counts)
            .ok_or_else(|| Error::new(ErrorKind::Request, "region outside of its array"))
    }
}
