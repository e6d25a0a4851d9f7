//! Decoded frames of a stream, by index.

mod choice;
mod picture;

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Context, DType, Error, ErrorKind, Extent, Request, Result,
};

use crate::ffi::decoder::{Decoder, Keys, Sent};
use crate::ffi::demuxer::Demuxer;
use crate::findings::Findings;
use crate::keyframes::{Key, Keyframes, is_of_input};
pub(crate) use choice::{Choice, Which};
use picture::Painter;

/// Frames that are rather decoded than leapt over.
const NEAR: u64 = 24;

/// Packets read behind a seek in search of the key frame, before the file is read from its start instead.
const SEARCH: u32 = 2000;

/// The frames that a request wants, one in a chunk, or bands of one: [`Painter`].
///
/// Holds a demuxer, a decoder, the key frames' index (40 bytes each), and the chunk at hand. The file is read once for the index;
/// then each frame is decoded from the key frame before it, or on from the frame before, whichever is nearer. Frame `i` is the `i`-th
/// of those that decoding all of the stream shows.
pub(crate) struct Frames {
    cx: Context,
    /// Away only while it is opened anew.
    demuxer: Option<Demuxer>,
    decoder: Decoder,
    painter: Painter,
    index: Keyframes,
    choice: Choice,
    extent: Extent,
    stream: usize,
    findings: Findings,
    /// Frames delivered or lost.
    done: u64,
    /// Which frame of the whole the decoder gives next.
    next: u64,
    /// Frames shown before this time belong to the group before the one that was sought.
    from: Option<i64>,
    /// The index of the next key frame whose time tells which frame this is.
    key: usize,
    state: State,
    /// The frame that the decoder delivered last and nobody took: which of the whole it is.
    at_hand: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Packets come.
    Feeding,
    /// All packets were sent.
    Draining,
    /// After an error or the end.
    Ended,
}

