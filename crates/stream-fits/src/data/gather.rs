//! Elements that lie in steps, read in few large pieces.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Extent, Result, Scratch};

use super::read_exact;

/// One axis of what is wanted: how many, and how many bytes from one to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) count: u64,
    pub(super) far: u64,
}

impl Axis {
    pub(super) fn new(extent: &Extent, stride: u64) -> Self {
        Self { count: extent.count, far: extent.step.saturating_mul(stride) }
    }
}

/// A piece that is read although only parts of it are wanted: within these bounds that is faster than many small reads.
const SPAN: u64 = 1 << 20;
/// A wanted byte may cost this many that are not.
const WASTE: u64 = 16;
/// Less than this is read whatever is wanted of it.
const SMALL: u64 = 4096;

/// Reads elements of `size` bytes, the first at `at`, packed into `out`.
pub(super) struct Gather<'c> {
    pub(super) cx: &'c Context,
    pub(super) size: u64,
    /// The longest piece with unwanted bytes.
    pub(super) span: u64,
}

impl<'c> Gather<'c> {
    pub(super) fn new(cx: &'c Context, size: u64, chunk: usize) -> Self {
        let chunk = u64::try_from(chunk).unwrap_or(SPAN);
        Self { cx, size, span: chunk.clamp(SMALL, SPAN) }
    }

    /// Bytes from the first to the end of the last element.
    fn span_of(&self, axes: &[Axis]) -> u64 {
        axes.iter().fold(self.size, |n, axis| {
            n.saturating_add(axis.count.saturating_sub(1).saturating_mul(axis.far))
        })
    }

    pub(super) fn read(
        &self,
        axes: &[Axis],
        at: u64,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let useful = u64::try_from(out.len()).unwrap_or(u64::MAX);
        if useful == 0 {
            return Ok(());
        }
        let span = self.span_of(axes);
        if span == useful {
            return read_exact(self.cx, at, out);
        }
        if span <= self.span && (span <= SMALL || span <= useful.saturating_mul(WASTE)) {
            let piece = scratch.bytes(self.cx, usize::try_from(span).unwrap_or(usize::MAX))?;
            read_exact(self.cx, at, piece)?;
            copy(axes, self.size, piece, out);
            return Ok(());
        }
        let Some((&first, rest)) = axes.split_first() else { return Ok(()) };
        let each = useful.checked_div(first.count).unwrap_or(0);
        let inner = self.span_of(rest);
        let worth = first.far <= each.saturating_mul(WASTE);
        let group = if worth && inner <= self.span {
            let more = self.span.saturating_sub(inner).checked_div(first.far.max(1)).unwrap_or(0);
            more.saturating_add(1)
        } else {
            1
        };
        let bytes = usize::try_from(each.saturating_mul(group)).unwrap_or(usize::MAX).max(1);
        let mut at = at;
        for out in out.chunks_mut(bytes) {
            if group == 1 {
                self.read(rest, at, out, scratch)?;
            } else {
                let len = u64::try_from(out.len()).unwrap_or(0);
                let count = len.checked_div(each).unwrap_or(0);
                let span = inner.saturating_add(count.saturating_sub(1).saturating_mul(first.far));
                let piece = scratch.bytes(self.cx, usize::try_from(span).unwrap_or(usize::MAX))?;
                read_exact(self.cx, at, piece)?;
                let step = usize::try_from(first.far).unwrap_or(usize::MAX);
                let each = usize::try_from(each).unwrap_or(usize::MAX);
                strided(piece, step, out, each, rest, self.size);
            }
            at = at.saturating_add(first.far.saturating_mul(group));
        }
        Ok(())
    }
}

/// The same within memory.
pub(super) fn copy(axes: &[Axis], size: u64, from: &[u8], out: &mut [u8]) {
    let Some((first, rest)) = axes.split_first() else {
        if let Some(from) = from.get(..out.len()) {
            out.copy_from_slice(from);
        }
        return;
    };
    let each = rest.iter().fold(size, |n, axis| n.saturating_mul(axis.count));
    let each = usize::try_from(each).unwrap_or(usize::MAX);
    let step = usize::try_from(first.far).unwrap_or(usize::MAX);
    strided(from, step, out, each, rest, size);
}

/// Copies `each` bytes out of every `step`.
fn strided(from: &[u8], step: usize, out: &mut [u8], each: usize, rest: &[Axis], size: u64) {
    let mut run = size;
    let dense = rest.iter().rev().all(|axis| {
        let ok = axis.far == run || axis.count <= 1;
        run = run.saturating_mul(axis.count);
        ok
    });
    if dense {
        return pick(from, step, out, each);
    }
    for (from, out) in from.chunks(step.max(1)).zip(out.chunks_exact_mut(each.max(1))) {
        copy(rest, size, from, out);
    }
}

/// Copies the first `each` bytes of every `step`; short ones without a call.
pub(super) fn pick(from: &[u8], step: usize, out: &mut [u8], each: usize) {
    macro_rules! fixed {
        ($n:literal) => {{
            let (out, _) = out.as_chunks_mut::<$n>();
            for (to, from) in out.iter_mut().zip(from.chunks(step.max(1))) {
                if let Some(value) = from.first_chunk::<$n>() {
                    *to = *value;
                }
            }
        }};
    }
    match each {
        0 => {}
        1 => fixed!(1),
        2 => fixed!(2),
        4 => fixed!(4),
        8 => fixed!(8),
        16 => fixed!(16),
        _ => {
            for (to, from) in out.chunks_exact_mut(each).zip(from.chunks(step.max(1))) {
                if let Some(from) = from.get(..each) {
                    to.copy_from_slice(from);
                }
            }
        }
    }
}

/// Puts packed values of `each` bytes at `at` of every `step` bytes.
pub(super) fn spread(from: &[u8], each: usize, out: &mut [u8], step: usize, at: usize) {
    macro_rules! fixed {
        ($n:literal) => {{
            let (from, _) = from.as_chunks::<$n>();
            for (to, from) in out.chunks_exact_mut(step.max(1)).zip(from) {
                if let Some(to) = to.get_mut(at..).and_then(|to| to.first_chunk_mut::<$n>()) {
                    *to = *from;
                }
            }
        }};
    }
    match each {
        0 => {}
        1 => fixed!(1),
        2 => fixed!(2),
        4 => fixed!(4),
        8 => fixed!(8),
        16 => fixed!(16),
        _ => {
            for (to, from) in out.chunks_exact_mut(step.max(1)).zip(from.chunks_exact(each)) {
                if let Some(to) = to.get_mut(at..at.saturating_add(each)) {
                    to.copy_from_slice(from);
                }
            }
        }
    }
}
