//! Which frames and channels are wanted, and in which order.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Array, Chunk, Context, DType, Dims, Error, ErrorKind, Extent, Form, Request, Result,
};
use stream_memory::Buf;

use super::Shared;
use super::entry::no_such_form;
use crate::container::Run;

/// Frames from `start` to before `end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Region {
    pub start: u64,
    pub end: u64,
}

/// What a request wants of a stream.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub channels: usize,
    pub region: Region,
    frames: Extent,
    picked: Extent,
    planar: bool,
    /// Whether the header tells how many frames there are.
    claimed: Option<u64>,
    chunk: usize,
}

impl Wanted {
    /// Fits `request` to the stream.
    ///
    /// # Errors
    /// `Request` for more than two axes, for bounds that count from an end that is not known, and for forms that sound does not
    /// have.
    pub(super) fn new(shared: &Shared, stream: u32, request: &Request) -> Result<Self> {
        if !matches!(request.form, Form::Stored | Form::Decoded | Form::Scaled) {
            return Err(no_such_form("samples are decoded; packets give the stored bytes"));
        }
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        let facts = shared.container.header().streams.get(index);
        let (channels, claimed) = facts.map_or((1, None), |s| (s.channels.max(1), s.frames));
        let first = request.region.axes().first();
        let from_end = |bound: Option<i64>| bound.is_some_and(|b| b < 0);
        if claimed.is_none() && first.is_some_and(|s| from_end(s.start) || from_end(s.stop)) {
            let message = "region: counts from the end, and the header does not say where that is";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let shape = [claimed.unwrap_or(i64::MAX.unsigned_abs()), u64::from(channels)];
        let extents = request.region.resolve(&shape)?;
        let [frames, picked] = <[Extent; 2]>::try_from(extents)
            .map_err(|_| Error::new(ErrorKind::Request, "region: frames and channels expected"))?;
        let end = if first.is_none_or(|s| s.stop.is_none()) {
            // what is there, though it may be more than the header says
            u64::MAX
        } else {
            frames.start.saturating_add(frames.count.saturating_mul(frames.step))
        };
        let end = match frames.count {
            0 if claimed.is_some() && !request.region.is_all() => frames.start,
            _ => end,
        };
        let chunk = request.chunk_size.unwrap_or_else(|| shared.cx.chunk_size());
        Ok(Self {
            channels: usize::try_from(channels).unwrap_or(1),
            region: Region { start: frames.start, end },
            frames,
            picked,
            planar: shared.cx.setting("audio.layout") == Some("planar"),
            claimed,
            chunk,
        })
    }

    /// Frames that a chunk is made of, before the step.
    pub(super) fn frames_at_once(&self) -> usize {
        let bytes = self.channels.saturating_mul(4).max(1);
        self.chunk.checked_div(bytes).unwrap_or(1).max(1)
    }

    /// Whether the region ends where the header says that the stream does.
    pub(super) fn reaches_end(&self) -> bool {
        self.claimed.is_some_and(|claimed| self.region.end >= claimed)
    }

    /// Whether frames are delivered as they come: all channels, interleaved, one by one.
    pub(super) fn is_whole(&self) -> bool {
        let all =
            self.picked.step == 1 && usize::try_from(self.picked.count).ok() == Some(self.channels);
        all && self.frames.step == 1 && !self.planar
    }

    fn shape(&self, frames: u64) -> Dims {
        if self.planar {
            Dims::from([self.picked.count, frames])
        } else {
            Dims::from([frames, self.picked.count])
        }
    }

    fn origin(&self, frame: u64) -> Dims {
        if self.planar {
            Dims::from([self.picked.start, frame])
        } else {
            Dims::from([frame, self.picked.start])
        }
    }

    /// What all chunks make up, where that is known.
    pub(super) fn array(&self) -> Option<Array> {
        self.claimed.map(|_| Array::new(DType::F32, self.shape(self.frames.count)))
    }

    /// A chunk of a run that is delivered as it is.
    ///
    /// # Errors
    /// `Request` where the buffer does not fit, which it does.
    pub(super) fn chunk(&self, entry: usize, run: Run, buf: Buf) -> Result<Chunk> {
        let frames = u64::try_from(run.frames).unwrap_or(u64::MAX);
        Chunk::new(entry, self.origin(run.origin), self.shape(frames), DType::F32, buf)
    }

    /// The wanted frames and channels of a run; `None` where its step leaves none.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(super) fn select(
        &self,
        cx: &Context,
        entry: usize,
        run: Run,
        samples: &[f32],
    ) -> Result<Option<Chunk>> {
        let step = self.frames.step.max(1);
        let into = run.origin.saturating_sub(self.frames.start);
        let skip = into.next_multiple_of(step).saturating_sub(into);
        let have = u64::try_from(run.frames).unwrap_or(u64::MAX);
        let count = have.saturating_sub(skip).div_ceil(step);
        if count == 0 || self.picked.count == 0 {
            return Ok(None);
        }
        let narrow = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (count_n, picked_n) = (narrow(count), narrow(self.picked.count));
        let mut buf = cx.buf(count_n.saturating_mul(picked_n).saturating_mul(4))?;
        let out: &mut [f32] = bytemuck::cast_slice_mut(&mut buf);
        let frames = samples.chunks_exact(self.channels).skip(narrow(skip)).step_by(narrow(step));
        let (first, stride) = (narrow(self.picked.start), narrow(self.picked.step.max(1)));
        for (at, frame) in frames.take(count_n).enumerate() {
            let channels = frame.iter().skip(first).step_by(stride).take(picked_n);
            for (channel, sample) in channels.enumerate() {
                let place = if self.planar {
                    channel.saturating_mul(count_n).saturating_add(at)
                } else {
                    at.saturating_mul(picked_n).saturating_add(channel)
                };
                if let Some(slot) = out.get_mut(place) {
                    *slot = *sample;
                }
            }
        }
        let origin = run.origin.saturating_add(skip);
        Ok(Some(Chunk::new(entry, self.origin(origin), self.shape(count), DType::F32, buf)?))
    }
}

impl Wanted {
    /// The distance of wanted frames.
    pub(super) fn step(&self) -> u64 {
        self.frames.step.max(1)
    }

    /// Origin and shape of the chunk of `frames` frames from `first` on.
    pub(super) fn place(&self, first: u64, frames: usize) -> (Dims, Dims) {
        let count = u64::try_from(frames).unwrap_or(u64::MAX).div_ceil(self.step());
        (self.origin(first), self.shape(count))
    }
}
