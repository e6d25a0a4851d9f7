//! Payloads as bytes: of all packets of a stream, of one packet, of an attached file.

use std::sync::Arc;

use stream_core::{
    ChargedVec, Chunk, ChunkPlan, Chunks, Context, Error, ErrorKind, Region, Result, no_such_entry,
};

use crate::Attachment;
use crate::ffi::demuxer::Demuxer;

/// The most bytes of a chunk: payloads are gathered, and no stream needs more at once.
const MOST: usize = 1 << 20;

/// Bytes from `start` up to `stop`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    start: u64,
    stop: u64,
}

impl Range {
    /// What a region along the bytes means, where their number is not known.
    ///
    /// # Errors
    /// `Request` for more than one axis, for bounds that count from the end and for steps.
    pub(crate) fn of(region: &Region) -> Result<Self> {
        let refused = |message: &'static str| Err(Error::new(ErrorKind::Request, message));
        let [slice] = *region.axes() else {
            return match region.axes().is_empty() {
                true => Ok(Self { start: 0, stop: u64::MAX }),
                false => refused("region: bytes have one axis"),
            };
        };
        let bound = |n: Option<i64>, none: u64| n.map_or(Ok(none), u64::try_from);
        match (bound(slice.start, 0), bound(slice.stop, u64::MAX), slice.step) {
            (Ok(start), Ok(stop), 1) => {
                // a bound beyond what an i64 holds is the end
                let stop = if stop >= i64::MAX.unsigned_abs() { u64::MAX } else { stop };
                Ok(Self { start, stop: stop.max(start) })
            }
            _ => refused(
                "region: bytes of packets are taken from start to stop, counted from the first",
            ),
        }
    }

    /// The part of `bytes`, the first of which stands at `at`, that lies within; with where it stands.
    fn cut<'a>(&self, at: u64, bytes: &'a [u8]) -> (u64, &'a [u8]) {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let place =
            |n: u64| usize::try_from(n.saturating_sub(at).min(length)).unwrap_or(usize::MAX);
        let part = bytes.get(place(self.start)..place(self.stop)).unwrap_or_default();
        (at.max(self.start), part)
    }
}

/// The payloads of packets, one after another, read by a demuxer of its own.
pub(crate) struct Payloads {
    cx: Context,
    demuxer: Option<Demuxer>,
    stream: usize,
    /// The one packet that is wanted.
    only: Option<u64>,
    range: Range,
    entry: usize,
    size: usize,
    /// Packets of the stream so far.
    packets: u64,
    /// Where the packet at hand begins, and how much of it is delivered.
    at: u64,
    delivered: usize,
    has_packet: bool,
    gathered: ChargedVec<u8>,
    /// Where what is gathered begins.
    origin: u64,
}

impl Payloads {
    /// Of all packets of a stream.
    ///
    /// # Errors
    /// What opening the demuxer gives.
    pub(crate) fn of_stream(
        cx: &Context,
        stream: usize,
        range: Range,
        (entry, size): (usize, usize),
    ) -> Result<Self> {
        let mut demuxer = Demuxer::open(cx)?;
        demuxer.only(stream);
        Ok(Self {
            cx: cx.clone(),
            demuxer: Some(demuxer),
            stream,
            only: None,
            range,
            entry,
            size: size.clamp(1, MOST),
            packets: 0,
            at: 0,
            delivered: 0,
            has_packet: false,
            gathered: ChargedVec::new(cx.budget()),
            origin: 0,
        })
    }

    /// Of one packet.
    ///
    /// # Errors
    /// What opening the demuxer gives; `Unrecognized` comes with the first chunk, since only reading tells how many there are.
    pub(crate) fn of_packet(
        cx: &Context,
        (stream, index): (u32, u64),
        range: Range,
        how: (usize, usize),
    ) -> Result<Self> {
        let stream = usize::try_from(stream).unwrap_or(usize::MAX);
        let mut payloads = Self::of_stream(cx, stream, range, how)?;
        payloads.only = Some(index);
        // found now, so that a path that leads nowhere is told now
        if !payloads.advance()? {
            return Err(no_such_entry(&format!("stream/{stream}/packet/{index}")));
        }
        Ok(payloads)
    }

