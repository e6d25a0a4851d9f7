//! The walk over clusters and their blocks.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use stream_core::{ChargedVec, Context, Result};

use super::Segment;
use super::block;
use super::ebml::{self, Element, id};
use super::track::Track;
use crate::container::Packets;
use crate::findings::Findings;
use crate::input::Input;
use crate::mpa::read_span;
use crate::ogg::{HEAD, Lengths};
use crate::{Defect, Packet, Place};

/// Bytes read at once: some blocks.
const WINDOW: usize = 64 * 1024;

/// What of a track the walk needs.
struct Lane {
    number: u64,
    lengths: Lengths,
    rate: u64,
    prefix: Vec<u8>,
    /// Ticks that the decoder's delay lasts.
    delay: i64,
}

/// Where a track stands.
#[derive(Clone, Debug, Default)]
struct Position {
    index: u64,
    frame: u64,
    before: Option<u32>,
}

#[derive(Clone, Default)]
struct State {
    at: u64,
    /// The end of the cluster at hand, where its size is written.
    cluster_end: u64,
    cluster_time: u64,
    lanes: Vec<Position>,
    ready: VecDeque<Packet>,
    ended: bool,
}

/// Packets of a Matroska file.
pub(super) struct Walk {
    input: Input,
    findings: Findings,
    segment: Segment,
    lanes: Vec<Lane>,
    state: State,
}

impl Walk {
    pub(super) fn new(
        cx: &Context,
        findings: &Findings,
        tracks: &[Track],
        segment: Segment,
    ) -> Self {
        let half = segment.scale >> 1;
        let lanes = tracks.iter().map(|track| {
            let delay = track.delay.saturating_add(half).checked_div(segment.scale);
            Lane {
                number: track.number,
                lengths: track.lengths.clone(),
                rate: u64::from(track.stream.sample_rate),
                prefix: track.prefix.clone(),
                delay: delay.and_then(|d| i64::try_from(d).ok()).unwrap_or(0),
            }
        });
        let lanes: Vec<Lane> = lanes.collect();
        let input = Input::with_window(cx, segment.start, segment.end, WINDOW);
        let state = start(segment, lanes.len());
        Self { input, findings: findings.clone(), segment, lanes, state }
    }

    /// Goes over one element.
    fn step(&mut self, state: &mut State) -> Result<()> {
        if state.at >= self.segment.end {
            state.ended = true;
            return Ok(());
        }
        self.input.go(state.at);
        let Some(element) = ebml::next(&mut self.input)? else {
            let left = self.segment.end.saturating_sub(state.at);
            let at_end = self.input.peek(1)?.is_empty();
            if !at_end && left != u64::MAX {
                self.findings.note(state.at, Defect::Garbage { bytes: left })?;
            }
            if at_end && self.segment.end != u64::MAX && left > 0 {
                self.cut(state.at, left, 0)?;
            }
            state.ended = true;
            return Ok(());
        };
        match element.id {
            id::CLUSTER => {
                state.at = element.start;
                state.cluster_end = element.end;
                state.cluster_time = 0;
                return Ok(());
            }
            id::TIMESTAMP => state.cluster_time = ebml::uint(&mut self.input, element)?,
            id::SIMPLE_BLOCK => self.block(element, 0, state)?,
            id::BLOCK_GROUP => self.group(element, state)?,
            _ => {}
        }
        state.at = element.end;
        Ok(())
    }

    fn cut(&self, at: u64, expected: u64, found: u64) -> Result<()> {
        self.findings.note(at, Defect::PacketCut { expected, found })
    }

    fn group(&mut self, group: Element, state: &mut State) -> Result<()> {
        let (mut found, mut discard) = (None, 0);
        while self.input.pos() < group.end {
            let Some(inner) = ebml::next(&mut self.input)? else { break };
            match inner.id {
                id::BLOCK => found = Some(inner),
                id::DISCARD_PADDING => discard = ebml::int(&mut self.input, inner)?,
                _ => {}
            }
            self.input.go(inner.end);
        }
        match found {
            Some(inner) => self.block(inner, discard, state),
            None => Ok(()),
        }
    }

