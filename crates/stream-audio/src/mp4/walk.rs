//! The walk over the packets of all tracks, in the order in which they stand in the file.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use stream_core::{ChargedVec, Context, Result};

use super::boxes;
use super::fragment::{self, Run};
use super::table::{Cursor, Sample};
use super::track::Track;
use crate::container::Packets;
use crate::findings::Findings;
use crate::input::Input;
use crate::mpa::read_span;
use crate::{Defect, Packet, Place};

/// What of a track the walk needs.
struct Lane {
    id: u32,
    cursor: Cursor,
    /// A sample that waits for those before it in the file.
    held: Option<Sample>,
    ended: bool,
    /// Frames of a packet, where all have the same; and what makes frames of ticks.
    per_packet: Option<u32>,
    rate: u64,
    timescale: u64,
    shift: i64,
    /// Behind the tables: number and time of the next sample in fragments.
    index: u64,
    time: u64,
}

/// Packets of an MP4 file.
pub(super) struct Walk {
    input: Input,
    /// Entries of fragments, read apart from the media.
    boxes: Input,
    findings: Findings,
    lanes: Vec<Lane>,
    first_fragment: Option<u64>,
    fragment: Option<u64>,
    runs: VecDeque<Run>,
    size: Option<u64>,
    position: u64,
}

/// Bytes of media read at once.
const WINDOW: usize = 64 * 1024;

impl Walk {
    pub(super) fn new(
        cx: &Context,
        findings: &Findings,
        tracks: &[Track],
        fragments: Option<u64>,
    ) -> Self {
        let lanes = tracks.iter().map(|track| Lane {
            id: track.id,
            cursor: Cursor::new(cx, track.tables),
            held: None,
            ended: false,
            per_packet: track.per_packet,
            rate: u64::from(track.stream.sample_rate),
            timescale: u64::from(track.timescale).max(1),
            shift: track.shift,
            index: 0,
            time: 0,
        });
        Self {
            input: Input::with_window(cx, 0, u64::MAX, WINDOW),
            boxes: Input::new(cx, 0, u64::MAX),
            findings: findings.clone(),
            lanes: lanes.collect(),
            first_fragment: fragments,
            fragment: fragments,
            runs: VecDeque::new(),
            size: cx.source().size().filter(|_| cx.is_random()),
            position: 0,
        }
    }

    /// The sample that stands first in the file, of the tables.
    fn table_sample(&mut self) -> Result<Option<(usize, Sample)>> {
        let mut first: Option<(usize, u64)> = None;
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            if lane.held.is_none() && !lane.ended {
                let next = lane.cursor.next()?;
                let end = next.map_or(0, |s| s.offset.saturating_add(s.size));
                if let (Some(sample), Some(size)) = (next, self.size.filter(|size| end > *size)) {
                    // what a table places behind the end of the file is not there
                    let found = size.saturating_sub(sample.offset);
                    let defect = Defect::PacketCut { expected: sample.size, found };
                    lane.ended = true;
                    self.findings.note(sample.offset, defect)?;
                    continue;
                }
                lane.held = next;
                lane.ended = next.is_none();
            }
            let Some(held) = lane.held else { continue };
            if first.is_none_or(|(_, offset)| held.offset < offset) {
                first = Some((at, held.offset));
            }
        }
        let Some((at, _)) = first else { return Ok(None) };
        let Some(lane) = self.lanes.get_mut(at) else { return Ok(None) };
        let Some(sample) = lane.held.take() else { return Ok(None) };
        lane.index = sample.index.saturating_add(1);
        lane.time = sample.time.saturating_add(sample.duration);
        Ok(Some((at, sample)))
    }

    /// The next sample of the fragments.
    fn fragment_sample(&mut self) -> Result<Option<(usize, Sample)>> {
        loop {
            if let Some(run) = self.runs.front().copied() {
                let lane = self.lanes.iter().position(|lane| lane.id == run.track);
                let mut next = run;
                let sample = match lane {
                    Some(_) => next.take(&mut self.boxes)?,
                    None => None,
                };
                if let (Some(at), Some(mut sample)) = (lane, sample) {
                    let Some(lane) = self.lanes.get_mut(at) else { return Ok(None) };
                    sample.time = next.time.take().unwrap_or(lane.time);
                    sample.index = lane.index;
                    lane.index = lane.index.saturating_add(1);
                    lane.time = sample.time.saturating_add(sample.duration);
                    if let Some(front) = self.runs.front_mut() {
                        *front = next;
                    }
                    return Ok(Some((at, sample)));
                }
                self.runs.pop_front();
                continue;
            }
            let Some(at) = self.fragment else { return Ok(None) };
            self.boxes.go(at);
            let Some(head) = boxes::next(&mut self.boxes)? else {
                self.fragment = None;
                return Ok(None);
            };
            if &head.kind == b"moof" {
                self.runs = fragment::read(&mut self.boxes, head.start, head.end)?.into();
            }
            self.fragment = Some(head.end);
        }
    }
}

impl Packets for Walk {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        let (at, sample) = match self.table_sample()? {
            Some(found) => found,
            None => match self.fragment_sample()? {
                Some(found) => found,
                None => return Ok(false),
            },
        };
        let Some(lane) = self.lanes.get(at) else { return Ok(false) };
        let frames = |ticks: u64| super::track::scale(ticks, lane.rate, lane.timescale);
        let per_packet = lane.per_packet.map(u64::from);
        let count = per_packet.unwrap_or_else(|| {
            frames(sample.time.saturating_add(sample.duration)).saturating_sub(frames(sample.time))
        });
        let time = i64::try_from(sample.time).unwrap_or(i64::MAX);
        *packet = Packet {
            stream: u32::try_from(at).unwrap_or(u32::MAX),
            index: sample.index,
            pts: time.saturating_sub(lane.shift),
            duration: sample.duration,
            frame: match per_packet {
                Some(n) => sample.index.saturating_mul(n),
                None => frames(sample.time),
            },
            frames: u32::try_from(count).unwrap_or(u32::MAX),
            discard: false,
            at: Place::plain(sample.offset, sample.size),
        };
        packet.discard = packet.pts.saturating_add(i64::try_from(sample.duration).unwrap_or(0))
            <= 0
            && packet.pts < 0;
        self.position = self.position.max(sample.offset);
        Ok(true)
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        let end = packet.at.offset.saturating_add(packet.at.length);
        if self.size.is_some_and(|size| end > size) {
            bytes.clear();
            let found = self.size.unwrap_or(0).saturating_sub(packet.at.offset);
            let expected = usize::try_from(packet.at.length).unwrap_or(usize::MAX);
            let found = usize::try_from(found).unwrap_or(0);
            return Err(self.input.context().ended(packet.at.offset, expected, found));
        }
        read_span(&mut self.input, packet, bytes)
    }

    fn seek(&mut self, stream: u32, frame: u64) -> Result<()> {
        if !self.input.context().is_random() {
            return Ok(());
        }
        for lane in &mut self.lanes {
            lane.cursor.rewind();
            (lane.held, lane.ended, lane.index, lane.time) = (None, false, 0, 0);
        }
        self.fragment = self.first_fragment;
        self.runs.clear();
        let _ = (stream, frame);
        Ok(())
    }

    fn position(&self) -> u64 {
        self.position
    }
}
