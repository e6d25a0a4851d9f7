//! Chunks of pictures from decoded frames, a slice at a time.

use stream_core::{Chunk, Context, DType, Dims, Result};

use super::Choice;
use crate::ffi::decoder::Frame;
use crate::ffi::scaler::{PADDING, Pixels, Scaler};

/// Bytes of pixels that are split into planes at a time.
const SPLIT: usize = 256 << 10;
/// The share of the budget from which on a picture comes in bands.
const SHARE: u64 = 4;

/// Makes chunks of pictures. The library converts and scales slices of rows: what is not in the chunk at hand is nowhere.
///
/// A picture is one chunk; if its pixels are interleaved and it is larger than the chunks that were asked for or, where none were,
/// than a quarter of the budget, it comes as bands of rows from its top. Planes are split from slices of 256 KiB.
pub(super) struct Painter {
    cx: Context,
    scaler: Scaler,
    choice: Choice,
    entry: usize,
    /// Bytes of chunks that were asked for.
    asked: Option<usize>,
    height: usize,
    /// Rows that were delivered of the picture at hand.
    row: usize,
}

impl Painter {
    /// For what `choice` says of entry `entry` of the request, in chunks of `asked` bytes.
    pub(super) fn new(cx: &Context, choice: &Choice, entry: usize, asked: Option<usize>) -> Self {
        let scaler = Scaler::new(cx, choice.pixels, choice.size);
        let height = usize::try_from(choice.size.1).unwrap_or(0);
        Self { cx: cx.clone(), scaler, choice: *choice, entry, asked, height, row: 0 }
    }

    /// Whether the next chunk is of another frame.
    pub(super) fn is_done(&self) -> bool {
        self.row == 0
    }

    /// The next chunk of the picture of `frame`, which is the `place`-th of those that were chosen.
    ///
    /// # Errors
    /// `Unsupported` for pixels that the library does not convert, `OverBudget` (resumable).
    pub(super) fn next(&mut self, frame: &Frame<'_>, place: u64) -> Result<Chunk> {
        let multiple = self.scaler.fit(frame)?;
        let (first, count) = self.band(multiple);
        let buf = if self.choice.pixels == Pixels::Planar {
            self.planes(frame, multiple)?
        } else {
            let length = count.saturating_mul(self.scaler.row());
            let mut buf = self.cx.buf(length.saturating_add(PADDING))?;
            self.scaler.slice(frame, (first, count), &mut buf)?;
            buf.truncate(length);
            buf
        };
        let mut shape = self.choice.shape(1);
        let mut origin = Dims::filled(shape.len(), 0);
        if let Some(axis) = origin.first_mut() {
            *axis = place;
        }
        if self.choice.pixels != Pixels::Planar {
            for (axis, rows) in [(origin.get_mut(1), first), (shape.get_mut(1), count)] {
                if let Some(axis) = axis {
                    *axis = u64::try_from(rows).unwrap_or(u64::MAX);
                }
            }
        }
        let end = first.saturating_add(count);
        self.row = if end >= self.height { 0 } else { end };
        Chunk::new(self.entry, origin, shape, DType::U8, buf)
    }

    /// The rows of the next chunk: where they begin, and how many.
    fn band(&self, multiple: usize) -> (usize, usize) {
        let left = self.height.saturating_sub(self.row);
        let share = usize::try_from(self.cx.budget().attainable() / SHARE).unwrap_or(usize::MAX);
        let fits = self.choice.bytes() <= self.asked.unwrap_or(share);
        if self.row == 0 && (fits || self.choice.pixels == Pixels::Planar) {
            return (0, left);
        }
        let bytes = self.asked.unwrap_or_else(|| self.cx.chunk_size());
        (self.row, rows(bytes, self.scaler.row(), multiple).min(left))
    }

    /// The whole picture, a plane for each colour.
    fn planes(&mut self, frame: &Frame<'_>, multiple: usize) -> Result<stream_core::memory::Buf> {
        let row = self.scaler.row();
        let step = rows(SPLIT, row, multiple).min(self.height);
        let mut planes = self.cx.buf(self.choice.bytes())?;
        let mut band = self.cx.buf(step.saturating_mul(row).saturating_add(PADDING))?;
        let mut first = 0;
        while first < self.height {
            let count = step.min(self.height.saturating_sub(first));
            self.scaler.slice(frame, (first, count), &mut band)?;
            let pixels = band.get(..count.saturating_mul(row)).unwrap_or_default();
            split(pixels, &mut planes, first.saturating_mul(row) / 3);
            first = first.saturating_add(count);
        }
        Ok(planes)
    }
}

/// How many rows have about `bytes`, a multiple that the library asks for.
fn rows(bytes: usize, row: usize, multiple: usize) -> usize {
    let fit = bytes.checked_div(row).unwrap_or(1);
    fit.saturating_sub(fit.checked_rem(multiple).unwrap_or(0)).max(multiple)
}

/// Puts the colours of pixels into planes, from pixel `at` of each on.
fn split(pixels: &[u8], planes: &mut [u8], at: usize) {
    let (pixels, _) = pixels.as_chunks::<3>();
    let plane = (planes.len() / 3).max(1);
    for (color, plane) in planes.chunks_exact_mut(plane).enumerate() {
        let rest = plane.get_mut(at..).unwrap_or_default();
        for (to, pixel) in rest.iter_mut().zip(pixels) {
            *to = pixel.get(color).copied().unwrap_or_default();
        }
    }
}