impl Frames {
    /// The frames of stream `stream` that `request` wants.
    ///
    /// # Errors
    /// `Request` for settings, regions and streams that do not fit, `Unsupported` for codecs without a decoder, `OverBudget`, and what
    /// reading the packets gives.
    pub(crate) fn open(
        cx: &Context,
        stream: usize,
        (request, entry): (&Request, usize),
        findings: Findings,
    ) -> Result<Self> {
        let mut choice = Choice::of(cx)?;
        let mut demuxer = Demuxer::open(cx)?;
        demuxer.only(stream);
        choice.fit(demuxer.sides(stream))?;
        let at = if let Which::At(seconds) = choice.which { Some(seconds) } else { None };
        let index = Keyframes::read(&mut demuxer, stream, at)?;
        let demuxer = reopened(cx, stream, Some(demuxer))?;
        let keys = if choice.which == Which::Keys { Keys::Only } else { Keys::AndOthers };
        let decoder = Decoder::open(&demuxer, stream, keys)?;
        let whole = choice.shape(choice.count(&index));
        let mut extents = request.region.resolve(&whole)?.into_iter();
        let extent = extents.next().unwrap_or(Extent { start: 0, count: 0, step: 1 });
        if extents.zip(whole.iter().skip(1)).any(|(e, side)| e.count != *side) {
            let message =
                "region: frames are taken whole (expected a slice of the first axis only)";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let asked = request.chunk_size.or(cx.fixed_chunk_size());
        let painter = Painter::new(cx, &choice, entry, asked);
        Ok(Self {
            cx: cx.clone(),
            demuxer: Some(demuxer),
            decoder,
            painter,
            index,
            choice,
            extent,
            stream,
            findings,
            done: 0,
            next: 0,
            from: None,
            key: 0,
            state: State::Feeding,
            at_hand: None,
        })
    }

    /// The next frame that is wanted: its place among those chosen, and which of the whole it is.
    fn wanted(&self) -> Option<(u64, u64)> {
        if self.done >= self.extent.count {
            return None;
        }
        let place = self.extent.start.saturating_add(self.done.saturating_mul(self.extent.step));
        self.choice.frame(place, &self.index).map(|frame| (place, frame))
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        while let Some((place, frame)) = self.wanted() {
            match self.at_hand {
                Some(found) if found == frame => {
                    let chunk = self.painter.next(&self.decoder.current(), place)?;
                    if self.painter.is_done() {
                        self.at_hand = None;
                        self.done = self.done.saturating_add(1);
                    }
                    return Ok(Some(chunk));
                }
                // lost: the origin of the next chunk says it
                Some(found) if found > frame => {
                    self.done = self.done.saturating_add(1);
                    continue;
                }
                _ => self.at_hand = None,
            }
            self.approach(frame)?;
            self.at_hand = self.receive()?;
            if self.at_hand.is_some() {
                continue;
            }
            match self.state {
                State::Feeding => self.feed_next()?,
                State::Draining | State::Ended => break,
            }
        }
        self.state = State::Ended;
        self.demuxer = None;
        self.done = self.extent.count;
        Ok(None)
    }

    /// Goes to the key frame before `frame`, where that saves decoding.
    fn approach(&mut self, frame: u64) -> Result<()> {
        let before = self.index.before(frame).filter(|_| self.index.is_exact);
        match before {
            Some((at, key))
                if at > 0
                    && (self.next > frame || key.ordinal > self.next.saturating_add(NEAR)) =>
            {
                self.seek(at, key)
            }
            _ if self.next > frame => self.rewind(),
            _ => Ok(()),
        }
    }

    fn rewind(&mut self) -> Result<()> {
        let before = self.demuxer.take();
        self.demuxer = Some(reopened(&self.cx, self.stream, before)?);
        self.decoder.flush();
        (self.next, self.from, self.key, self.state) = (0, None, 0, State::Feeding);
        Ok(())
    }

    /// Goes to the packet of a key frame, and sends it.
    fn seek(&mut self, at: usize, key: Key) -> Result<()> {
        let found = match (key.dts.or(key.pts), &mut self.demuxer) {
            (Some(ticks), Some(demuxer)) => {
                demuxer.seek(self.stream, ticks)? && self.search(&key)?
            }
            _ => false,
        };
        if !found {
            self.rewind()?;
            let mut packets = 0;
            while packets <= key.packet && self.read()? {
                packets = packets.saturating_add(1);
            }
        }
        self.decoder.flush();
        (self.next, self.from, self.key) = (key.ordinal, key.pts, at);
        self.state = State::Feeding;
        self.feed()
    }

    fn search(&mut self, key: &Key) -> Result<bool> {
        let mut packet = crate::Packet::default();
        for _ in 0..SEARCH {
            match self.read() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) if is_of_input(&error) => return Ok(false),
                Err(error) => return Err(error),
            }
            if let Some(demuxer) = &self.demuxer {
                demuxer.describe(&mut packet);
            }
            if packet.key && (packet.pts, packet.dts) == (key.pts, key.dts) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the next packet of the stream.
    fn read(&mut self) -> Result<bool> {
        let Some(demuxer) = &mut self.demuxer else { return Ok(false) };
        while demuxer.read()? {
            if demuxer.stream_of_packet() == Some(self.stream) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Sends the next packet, or the end.
    fn feed_next(&mut self) -> Result<()> {
        let mut packet = crate::Packet::default();
        loop {
            match self.read() {
                Ok(true) => {}
                Ok(false) => break,
                // what was read is decoded; the walk over the entries tells the error
                Err(error) if is_of_input(&error) => break,
                Err(error) => return Err(error),
            }
            if let Some(demuxer) = &self.demuxer {
                demuxer.describe(&mut packet);
            }
            if packet.key || self.choice.which != Which::Keys {
                return self.feed();
            }
        }
        self.state = State::Draining;
        self.decoder.send(None)?;
        Ok(())
    }

    /// Sends the packet at hand.
    fn feed(&mut self) -> Result<()> {
        let Some(demuxer) = &self.demuxer else { return Ok(()) };
        let sent = self.decoder.send(Some(demuxer))?;
        if let Sent::Lost(message) = sent {
            let mut packet = crate::Packet::default();
            demuxer.describe(&mut packet);
            let seconds = packet.pts.map(|pts| demuxer.time_base(self.stream).seconds(pts));
            let size = self.cx.source().size();
            let path = format!("stream/{}", self.stream);
            self.findings.undecoded(&path, &packet, (&message, seconds), size)?;
        }
        Ok(())
    }

    /// Receives a frame, and says which of the whole it is.
    fn receive(&mut self) -> Result<Option<u64>> {
        while let Some(frame) = self.decoder.receive()? {
            let pts = frame.pts();
            if self.from.zip(pts).is_some_and(|(from, pts)| pts < from) {
                continue;
            }
            let mut is_key = false;
            // key frames tell which they are, so that what is lost before them shifts nothing behind them
            while let (true, Some(pts), Some(key)) =
                (self.index.is_exact, pts, self.index.keys.get(self.key))
                && key.pts.is_some_and(|of_key| of_key <= pts)
            {
                if key.pts == Some(pts) {
                    is_key = true;
                    self.next = key.ordinal;
                }
                self.key = self.key.saturating_add(1);
            }
            if self.choice.which == Which::Keys && self.index.is_exact && !is_key {
                continue;
            }
            let ordinal = self.next;
            self.next = ordinal.saturating_add(1);
            return Ok(Some(ordinal));
        }
        Ok(None)
    }
}

/// The container from its start; the one before is closed first.
fn reopened(cx: &Context, stream: usize, before: Option<Demuxer>) -> Result<Demuxer> {
    drop(before);
    let mut demuxer = Demuxer::open(cx).map_err(Error::as_final)?;
    demuxer.only(stream);
    Ok(demuxer)
}

impl Chunks for Frames {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if self.state == State::Ended {
            return Ok(None);
        }
        self.next().map_err(|error| {
            if !error.resumable() {
                self.state = State::Ended;
            }
            error.in_entry(format!("stream/{}", self.stream)).with_format("video")
        })
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(DType::U8, self.choice.shape(self.extent.count)))
    }
}
