//! The walk over packets of sound.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use stream_core::{ChargedVec, Context, Result};

use super::length::{HEAD, Lengths};
use super::packet::Laced;
use super::page::{self, Page};
use crate::container::Packets;
use crate::findings::Findings;
use crate::input::Input;
use crate::mpa::read_span;
use crate::{Defect, Packet, Place};

/// Packets of one logical stream.
pub(super) struct Walk {
    input: Input,
    findings: Findings,
    serial: u32,
    lengths: Lengths,
    first: u64,
    base: i64,
    /// Frames before the sound, which times count from.
    skip: i64,
    /// The raw frame at which the stream ends, where the last page was seen.
    end: Option<u64>,
    state: State,
}

#[derive(Clone, Default)]
struct State {
    /// Packets that end in the page at hand.
    ready: VecDeque<Packet>,
    /// A packet that goes on in the next page, and the bytes at its start.
    open: Option<(Place, [u8; HEAD], usize)>,
    /// What the codec's lengths look back to.
    before: Option<u32>,
    /// Whether the position follows from the packets before, and not only from a page.
    follows: bool,
    index: u64,
    frame: u64,
    sequence: Option<u32>,
    /// Whether the last page of the stream went by.
    last: bool,
    ended: bool,
}

impl Walk {
    /// Before the packets that end in the page at `first` or behind it, and before `stop`.
    pub(super) fn new(
        cx: &Context,
        findings: &Findings,
        serial: u32,
        lengths: Lengths,
        (first, stop): (u64, u64),
    ) -> Self {
        let input = Input::with_window(cx, first, stop, page::LONGEST);
        let state = State { follows: true, ..State::default() };
        let findings = findings.clone();
        Self { input, findings, serial, lengths, first, base: 0, skip: 0, end: None, state }
    }

    /// Counts granule positions from `base`, up to `end`, and times from `skip` frames later.
    pub(super) fn based(mut self, base: i64, skip: i64, end: Option<u64>) -> Self {
        self.base = base;
        self.skip = skip;
        self.end = end;
        self
    }

    /// What the first page's granule position says that raw frame 0 has: less than 0 where frames are to be dropped.
    ///
    /// # Errors
    /// What reading gives.
    pub(super) fn base(&mut self) -> Result<i64> {
        while self.state.ready.is_empty() {
            let Some(page) = self.page()? else { return Ok(0) };
            let mut state = self.state.clone();
            self.take(&page, &mut state)?;
            self.state = state;
            let frames = i64::try_from(self.state.frame).unwrap_or(i64::MAX);
            if !self.state.ready.is_empty() && page.granule >= 0 {
                let base = page.granule.saturating_sub(frames);
                // on the last page the position says where the sound is cut
                return Ok(if page.is_last() { base.max(0) } else { base });
            }
        }
        Ok(0)
    }

    /// The next page of the stream; the input stands behind it.
    fn page(&mut self) -> Result<Option<Page>> {
        loop {
            let Some(page) = page::next(&mut self.input, &self.findings)? else { return Ok(None) };
            if page.serial == self.serial {
                return Ok(Some(page));
            }
            if page.is_first() {
                let what = "a chained logical stream".to_owned();
                self.findings.note(page.offset, Defect::Unread { what })?;
            }
            self.input.go(page.end());
        }
    }

    /// Takes the packets of a page that is in the window.
    fn take(&mut self, page: &Page, state: &mut State) -> Result<()> {
        let gap = state.sequence.is_some_and(|last| page.sequence != last.wrapping_add(1));
        state.sequence = Some(page.sequence);
        state.last = page.is_last();
        let mut at = page.body();
        let mut place = Place::default();
        let mut head = [0; HEAD];
        let mut held = 0usize;
        // what remains of a packet whose start is lost, or which was never finished
        let mut lost = page.is_continued() && (state.open.is_none() || gap);
        if let (true, false, Some(open)) = (page.is_continued(), lost, state.open.take()) {
            (place, head, held) = open;
            place.extent = at.saturating_sub(place.offset);
        } else {
            place.offset = at;
        }
        state.open = None;
        if gap {
            state.before = None;
            state.follows = false;
        }
        let start = state.ready.len();
        let mut open = false;
        for &length in page.lengths() {
            let bytes = u64::from(length);
            if held < HEAD && !lost {
                self.input.go(at);
                let from = self.input.peek(usize::from(length).min(HEAD.saturating_sub(held)))?;
                if let Some(to) = head.get_mut(held..held.saturating_add(from.len())) {
                    to.copy_from_slice(from);
                }
                held = held.saturating_add(from.len());
            }
            at = at.saturating_add(bytes);
            if place.offset >= page.body() {
                place.run = place.run.saturating_add(bytes);
            }
            place.length = place.length.saturating_add(bytes);
            place.extent = place.extent.saturating_add(bytes);
            open = length == 255;
            if !open {
                if !lost && place.length > 0 {
                    let frames =
                        self.lengths.of(head.get(..held).unwrap_or_default(), &mut state.before);
                    state.ready.push_back(Packet { frames, at: place, ..Packet::default() });
                }
                lost = false;
                place = Place { offset: at, ..Place::default() };
                held = 0;
            }
        }
        if open && !lost {
            state.open = Some((place, head, held));
        }
        self.input.go(page.end());
        self.number(page, state, start);
        Ok(())
    }

