//! Frames by position.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result, Scratch, Span};

use super::Encoding;
use super::convert::to_f32;

/// The frames of uncompressed audio: any of them, from any thread, as interleaved `f32`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    cx: Context,
    encoding: Encoding,
    channels: u32,
    data: Span,
}

/// Bytes read at once: small enough that they are converted while they are in the second-level cache, large enough that the
/// call costs nothing beside the copy.
const BLOCK: usize = 64 << 10;

impl Samples {
    /// The frames that lie in `data` of the source. What is there of a last frame that is not whole does not count.
    pub(crate) fn new(cx: &Context, encoding: Encoding, channels: u32, data: Span) -> Self {
        Self { cx: cx.clone(), encoding, channels, data }
    }

    /// Bytes of one frame: a sample of each channel.
    pub(crate) fn frame_bytes(&self) -> u64 {
        let width = u64::try_from(self.encoding.width()).unwrap_or(1);
        width.saturating_mul(u64::from(self.channels)).max(1)
    }

    /// How many frames there are, as far as the header and the source's size tell.
    pub(crate) fn frames(&self) -> u64 {
        self.data.length.checked_div(self.frame_bytes()).unwrap_or(0)
    }

    /// Channels of a frame.
    pub(crate) fn channels(&self) -> u32 {
        self.channels
    }

    /// The byte of the source where frame `frame` begins.
    fn offset(&self, frame: u64) -> u64 {
        self.data.offset.saturating_add(frame.saturating_mul(self.frame_bytes()))
    }

    /// Fills `out` with frames from `first` on, interleaved, and says how many whole ones the source has; fewer than `out` has
    /// room for only where the source ends. Holds 64 KiB of scratch.
    ///
    /// # Errors
    /// `OverBudget` (resumable), `Cancelled`, `Passed`, `Io`.
    pub(crate) fn fill(&self, first: u64, out: &mut [f32], scratch: &mut Scratch) -> Result<usize> {
        let width = self.encoding.width();
        let step = BLOCK.checked_div(width).unwrap_or(BLOCK);
        let mut offset = self.offset(first);
        let mut filled = 0usize;
        for part in out.chunks_mut(step) {
            let bytes = scratch.bytes(&self.cx, part.len().saturating_mul(width))?;
            let found = self.cx.read_full_at(offset, bytes)?;
            let bytes = bytes.get(..found).unwrap_or_default();
            to_f32(self.encoding, bytes, part);
            let whole = found.checked_div(width).unwrap_or(0);
            filled = filled.saturating_add(whole);
            if whole < part.len() {
                break;
            }
            offset = offset.saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
        }
        let channels = usize::try_from(self.channels).unwrap_or(usize::MAX).max(1);
        Ok(filled.checked_div(channels).unwrap_or(0))
    }
}