    fn block(&mut self, element: Element, discard: i64, state: &mut State) -> Result<()> {
        let Some(block) = block::read(&mut self.input, element)? else {
            let what = "a block whose lacing does not fit its size".to_owned();
            let clause = "RFC 9559, 10.3";
            return self.findings.note(element.at, Defect::Header { clause, what });
        };
        let Some(at) = self.lanes.iter().position(|lane| lane.number == block.track) else {
            return Ok(());
        };
        let Some(lane) = self.lanes.get(at) else { return Ok(()) };
        let Some(position) = state.lanes.get_mut(at) else { return Ok(()) };
        let ticks = i64::try_from(state.cluster_time).unwrap_or(i64::MAX);
        let mut pts = ticks.saturating_add(i64::from(block.time)).saturating_sub(lane.delay);
        let last = block.packets.len().saturating_sub(1);
        for (n, (offset, length)) in block.packets.into_iter().enumerate() {
            let mut head = [0; HEAD];
            let kept = lane.prefix.len().min(HEAD);
            for (to, from) in head.iter_mut().zip(&lane.prefix) {
                *to = *from;
            }
            self.input.go(offset);
            let want = HEAD.saturating_sub(kept).min(usize::try_from(length).unwrap_or(HEAD));
            let bytes = self.input.peek(want)?;
            if bytes.len() < want {
                let found = u64::try_from(bytes.len()).unwrap_or(0);
                self.cut(offset, length, found)?;
                state.ended = true;
                return Ok(());
            }
            for (to, from) in head.iter_mut().skip(kept).zip(bytes) {
                *to = *from;
            }
            let known = kept.saturating_add(bytes.len());
            let head = head.get(..known).unwrap_or_default();
            let mut frames = match lane.lengths {
                Lengths::Bytes(frame) => {
                    let whole = length.checked_div(frame.into()).unwrap_or(0);
                    u32::try_from(whole).unwrap_or(u32::MAX)
                }
                _ => lane.lengths.of(head, &mut position.before),
            };
            let nanos = u128::from(frames).saturating_mul(1_000_000_000);
            let nanos = nanos.checked_div(u128::from(lane.rate)).unwrap_or(0);
            let scale = u128::from(self.segment.scale);
            let duration = nanos.saturating_add(scale >> 1).checked_div(scale).unwrap_or(0);
            let duration = u64::try_from(duration).unwrap_or(0);
            if discard > 0 && n == last {
                let lost = u128::from(discard.unsigned_abs()).saturating_mul(lane.rate.into());
                let lost = lost.saturating_add(500_000_000) / 1_000_000_000;
                frames = frames.saturating_sub(u32::try_from(lost).unwrap_or(u32::MAX));
            }
            let prefix = u64::try_from(lane.prefix.len()).unwrap_or(0);
            state.ready.push_back(Packet {
                stream: u32::try_from(at).unwrap_or(u32::MAX),
                index: position.index,
                pts,
                duration,
                frame: position.frame,
                frames,
                discard: false,
                at: Place {
                    offset,
                    length: length.saturating_add(prefix),
                    extent: length,
                    run: length,
                    last: discard > 0 && n == last,
                },
            });
            position.index = position.index.saturating_add(1);
            position.frame = position.frame.saturating_add(u64::from(frames));
            pts = pts.saturating_add(i64::try_from(duration).unwrap_or(0));
        }
        Ok(())
    }
}

fn start(segment: Segment, lanes: usize) -> State {
    State {
        at: segment.cluster.unwrap_or(segment.end),
        lanes: vec![Position::default(); lanes],
        ..State::default()
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
            // nothing has moved where a step fails
            let mut state = self.state.clone();
            self.step(&mut state)?;
            self.state = state;
        }
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        let lane = usize::try_from(packet.stream).ok().and_then(|at| self.lanes.get(at));
        let prefix = lane.map(|lane| lane.prefix.clone()).unwrap_or_default();
        let own = Packet { at: Place::plain(packet.at.offset, packet.at.run), ..*packet };
        if prefix.is_empty() {
            return read_span(&mut self.input, &own, bytes);
        }
        let mut rest = ChargedVec::new(self.input.context().budget());
        read_span(&mut self.input, &own, &mut rest)?;
        bytes.clear();
        bytes.extend(&prefix)?;
        Ok(bytes.extend(&rest)?)
    }

    fn seek(&mut self, stream: u32, frame: u64) -> Result<()> {
        let at = usize::try_from(stream).unwrap_or(usize::MAX);
        let passed = self.state.lanes.get(at).is_some_and(|lane| lane.frame > frame);
        let waits = self.state.ready.front().is_some_and(|packet| packet.frame > frame);
        if self.input.context().is_random() && (passed || waits) {
            self.state = start(self.segment, self.lanes.len());
        }
        Ok(())
    }

    fn position(&self) -> u64 {
        self.state.at.min(self.input.pos().max(self.state.at))
    }
}