    /// Gives the packets from `start` on their numbers and times.
    fn number(&self, page: &Page, state: &mut State, start: usize) {
        let new = || state.ready.iter().skip(start);
        let frames = new().fold(0u64, |n, p| n.saturating_add(u64::from(p.frames)));
        let says = (page.granule >= 0 && start < state.ready.len())
            .then(|| page.granule.saturating_sub(self.base))
            .and_then(|end| u64::try_from(end).ok());
        if let (Some(end), false) = (says, page.is_last()) {
            let begins = end.saturating_sub(frames);
            // behind a gap or a seek only the page tells; else a position may only go onwards
            if !state.follows || begins > state.frame {
                state.frame = begins;
            }
            state.follows = true;
        }
        let end = if page.is_last() { says } else { None }.or(self.end);
        for packet in state.ready.iter_mut().skip(start) {
            packet.index = state.index;
            packet.frame = state.frame;
            if let (Some(end), true) = (end, page.is_last()) {
                let left = end.saturating_sub(state.frame);
                let left = u32::try_from(left).unwrap_or(u32::MAX);
                packet.at.last = packet.frames > left;
                packet.frames = packet.frames.min(left);
            }
            let pts = i64::try_from(packet.frame).unwrap_or(i64::MAX);
            packet.pts = pts.saturating_add(self.base).saturating_sub(self.skip);
            packet.duration = u64::from(packet.frames);
            state.index = state.index.saturating_add(1);
            state.frame = state.frame.saturating_add(u64::from(packet.frames));
        }
    }

    /// Notes that the source ends before the stream, or behind a page that is not the stream's last.
    fn unmarked(&self, state: &State) -> Result<()> {
        let (at, end) = (self.input.pos(), self.input.end());
        let left = end.saturating_sub(at);
        // behind the last page less than the start of one is passed over
        if end < u64::MAX && left > 3 {
            self.findings.note(at, Defect::PacketCut { expected: left, found: 0 })?;
        }
        if state.last {
            return Ok(());
        }
        let (clause, what) = ("RFC 3533, 6", "the last page is not marked as such".to_owned());
        self.findings.note(self.input.pos(), Defect::Header { clause, what })
    }

    /// The last page before `hi` that ends at or before `frame`, looked for by halves between pages.
    fn bisect(&mut self, frame: u64) -> Result<u64> {
        let size = self.input.context().source().size().unwrap_or(u64::MAX).min(self.input.end());
        let target = i64::try_from(frame).unwrap_or(i64::MAX).saturating_add(self.base);
        let (mut low, mut high) = (self.first, size);
        let mut best = self.first;
        let ignored = Findings::new(self.input.context().budget());
        let near = u64::try_from(page::LONGEST).unwrap_or(u64::MAX);
        while high.saturating_sub(low) > near {
            let middle = low.saturating_add(high.saturating_sub(low) >> 1);
            self.input.go(middle);
            let mut found = None;
            while let Some(page) = page::next(&mut self.input, &ignored)? {
                if page.offset >= high {
                    break;
                }
                self.input.go(page.end());
                if page.serial == self.serial && page.granule >= 0 {
                    found = Some(page);
                    break;
                }
            }
            match found {
                Some(page) if page.granule <= target && !page.is_last() => {
                    best = page.offset;
                    low = page.end();
                }
                _ => high = middle,
            }
        }
        Ok(best)
    }
}

impl Packets for Walk {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        loop {
            if let Some(ready) = self.state.ready.pop_front() {
                *packet = ready;
                return Ok(true);
            }
            if self.state.ended {
                return Ok(false);
            }
            let back = self.input.pos();
            let mut state = self.state.clone();
            let taken = match self.page() {
                Ok(Some(page)) => self.take(&page, &mut state),
                Ok(None) => {
                    state.ended = true;
                    self.unmarked(&state)
                }
                Err(e) => Err(e),
            };
            if let Err(e) = taken {
                self.input.go(back);
                return Err(e);
            }
            self.state = state;
        }
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        if packet.span().is_some() {
            return read_span(&mut self.input, packet, bytes);
        }
        bytes.clear();
        let cx = self.input.context().clone();
        let at = packet.at;
        let mut laced = Laced::within(&cx, &self.findings, self.serial, at.offset, at.run);
        let length = usize::try_from(at.length).unwrap_or(usize::MAX);
        laced.append(length, bytes)?;
        if bytes.len() < length {
            return Err(cx.ended(laced.input.pos(), length, bytes.len()));
        }
        Ok(())
    }

    fn seek(&mut self, _stream: u32, frame: u64) -> Result<()> {
        if !self.input.context().is_random() {
            return Ok(());
        }
        let back = self.input.pos();
        let place = match self.bisect(frame) {
            Ok(place) => place,
            Err(e) => {
                self.input.go(back);
                return Err(e);
            }
        };
        self.input.go(place);
        self.state = State { follows: place == self.first, ..State::default() };
        Ok(())
    }

    fn position(&self) -> u64 {
        self.input.pos()
    }
}
