//! Chunks of samples that can be read by index: where any frame costs its own bytes only.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, PoisonError};

use stream_core::{
    Array, Chunk, ChunkPlan, Dims, Error, ErrorKind, Place, Request, Result, Scratch,
};

use super::Shared;
use super::data::samples;
use super::region::Wanted;
use crate::container::{Run, Samples};

/// A plan over a stream's frames in chunks of equal length.
pub(super) struct Direct {
    shared: Shared,
    stream: u32,
    entry: usize,
    wanted: Wanted,
    /// Frames of a chunk, before the step.
    at_once: u64,
    len: usize,
    start: u64,
    end: u64,
    idle: Mutex<Vec<Box<dyn Samples>>>,
}

impl Direct {
    /// The chunks of what `request` wants of `stream`.
    ///
    /// # Errors
    /// As [`Wanted::new`].
    pub(super) fn new(
        shared: &Shared,
        stream: u32,
        request: &Request,
        entry: usize,
    ) -> Result<Self> {
        let wanted = Wanted::new(shared, stream, request)?;
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        let claimed = shared.container.header().streams.get(index).and_then(|s| s.frames);
        let frames = claimed.unwrap_or(0);
        let (start, end) = (wanted.region.start.min(frames), wanted.region.end.min(frames));
        // a step is kept across chunks when each begins with a frame that is wanted
        let at_once = u64::try_from(wanted.frames_at_once()).unwrap_or(u64::MAX);
        let at_once = at_once.next_multiple_of(wanted.step());
        let len = end.saturating_sub(start).div_ceil(at_once.max(1));
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let idle = Mutex::new(Vec::new());
        Ok(Self { shared: shared.clone(), stream, entry, wanted, at_once, len, start, end, idle })
    }

    /// First frame and number of frames of a chunk.
    fn range(&self, index: usize) -> Option<(u64, usize)> {
        let at = u64::try_from(index).ok().filter(|_| index < self.len)?;
        let first = self.start.checked_add(at.checked_mul(self.at_once)?)?;
        let frames = self.end.saturating_sub(first).min(self.at_once);
        Some((first, usize::try_from(frames).ok()?))
    }
}

impl ChunkPlan for Direct {
    fn len(&self) -> usize {
        self.len
    }

    fn array(&self) -> Option<Array> {
        self.wanted.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (first, frames) = self.range(index)?;
        let (origin, shape): (Dims, Dims) = self.wanted.place(first, frames);
        Some(Place { entry: self.entry, origin, shape })
    }

    fn read(&self, index: usize, _scratch: &mut Scratch) -> Result<Chunk> {
        let path = || format!("stream/{}", self.stream);
        self.chunk(index).map_err(|e| {
            if e.kind() == ErrorKind::OverBudget {
                // decoders that wait would keep this one from its memory
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
            e.in_entry(path()).with_format("audio")
        })
    }
}

impl Direct {
    fn chunk(&self, index: usize) -> Result<Chunk> {
        let Some((first, frames)) = self.range(index) else {
            let message = format!("chunk {index} of {}", self.len);
            return Err(Error::new(ErrorKind::Request, message));
        };
        let cx = &self.shared.cx;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut samples = match idle {
            Some(samples) => samples,
            None => samples(&self.shared, self.stream)?,
        };
        let channels = self.wanted.channels;
        let mut buf = cx.buf(frames.saturating_mul(channels).saturating_mul(4))?;
        let out: &mut [f32] = bytemuck::cast_slice_mut(&mut buf);
        let mut done = 0usize;
        samples.seek(first)?;
        while done < frames {
            let room = out.get_mut(done.saturating_mul(channels)..).unwrap_or_default();
            let run = samples.read(room)?;
            if run.frames == 0 {
                break;
            }
            // a chunk's place is fixed: what was lost within it, which the findings tell, is silence
            let at = usize::try_from(run.origin.saturating_sub(first)).unwrap_or(usize::MAX);
            let lost = at.min(frames).saturating_sub(done);
            let left = frames.saturating_sub(done).saturating_sub(lost);
            let kept = run.frames.min(left);
            if lost > 0 {
                let silent = lost.saturating_mul(channels);
                room.copy_within(..kept.saturating_mul(channels), silent);
                room.get_mut(..silent).unwrap_or_default().fill(0.0);
            }
            done = done.saturating_add(lost).saturating_add(kept);
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(samples);
        let run = Run { origin: first, frames: done };
        if done < frames {
            let message = format!("{frames} frames expected from {first} on (found {done})");
            let now = cx.source().identity().ok().flatten().map(|identity| identity.size);
            let end = now.or(cx.source().size()).unwrap_or(0);
            return Err(Error::truncated(end, message));
        }
        if self.wanted.is_whole() {
            return self.wanted.chunk(self.entry, run, buf);
        }
        let chunk = self.wanted.select(cx, self.entry, run, bytemuck::cast_slice(&buf))?;
        chunk.ok_or_else(|| Error::new(ErrorKind::Request, "region: no channels"))
    }
}
