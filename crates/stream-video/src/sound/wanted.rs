//! Which frames and channels are wanted, and in which order.

use stream_core::memory::Buf;
use stream_core::{
    Chunk, Context, DType, Dims, Error, ErrorKind, Extent, Form, Region, Request, Result,
};

/// What a request wants of a stream of sound.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The first frame, and the one behind the last.
    pub(super) start: u64,
    pub(super) end: u64,
    channels: usize,
    step: u64,
    picked: Extent,
    planar: bool,
    chunk: usize,
}

impl Wanted {
    /// Fits a request to a stream, whose number of frames nothing tells beforehand.
    ///
    /// # Errors
    /// `Request` for more than two axes, for bounds of frames that count from the end, and for forms that sound does not have.
    pub(super) fn new(cx: &Context, channels: usize, request: &Request) -> Result<Self> {
        if !matches!(request.form, Form::Stored | Form::Decoded | Form::Scaled) {
            let message = "form: samples are decoded, packets give the stored bytes";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let (start, end, step, picked) = places(&request.region, channels)?;
        Ok(Self {
            start,
            end,
            channels,
            step,
            picked,
            planar: cx.setting("audio.layout") == Some("planar"),
            chunk: request.chunk_size.unwrap_or_else(|| cx.chunk_size()),
        })
    }

    /// Frames that a chunk is made of, before the step.
    pub(super) fn frames_at_once(&self) -> usize {
        let bytes = self.channels.saturating_mul(4);
        self.chunk.checked_div(bytes).unwrap_or(1).max(1)
    }

    /// Whether frames are delivered as they come: all channels, interleaved, one by one.
    pub(super) fn is_whole(&self) -> bool {
        let all =
            self.picked.step == 1 && usize::try_from(self.picked.count).ok() == Some(self.channels);
        all && self.step == 1 && !self.planar
    }

    fn pair(&self, of_frames: u64, of_channels: u64) -> Dims {
        if self.planar {
            Dims::from([of_channels, of_frames])
        } else {
            Dims::from([of_frames, of_channels])
        }
    }

    /// A chunk of frames that are delivered as they are.
    ///
    /// # Errors
    /// `Request` where the buffer does not fit, which it does.
    pub(super) fn chunk(
        &self,
        entry: usize,
        (at, frames): (u64, usize),
        buf: Buf,
    ) -> Result<Chunk> {
        let shape = self.pair(u64::try_from(frames).unwrap_or(u64::MAX), self.picked.count);
        Chunk::new(entry, self.pair(at, self.picked.start), shape, DType::F32, buf)
    }

    /// The wanted frames and channels among `samples`, which begin at frame `at`; `None` where the step leaves none.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(super) fn select(
        &self,
        cx: &Context,
        entry: usize,
        at: u64,
        samples: &[f32],
    ) -> Result<Option<Chunk>> {
        let into = at.saturating_sub(self.start);
        let skip = into.next_multiple_of(self.step).saturating_sub(into);
        let have = samples.len().checked_div(self.channels).unwrap_or(0);
        let have = u64::try_from(have).unwrap_or(u64::MAX);
        let count = have.saturating_sub(skip).div_ceil(self.step);
        if count == 0 || self.picked.count == 0 {
            return Ok(None);
        }
        let narrow = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (frames, channels) = (narrow(count), narrow(self.picked.count));
        let mut buf = cx.buf(frames.saturating_mul(channels).saturating_mul(4))?;
        let out: &mut [f32] = bytemuck::cast_slice_mut(&mut buf);
        let rows =
            samples.chunks_exact(self.channels).skip(narrow(skip)).step_by(narrow(self.step));
        let (first, stride) = (narrow(self.picked.start), narrow(self.picked.step));
        for (frame, row) in rows.take(frames).enumerate() {
            let row = row.iter().skip(first).step_by(stride).take(channels);
            for (channel, sample) in row.enumerate() {
                let place = match self.planar {
                    true => channel.saturating_mul(frames).saturating_add(frame),
                    false => frame.saturating_mul(channels).saturating_add(channel),
                };
                if let Some(slot) = out.get_mut(place) {
                    *slot = *sample;
                }
            }
        }
        let origin = self.pair(at.saturating_add(skip), self.picked.start);
        let shape = self.pair(count, self.picked.count);
        Ok(Some(Chunk::new(entry, origin, shape, DType::F32, buf)?))
    }
}

/// First frame, frame behind the last, step, and channels.
fn places(region: &Region, channels: usize) -> Result<(u64, u64, u64, Extent)> {
    let first = region.axes().first();
    let from_end = |bound: Option<i64>| bound.is_some_and(|bound| bound < 0);
    if first.is_some_and(|s| from_end(s.start) || from_end(s.stop)) {
        let message =
            "region: counts from the end, and nothing says where that is before all is decoded";
        return Err(Error::new(ErrorKind::Request, message));
    }
    let shape = [i64::MAX.unsigned_abs(), u64::try_from(channels).unwrap_or(u64::MAX)];
    let extents = region.resolve(&shape)?;
    let [frames, picked] = <[Extent; 2]>::try_from(extents)
        .map_err(|_| Error::new(ErrorKind::Request, "region: frames and channels expected"))?;
    let step = frames.step.max(1);
    let end = match first.is_none_or(|slice| slice.stop.is_none()) {
        true => u64::MAX,
        false => frames.start.saturating_add(frames.count.saturating_mul(step)),
    };
    Ok((frames.start, end, step, Extent { step: picked.step.max(1), ..picked }))
}
