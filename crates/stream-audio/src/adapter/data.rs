//! Samples as chunks, going onwards.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Array, Chunk, ChunkPlan, Chunks, Result};
use stream_memory::Buf;

use super::Shared;
use super::region::{Region, Wanted};
use crate::container::{Run, Samples};
use crate::decoded::Decoded;

/// The way to the samples of a stream: the container's own, else packets and a decoder.
///
/// # Errors
/// `Unsupported` for a codec that is not decoded here, what opening gives.
pub(super) fn samples(shared: &Shared, stream: u32) -> Result<Box<dyn Samples>> {
    if let Some(samples) = shared.container.samples(stream)? {
        return Ok(samples);
    }
    let Shared { cx, container, findings, counts } = shared;
    Ok(Box::new(Decoded::open(cx, container, stream, findings, counts)?))
}

/// Chunks of one stream's frames.
pub(super) struct Frames {
    shared: Shared,
    samples: Box<dyn Samples>,
    wanted: Wanted,
    region: Region,
    stream: u32,
    entry: usize,
    /// Frames read at once, before the region's step.
    at_once: usize,
    /// Whether the samples stand at the region's start.
    placed: bool,
    buf: Option<Buf>,
    /// What is in the buffer, and a run behind it that does not follow.
    held: Run,
    behind: Option<Run>,
    ended: bool,
}

impl Frames {
    /// The frames of `stream` that `request` wants.
    ///
    /// # Errors
    /// `Request` for a region or form that does not fit, what opening gives.
    pub(super) fn new(
        shared: &Shared,
        stream: u32,
        request: &stream_core::Request,
        entry: usize,
    ) -> Result<Self> {
        let wanted = Wanted::new(shared, stream, request)?;
        let region = wanted.region;
        let at_once = wanted.frames_at_once();
        Ok(Self {
            samples: samples(shared, stream)?,
            shared: shared.clone(),
            wanted,
            region,
            stream,
            entry,
            at_once,
            placed: false,
            buf: None,
            held: Run::default(),
            behind: None,
            ended: false,
        })
    }

    fn frame_samples(&self) -> usize {
        self.wanted.channels
    }

    /// The samples of the buffer from frame `from` on.
    fn room(&mut self, from: usize, frames: usize) -> &mut [f32] {
        let channels = self.frame_samples();
        let (start, len) = (from.saturating_mul(channels), frames.saturating_mul(channels));
        let Some(buf) = &mut self.buf else { return &mut [] };
        let all: &mut [f32] = bytemuck::cast_slice_mut(buf);
        all.get_mut(start..start.saturating_add(len)).unwrap_or_default()
    }

    /// Reads until the buffer is full, a gap or the end.
    fn fill(&mut self) -> Result<()> {
        if !self.placed {
            if self.region.start > 0 {
                self.samples.seek(self.region.start)?;
            }
            self.placed = true;
        }
        if self.buf.is_none() {
            let samples = self.at_once.saturating_mul(self.frame_samples());
            self.buf = Some(self.shared.cx.buf(samples.saturating_mul(4))?);
        }
        while self.behind.is_none() && !self.ended && self.held.frames < self.at_once {
            self.shared.cx.cancel().check()?;
            let next = match self.held.frames {
                0 => self.region.start,
                n => self.held.origin.saturating_add(u64::try_from(n).unwrap_or(u64::MAX)),
            };
            let left = usize::try_from(self.region.end.saturating_sub(next)).unwrap_or(usize::MAX);
            let want = self.at_once.saturating_sub(self.held.frames).min(left);
            if want == 0 {
                if self.wanted.reaches_end() {
                    // so that the stream's end is seen and its frames are counted
                    let mut beyond = vec![0.0; self.frame_samples()];
                    self.samples.read(&mut beyond)?;
                }
                self.ended = true;
                break;
            }
            let from = self.held.frames;
            // the buffer is lent to the samples, which are another field
            let mut buf = self.buf.take();
            let channels = self.frame_samples();
            let room: &mut [f32] = match &mut buf {
                Some(buf) => bytemuck::cast_slice_mut(buf),
                None => &mut [],
            };
            let start = from.saturating_mul(channels);
            let end = start.saturating_add(want.saturating_mul(channels));
            let run = self.samples.read(room.get_mut(start..end).unwrap_or_default());
            self.buf = buf;
            let mut run = run?;
            if run.frames == 0 {
                self.ended = true;
                break;
            }
            // behind a gap the run may reach beyond the region
            let over = run.origin.saturating_add(u64::try_from(run.frames).unwrap_or(0));
            let over = usize::try_from(over.saturating_sub(self.region.end)).unwrap_or(usize::MAX);
            if over > 0 {
                self.ended = true;
                run.frames = run.frames.saturating_sub(over);
                if run.frames == 0 {
                    break;
                }
            }
            let follows = from == 0 || run.origin == next;
            if from == 0 {
                self.held = run;
            } else if follows {
                self.held.frames = from.saturating_add(run.frames);
            } else {
                self.behind = Some(run);
            }
            self.region.start = self.region.start.max(run.origin);
        }
        Ok(())
    }
}

impl Chunks for Frames {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        loop {
            self.fill().map_err(|e| e.in_entry(format!("stream/{}", self.stream)))?;
            if self.held.frames == 0 {
                return Ok(None);
            }
            let held = self.held;
            let channels = self.frame_samples();
            let whole = self.wanted.is_whole() && self.behind.is_none();
            let chunk = if whole {
                let Some(mut buf) = self.buf.take() else { return Ok(None) };
                buf.truncate(held.frames.saturating_mul(channels).saturating_mul(4));
                Some(self.wanted.chunk(self.entry, held, buf)?)
            } else {
                let wanted = self.wanted.clone();
                let cx = self.shared.cx.clone();
                let entry = self.entry;
                let samples = self.room(0, held.frames);
                wanted.select(&cx, entry, held, samples)?
            };
            // nothing can be refused from here on
            self.region.start =
                held.origin.saturating_add(u64::try_from(held.frames).unwrap_or(u64::MAX));
            self.held = Run::default();
            if let Some(behind) = self.behind.take() {
                let start = held.frames.saturating_mul(channels);
                let end = start.saturating_add(behind.frames.saturating_mul(channels));
                if let Some(buf) = &mut self.buf {
                    let all: &mut [f32] = bytemuck::cast_slice_mut(buf);
                    if end <= all.len() {
                        all.copy_within(start..end, 0);
                    }
                }
                self.held = behind;
            }
            if chunk.is_some() {
                return Ok(chunk);
            }
        }
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        self.wanted.array()
    }
}
