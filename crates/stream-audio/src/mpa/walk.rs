//! The walk from frame to frame.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result};

use crate::container::Packets;
use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Packet, Place};

/// The header of a frame that tells where the next begins.
pub(crate) trait Chained: Copy + Send {
    /// The header that `head` begins with.
    fn parse(head: &[u8]) -> Option<Self>;
    /// Whether another frame may follow this one in the same stream.
    fn goes_with(&self, other: &Self) -> bool;
    /// Bytes of the whole frame.
    fn length(&self) -> u32;
    /// Frames of sound.
    fn samples(&self) -> u32;
}

/// Bytes of the longest header.
pub(crate) const HEAD: usize = 7;
/// Bytes read at once: many frames.
const WINDOW: usize = 32 * 1024;
/// Bytes searched at once for the next frame.
const SEARCH: usize = 4096;

/// Frames of one stream, from the first.
pub(crate) struct Walk<F> {
    input: Input,
    findings: Findings,
    /// What all frames have in common.
    like: F,
    /// Ticks of the time base in a frame of sound.
    ticks: u64,
    first: u64,
    next: Packet,
}

/// What stands at a place.
enum Found<F> {
    Frame(F),
    Cut(F),
    End,
}

impl<F: Chained> Walk<F> {
    /// Before the frame at `first`; nothing from `end` on is a frame.
    pub(crate) fn new(
        cx: &Context,
        findings: &Findings,
        like: F,
        ticks: u32,
        range: std::ops::Range<u64>,
    ) -> Self {
        let input = Input::with_window(cx, range.start, range.end, WINDOW);
        let findings = findings.clone();
        let ticks = u64::from(ticks);
        Self { input, findings, like, ticks, first: range.start, next: Packet::default() }
    }

    fn header(&mut self) -> Result<Option<F>> {
        let like = self.like;
        let frame = F::parse(self.input.peek(HEAD)?);
        Ok(frame.filter(|frame| frame.goes_with(&like)))
    }

    /// Finds the next frame at or behind the position, and goes there.
    fn find(&mut self) -> Result<Found<F>> {
        let start = self.input.pos();
        let found = self.search()?;
        let passed = self.input.pos().saturating_sub(start);
        if passed > 0
            && let Err(e) = self.findings.note(start, Defect::Garbage { bytes: passed })
        {
            self.input.go(start);
            return Err(e);
        }
        Ok(found)
    }

    fn search(&mut self) -> Result<Found<F>> {
        let start = self.input.pos();
        match self.look() {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(e) => return Err(e),
        }
        // a frame that another follows
        let found = self.search_on();
        if found.is_err() {
            self.input.go(start);
        }
        found
    }

    fn search_on(&mut self) -> Result<Found<F>> {
        loop {
            let bytes = self.input.peek(SEARCH)?;
            if bytes.len() < 4 {
                let rest = u64::try_from(bytes.len()).unwrap_or(0);
                self.input.skip(rest);
                return Ok(Found::End);
            }
            let from = 1usize;
            let at = bytes.iter().skip(from).position(|b| *b == 0xff);
            let step = at.map_or(bytes.len(), |at| at.saturating_add(from));
            self.input.skip(u64::try_from(step).unwrap_or(1));
            let here = self.input.pos();
            if let Some(frame) = self.header()? {
                self.input.skip(u64::from(frame.length()));
                let followed = self.header()?.is_some() || self.is_end()?;
                self.input.go(here);
                if followed {
                    return Ok(Found::Frame(frame));
                }
            }
        }
    }

    /// The frame or the end at the position itself.
    fn look(&mut self) -> Result<Option<Found<F>>> {
        if let Some(frame) = self.header()? {
            // the last byte is asked for, so that a frame that is cut is known before it is delivered
            let length = usize::try_from(frame.length()).unwrap_or(usize::MAX);
            let whole = self.input.peek(length)?.len() == length;
            return Ok(Some(if whole { Found::Frame(frame) } else { Found::Cut(frame) }));
        }
        Ok(self.is_end()?.then_some(Found::End))
    }

    /// Whether nothing or only tags follow: ID3v1 and its like stand at the very end.
    fn is_end(&mut self) -> Result<bool> {
        let head = self.input.peek(129)?;
        Ok(head.is_empty()
            || head.starts_with(b"APETAGEX")
            || head.starts_with(b"LYRICSBEGIN")
            || (head.len() == 128 && head.starts_with(b"TAG")))
    }
}

impl<F: Chained> Packets for Walk<F> {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        let frame = match self.find()? {
            Found::Frame(frame) => frame,
            Found::End => {
                let (at, left) = (self.input.pos(), self.input.left());
                if self.input.end() != u64::MAX && left > 0 && self.input.peek(1)?.is_empty() {
                    // the source has become shorter
                    self.findings.note(at, Defect::PacketCut { expected: left, found: 0 })?;
                }
                return Ok(false);
            }
            Found::Cut(frame) => {
                let at = self.input.pos();
                let left = self.input.peek(usize::try_from(frame.length()).unwrap_or(0))?.len();
                let found = u64::try_from(left).unwrap_or(0);
                let defect = Defect::PacketCut { expected: u64::from(frame.length()), found };
                self.findings.lost(at, Some("stream/0"), defect, u64::from(frame.samples()))?;
                return Ok(false);
            }
        };
        let ticks = self.ticks;
        let tick = |frames: u64| frames.saturating_mul(ticks);
        *packet = Packet {
            pts: i64::try_from(tick(self.next.frame)).unwrap_or(i64::MAX),
            duration: tick(u64::from(frame.samples())),
            frames: frame.samples(),
            at: Place::plain(self.input.pos(), u64::from(frame.length())),
            ..self.next
        };
        self.next.index = self.next.index.saturating_add(1);
        self.next.frame = self.next.frame.saturating_add(u64::from(frame.samples()));
        self.input.skip(u64::from(frame.length()));
        Ok(true)
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        read_span(&mut self.input, packet, bytes)
    }

    fn seek(&mut self, _stream: u32, frame: u64) -> Result<()> {
        if self.input.context().is_random() && frame < self.next.frame {
            self.input.go(self.first);
            self.next = Packet::default();
        }
        Ok(())
    }

    fn position(&self) -> u64 {
        self.input.pos()
    }
}

/// Reads a packet whose bytes follow one another, through the window that the walk has anyway; the position stays.
///
/// # Errors
/// `Truncated`, `OverBudget`, what the source says.
pub(crate) fn read_span(
    input: &mut Input,
    packet: &Packet,
    bytes: &mut ChargedVec<u8>,
) -> Result<()> {
    bytes.clear();
    let length = usize::try_from(packet.at.length).unwrap_or(usize::MAX);
    let back = input.pos();
    input.go(packet.at.offset);
    let read = input.peek(length).and_then(|held| {
        bytes.extend(held)?;
        Ok(held.len())
    });
    input.go(back);
    let found = read?;
    if found < length {
        let end = packet.at.offset.saturating_add(u64::try_from(found).unwrap_or(0));
        return Err(input.context().ended(end, length, found));
    }
    Ok(())
}
