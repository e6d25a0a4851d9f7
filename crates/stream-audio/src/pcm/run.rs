//! The samples of uncompressed audio, going onwards.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Scratch};

use super::Samples;
use crate::container;

/// A place in [`Samples`].
pub(super) struct Run {
    samples: Samples,
    frame: u64,
    scratch: Scratch,
}

impl Run {
    /// At the first frame.
    pub(super) fn new(samples: Samples) -> Self {
        Self { samples, frame: 0, scratch: Scratch::new() }
    }
}

impl container::Samples for Run {
    fn read(&mut self, out: &mut [f32]) -> Result<container::Run> {
        let channels = usize::try_from(self.samples.channels()).unwrap_or(usize::MAX).max(1);
        let room = out.len().checked_div(channels).unwrap_or(0);
        let left = self.samples.frames().saturating_sub(self.frame);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(room);
        let part = out.get_mut(..count.saturating_mul(channels)).unwrap_or_default();
        let origin = self.frame;
        let frames = self.samples.fill(origin, part, &mut self.scratch)?;
        self.frame = origin.saturating_add(u64::try_from(frames).unwrap_or(u64::MAX));
        Ok(container::Run { origin, frames })
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        self.frame = frame;
        Ok(())
    }
}
