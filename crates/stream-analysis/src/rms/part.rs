//! Sums of a stretch of samples, added up before it is known what stands before it.

use stream_core::memory::Budget;
use stream_core::{ChargedVec, Error, ErrorKind, Result};

use super::Framing;
use super::cuts::Cuts;
use super::power::{Block, Sums, lines};

/// What [`Rms`](super::Rms) needs of a stretch of samples, from any thread: sums of squares of whole blocks, and the samples
/// before the first of them.
pub struct Part {
    cuts: Cuts,
    padding: u64,
    channels: usize,
    /// Where the stretch starts, and how far it goes, the padding counted.
    start: u64,
    at: u64,
    /// Samples a channel up to the first block's start, that are still to come.
    to_block: u64,
    before: ChargedVec<f32>,
    power: ChargedVec<f64>,
    peak: ChargedVec<f32>,
    /// The block that the stretch ends in, and how many of its samples a channel there are.
    block: Block,
    begun: u64,
    sums: Sums,
}

impl Part {
    /// Nothing yet. Memory is charged to `budget` as samples come: up to a block's (4,096 a channel), and 12 bytes a line and
    /// block.
    pub fn new(framing: &Framing, channels: usize, budget: &Budget) -> Self {
        Self {
            cuts: Cuts::new(framing),
            padding: framing.padding(),
            channels: channels.max(1),
            start: 0,
            at: 0,
            to_block: 0,
            before: ChargedVec::new(budget),
            power: ChargedVec::new(budget),
            peak: ChargedVec::new(budget),
            block: Block::new(channels.max(1)),
            begun: 0,
            sums: Sums::zero(lines(channels.max(1))),
        }
    }

    /// Adds samples, interleaved, of which the first is the `start`-th of the signal.
    ///
    /// # Errors
    /// `OverBudget`; `Request` where they do not follow those before, or the last frame is not whole.
    pub fn add(&mut self, start: u64, samples: &[f32]) -> Result<()> {
        let refused = |why: String| Err(Error::new(ErrorKind::Request, why));
        if samples.len().checked_rem(self.channels) != Some(0) {
            return refused(format!("{} samples of {} channels", samples.len(), self.channels));
        }
        let start = start.saturating_add(self.padding);
        if self.is_empty() {
            (self.start, self.at) = (start, start);
            let cut = self.cuts.at(start);
            self.to_block = if cut.into == 0 { 0 } else { cut.left };
        } else if start != self.at {
            return refused(format!("samples at {start} do not follow those up to {}", self.at));
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let cut = self.cuts.at(self.at);
            let frames = rest.len().checked_div(self.channels).unwrap_or(0);
            let frames = usize::try_from(cut.left).map_or(frames, |left| left.min(frames));
            let (now, after) = rest.split_at(frames.saturating_mul(self.channels));
            rest = after;
            let frames = u64::try_from(frames).unwrap_or(0);
            self.at = self.at.saturating_add(frames);
            if self.to_block > 0 {
                self.before.extend(now)?;
                self.to_block = self.to_block.saturating_sub(frames);
                continue;
            }
            self.block.add(now);
            self.begun = self.begun.saturating_add(frames);
            if frames == cut.left {
                self.block.close(&mut self.sums);
                self.begun = 0;
                self.power.extend(&self.sums.power)?;
                self.peak.extend(&self.sums.peak)?;
            }
        }
        Ok(())
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.start == self.at
    }

    /// The first sample's place in the signal.
    pub(super) fn start(&self) -> u64 {
        self.start.saturating_sub(self.padding)
    }

    /// The samples before the first block.
    pub(super) fn before(&self) -> &[f32] {
        &self.before
    }

    /// Sums and peaks of whole blocks.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (&[f64], &[f32])> {
        let lines = self.sums.power.len().max(1);
        self.power.chunks_exact(lines).zip(self.peak.chunks_exact(lines))
    }

    /// The block that it ends in, and how many samples a channel of it there are; `None` where it ends with a block or before
    /// the first.
    pub(super) fn into_begun(self) -> Option<(Block, u64)> {
        (self.begun > 0).then_some((self.block, self.begun))
    }
}