    /// Reads the next packet that is wanted.
    fn advance(&mut self) -> Result<bool> {
        let Some(demuxer) = &mut self.demuxer else { return Ok(false) };
        loop {
            if self.only.is_some_and(|only| self.packets > only) || !demuxer.read()? {
                // said once, the end is the end
                self.demuxer = None;
                return Ok(false);
            }
            if demuxer.stream_of_packet() != Some(self.stream) {
                continue;
            }
            let index = self.packets;
            self.packets = index.saturating_add(1);
            if self.only.is_none_or(|only| only == index) {
                (self.has_packet, self.delivered) = (true, 0);
                return Ok(true);
            }
        }
    }

    fn gather(&mut self) -> Result<Option<Chunk>> {
        while self.gathered.len() < self.size {
            if !self.has_packet && (self.at >= self.range.stop || !self.advance()?) {
                break;
            }
            let Some(demuxer) = &self.demuxer else { break };
            let payload = demuxer.payload();
            let rest = payload.get(self.delivered..).unwrap_or_default();
            let begins = self.at.saturating_add(widen(self.delivered));
            let (place, part) = self.range.cut(begins, rest);
            let room = self.size.saturating_sub(self.gathered.len());
            let now = part.get(..part.len().min(room)).unwrap_or_default();
            if self.gathered.is_empty() {
                self.origin = place;
            }
            self.gathered.extend(now)?;
            if now.len() < part.len() {
                let up_to = place.saturating_add(widen(now.len())).saturating_sub(self.at);
                self.delivered = usize::try_from(up_to).unwrap_or(usize::MAX);
                break;
            }
            self.at = self.at.saturating_add(widen(payload.len()));
            self.has_packet = false;
        }
        if self.gathered.is_empty() {
            self.demuxer = None;
            return Ok(None);
        }
        let mut buf = self.cx.buf(self.gathered.len())?;
        buf.copy_from_slice(&self.gathered);
        self.gathered.clear();
        Ok(Some(Chunk::bytes_at(self.entry, self.origin, buf)?))
    }
}

impl Chunks for Payloads {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        self.gather().map_err(|error| {
            if !error.resumable() {
                self.demuxer = None;
                self.has_packet = false;
                self.gathered.clear();
            }
            error.with_format("video")
        })
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}

/// Bytes that are there already.
pub(crate) struct Bytes {
    cx: Context,
    bytes: ChargedVec<u8>,
    at: usize,
    origin: u64,
    entry: usize,
    size: usize,
}

impl Bytes {
    /// The part of `bytes` that lies within a range.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn new(
        cx: &Context,
        bytes: &[u8],
        range: Range,
        (entry, size): (usize, usize),
    ) -> Result<Self> {
        let (origin, part) = range.cut(0, bytes);
        let mut bytes = ChargedVec::new(cx.budget());
        bytes.extend(part)?;
        Ok(Self { cx: cx.clone(), bytes, at: 0, origin, entry, size: size.clamp(1, MOST) })
    }

    /// The bytes of an attached file or picture, which the library keeps.
    ///
    /// # Errors
    /// What opening the demuxer gives, and `OverBudget`.
    pub(crate) fn of_attachment(
        cx: &Context,
        attachment: &Attachment,
        range: Range,
        how: (usize, usize),
    ) -> Result<Self> {
        let demuxer = Demuxer::open(cx)?;
        let at = usize::try_from(attachment.stream).unwrap_or(usize::MAX);
        Self::new(cx, demuxer.attached(at, attachment.is_picture), range, how)
    }
}

impl Chunks for Bytes {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let part = rest.get(..rest.len().min(self.size)).unwrap_or_default();
        if part.is_empty() {
            return Ok(None);
        }
        let mut buf = self.cx.buf(part.len())?;
        buf.copy_from_slice(part);
        let origin = self.origin.saturating_add(widen(self.at));
        self.at = self.at.saturating_add(buf.len());
        Ok(Some(Chunk::bytes_at(self.entry, origin, buf)?))
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
