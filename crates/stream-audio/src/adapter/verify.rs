//! `verify=on`: decodes all that was not decoded before the end.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ErrorKind, Result};

use super::Shared;
use super::data::samples;
use crate::container::Samples;

/// Bytes of frames decoded at once; they are thrown away.
const AT_ONCE: usize = 64 * 1024;

/// How far checking has come, so that a refusal or a cancelled call can be taken up again.
pub(super) struct Verify {
    stream: u32,
    samples: Option<Box<dyn Samples>>,
    digests: bool,
}

impl Verify {
    pub(super) fn new() -> Self {
        Self { stream: 0, samples: None, digests: false }
    }

    /// Decodes each stream to its end, and lets the container check its sums.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn run(&mut self, shared: &Shared) -> Result<()> {
        let streams = &shared.container.header().streams;
        while let Some(stream) = streams.get(usize::try_from(self.stream).unwrap_or(usize::MAX)) {
            let decodable = stream.undecodable.is_none() && stream.channels > 0;
            if decodable && shared.counts.of(self.stream).is_none() {
                self.decode(shared, usize::try_from(stream.channels).unwrap_or(1))?;
            }
            self.samples = None;
            self.stream = self.stream.saturating_add(1);
        }
        if !self.digests {
            shared.container.verify()?;
            self.digests = true;
        }
        Ok(())
    }

    fn decode(&mut self, shared: &Shared, channels: usize) -> Result<()> {
        let samples = match &mut self.samples {
            Some(samples) => samples,
            none => match samples(shared, self.stream) {
                Ok(samples) => none.insert(samples),
                // a stream of another codec is listed all the same
                Err(e) if matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::Passed) => {
                    return Ok(());
                }
                Err(e) => return Err(e),
            },
        };
        let frames = AT_ONCE.checked_div(channels.saturating_mul(4)).unwrap_or(1).max(1);
        let mut buf = shared.cx.buf(frames.saturating_mul(channels).saturating_mul(4))?;
        let out: &mut [f32] = bytemuck::cast_slice_mut(&mut buf);
        while samples.read(out)?.frames > 0 {
            shared.cx.cancel().check()?;
        }
        Ok(())
    }
}
