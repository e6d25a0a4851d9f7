//! Samples of a stream of sound as chunks.

mod samples;
mod wanted;

use std::sync::Arc;

use stream_core::memory::Buf;
use stream_core::{Array, Chunk, ChunkPlan, Chunks, Context, Request, Result};

use crate::findings::Findings;
use samples::Samples;
use wanted::Wanted;

/// Under which names errors and findings speak of a stream.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(crate) path: String,
    pub(crate) format: &'static str,
}

/// The frames that a request wants, in chunks of bounded length: `f32`, `[frames, channels]`, or `[channels, frames]` with
/// `audio.layout=planar`.
///
/// Holds a demuxer, a decoder, and the chunk at hand. Decodes from the start on, so that each sample is what it is in one run.
pub(crate) struct Sound {
    cx: Context,
    samples: Samples,
    wanted: Wanted,
    called: Called,
    entry: usize,
    /// What is gathered: the first frame, and how many.
    buf: Option<Buf>,
    origin: u64,
    frames: usize,
    ended: bool,
}

impl Sound {
    /// The samples of stream `stream` that `request` wants.
    ///
    /// # Errors
    /// `Request` for regions and forms that do not fit, `Unsupported` for codecs without a decoder, `OverBudget`.
    pub(crate) fn open(
        cx: &Context,
        (stream, called): (usize, Called),
        (request, entry): (&Request, usize),
        findings: Findings,
    ) -> Result<Self> {
        let samples = Samples::open(cx, (stream, &called.path), findings)?;
        let wanted = Wanted::new(cx, samples.channels(), request)?;
        Ok(Self {
            cx: cx.clone(),
            samples,
            wanted,
            called,
            entry,
            buf: None,
            origin: 0,
            frames: 0,
            ended: false,
        })
    }

    /// Gathers frames until the chunk is full, a gap or the end.
    fn gather(&mut self) -> Result<()> {
        let at_once = self.wanted.frames_at_once();
        if self.buf.is_none() {
            let samples = at_once.saturating_mul(self.samples.channels());
            self.buf = Some(self.cx.buf(samples.saturating_mul(4))?);
        }
        while self.frames < at_once {
            self.cx.cancel().check()?;
            let Some((at, left)) = self.samples.ready()? else { break };
            if at < self.wanted.start {
                let before = usize::try_from(self.wanted.start.saturating_sub(at));
                self.samples.skip(before.unwrap_or(usize::MAX).min(left));
                continue;
            }
            let next = self.origin.saturating_add(u64::try_from(self.frames).unwrap_or(0));
            if self.frames == 0 {
                self.origin = at;
            } else if at != next {
                break;
            }
            let until = usize::try_from(self.wanted.end.saturating_sub(at)).unwrap_or(usize::MAX);
            let room = at_once.saturating_sub(self.frames).min(until);
            if room == 0 {
                break;
            }
            let channels = self.samples.channels();
            let from = self.frames.saturating_mul(channels);
            let to = from.saturating_add(room.saturating_mul(channels));
            let Some(buf) = &mut self.buf else { break };
            let all: &mut [f32] = bytemuck::cast_slice_mut(buf);
            let taken = self.samples.take(all.get_mut(from..to).unwrap_or_default());
            self.frames = self.frames.saturating_add(taken);
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        loop {
            self.gather()?;
            if self.frames == 0 {
                return Ok(None);
            }
            let count = self.frames.saturating_mul(self.samples.channels());
            let chunk = if self.wanted.is_whole() {
                let Some(mut buf) = self.buf.take() else { return Ok(None) };
                buf.truncate(count.saturating_mul(4));
                Some(self.wanted.chunk(self.entry, (self.origin, self.frames), buf)?)
            } else {
                let all: &[f32] = self.buf.as_deref().map_or(&[], bytemuck::cast_slice);
                let samples = all.get(..count).unwrap_or_default();
                self.wanted.select(&self.cx, self.entry, self.origin, samples)?
            };
            self.frames = 0;
            if chunk.is_some() {
                return Ok(chunk);
            }
        }
    }
}

impl Chunks for Sound {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if self.ended {
            return Ok(None);
        }
        let next = self.next().map_err(|error| {
            self.ended = !error.resumable();
            error.in_entry(self.called.path.as_str()).with_format(self.called.format)
        })?;
        self.ended = next.is_none();
        Ok(next)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        None
    }
}
