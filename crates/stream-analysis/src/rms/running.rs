//! Frames of samples that come one after another, or in parts that were added up elsewhere.

use stream_core::memory::Budget;
use stream_core::{Chunk, Error, ErrorKind, Result};

use super::cuts::{Cut, Cuts};
use super::levels::{Each, Level, Levels};
use super::part::Part;
use super::power::{Block, Sums, lines};
use super::{Edges, Framing};
use crate::sound::{LONGEST_GAP, Samples};

/// The levels of a signal's frames, told as the frames end.
///
/// Frames are the same bits however the samples are split: squares are exact in `f64`, and are added in an order that only their
/// place in the signal decides. Holds `24 * (channels + 1) * length / hop` bytes, charged.
pub struct Rms {
    framing: Framing,
    channels: usize,
    cuts: Cuts,
    block: Block,
    sums: Sums,
    levels: Levels,
    /// Samples a channel so far, the padding before the first one counted.
    at: u64,
    missing: u64,
}

impl Rms {
    /// Before the first sample of a signal.
    ///
    /// # Errors
    /// `OverBudget`; `Request` for no or too many channels.
    pub fn new(framing: &Framing, channels: usize, budget: &Budget) -> Result<Self> {
        let most = crate::sound::MOST_CHANNELS;
        if !(1..=most).contains(&channels) {
            let message = format!("{channels} channels (expected 1 to {most})");
            return Err(Error::new(ErrorKind::Request, message));
        }
        let mut new = Self {
            framing: *framing,
            channels,
            cuts: Cuts::new(framing),
            block: Block::new(channels),
            sums: Sums::zero(lines(channels)),
            levels: Levels::new(framing, channels, budget)?,
            at: 0,
            missing: 0,
        };
        // before the first sample no frame ends: the padding is shorter than a frame
        new.zeros(framing.padding(), &mut |_| Ok(()))?;
        Ok(new)
    }

    /// Samples in a frame: one a channel.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Samples a channel so far, those that were missing counted.
    pub fn samples(&self) -> u64 {
        self.at.saturating_sub(self.framing.padding())
    }

    /// Samples a channel that were missing between others, and counted as zeros.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Adds samples, interleaved.
    ///
    /// # Errors
    /// What `each` gives; `Request` where the last frame of samples is not whole.
    pub fn add(
        &mut self,
        samples: &[f32],
        mut each: impl FnMut(&Level<'_>) -> Result<()>,
    ) -> Result<()> {
        if samples.len().checked_rem(self.channels) != Some(0) {
            let message = format!("{} samples of {} channels", samples.len(), self.channels);
            return Err(Error::new(ErrorKind::Request, message));
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let cut = self.cut();
            let frames = rest.len().checked_div(self.channels).unwrap_or(0);
            let frames = usize::try_from(cut.left).map_or(frames, |left| left.min(frames));
            let (now, after) = rest.split_at(frames.saturating_mul(self.channels));
            rest = after;
            self.block.add(now);
            self.advance(cut, u64::try_from(frames).unwrap_or(0), &mut each)?;
        }
        Ok(())
    }

    /// Adds a chunk of the signal, `[frames, channels]` or `[frames]` of `f32` or `f64`, at its place. Chunks come in order.
    ///
    /// # Errors
    /// As [`Rms::seek`]; `Request` where the chunk has other channels.
    pub fn add_chunk(
        &mut self,
        chunk: &Chunk,
        mut each: impl FnMut(&Level<'_>) -> Result<()>,
    ) -> Result<()> {
        let samples = Samples::of(chunk, self.channels)?;
        self.seek(samples.start, &mut each)?;
        samples.pieces(|some| self.add(some, &mut each))
    }

    /// Goes on at sample `start` of the signal: samples between are missing, and count as zeros.
    ///
    /// # Errors
    /// What `each` gives; `Request` where `start` lies behind; `Malformed` for a gap of more than 2^28 samples.
    pub fn seek(
        &mut self,
        start: u64,
        mut each: impl FnMut(&Level<'_>) -> Result<()>,
    ) -> Result<()> {
        let gap = gap(self.samples(), start)?;
        self.missing = self.missing.saturating_add(gap);
        self.zeros(gap, &mut each)
    }

    /// Adds what a part has of the samples that are next, or lie behind a gap.
    ///
    /// # Errors
    /// As [`Rms::seek`].
    pub fn join(
        &mut self,
        part: Part,
        mut each: impl FnMut(&Level<'_>) -> Result<()>,
    ) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        self.seek(part.start(), &mut each)?;
        self.add(part.before(), &mut each)?;
        for (power, peak) in part.blocks() {
            let cut = self.cut();
            self.levels.block(power, peak, cut.closes, &mut each)?;
            self.at = self.at.saturating_add(cut.left);
        }
        if let Some((block, frames)) = part.into_begun() {
            self.block = block;
            self.at = self.at.saturating_add(frames);
        }
        Ok(())
    }

    /// The frames that only the end completes.
    ///
    /// # Errors
    /// What `each` gives.
    pub fn end(mut self, mut each: impl FnMut(&Level<'_>) -> Result<()>) -> Result<()> {
        let n = self.samples();
        let mut zeros = self.framing.padding();
        if self.framing.edges == Edges::Partial {
            let whole = Framing { edges: Edges::Whole, ..self.framing }.frames(n);
            let Some(left) = self.framing.left(n, whole) else { return Ok(()) };
            // zeros up to the frame's end, which its mean does not count
            self.levels.divide_by(left);
            zeros = self.framing.length.saturating_sub(left);
        }
        self.zeros(zeros, &mut each)
    }

    fn cut(&self) -> Cut {
        self.cuts.at(self.at)
    }

    /// `n` zeros, which stand for samples of the signal or for its padding.
    fn zeros(&mut self, n: u64, each: Each<'_>) -> Result<()> {
        let mut left = n;
        while left > 0 {
            let cut = self.cut();
            let now = cut.left.min(left);
            left = left.saturating_sub(now);
            self.block.skip(now);
            self.advance(cut, now, each)?;
        }
        Ok(())
    }

    /// After `frames` more in the block that `cut` is in.
    fn advance(&mut self, cut: Cut, frames: u64, each: Each<'_>) -> Result<()> {
        self.at = self.at.saturating_add(frames);
        if frames == cut.left {
            self.block.close(&mut self.sums);
            self.levels.block(&self.sums.power, &self.sums.peak, cut.closes, each)?;
        }
        Ok(())
    }
}

/// How many samples are missing before `start`.
pub(crate) fn gap(at: u64, start: u64) -> Result<u64> {
    let gap = start.checked_sub(at).ok_or_else(|| {
        let message = format!("samples at {start} come behind those at {at}");
        Error::new(ErrorKind::Request, message)
    })?;
    if gap > LONGEST_GAP {
        let message = format!("{gap} samples are missing before sample {start}");
        return Err(Error::new(ErrorKind::Malformed, message));
    }
    Ok(gap)
}
