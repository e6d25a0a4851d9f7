//! Samples that come through packets and a decoder.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedVec, Context, ErrorKind, Result};

use crate::container::{Container, Decode, Packets, Run, Samples};
use crate::counts::Counts;
use crate::findings::Findings;
use crate::{Defect, Packet, codec};

/// One stream's samples: packets in file order, decoded one by one, without the padding.
pub(crate) struct Decoded {
    findings: Findings,
    counts: Counts,
    packets: Box<dyn Packets>,
    decoder: Box<dyn Decode>,
    stream: u32,
    path: String,
    channels: usize,
    rate: u32,
    /// Raw frames (as the decoder counts) that are not delivered at the start.
    padding: u64,
    /// The raw frame behind the last one that is delivered, where the header says.
    end: Option<u64>,
    /// A packet whose facts are known and which is not decoded yet.
    held: Option<Packet>,
    bytes: ChargedVec<u8>,
    /// The packet in the decoder, its frames, and how many of them were taken.
    ready: Packet,
    frames: usize,
    taken: usize,
    /// Raw frames before this one are decoded and dropped: a seek's target.
    from: u64,
    /// Packets that end before this raw frame are not even decoded.
    skip: u64,
    /// Whether the decoder saw no packet since it was reset.
    fresh: bool,
    /// The raw frame behind the last packet that went by.
    passed: u64,
}

impl Decoded {
    /// The samples of `stream`, standing before the first.
    ///
    /// # Errors
    /// `Unsupported` for a codec that is not decoded here, `OverBudget`, what reading gives.
    pub(crate) fn open(
        cx: &Context,
        container: &Arc<dyn Container>,
        stream: u32,
        findings: &Findings,
        counts: &Counts,
    ) -> Result<Self> {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        let path = format!("stream/{stream}");
        let facts = container.header().streams.get(index);
        let facts = facts.ok_or_else(|| stream_core::no_such_entry(&path))?;
        let decoder = codec::open(cx, facts, container.setup(stream));
        let decoder = decoder.map_err(|e| e.at(container.header().data_offset))?;
        let packets = container.packets()?;
        let padding = u64::from(facts.initial_padding);
        // without padding that is told the frames of the packets say more than the header's count
        let end = facts.frames.filter(|_| facts.trailing_padding.is_some());
        Ok(Self {
            findings: findings.clone(),
            counts: counts.clone(),
            packets,
            decoder,
            stream,
            path,
            channels: usize::try_from(facts.channels).unwrap_or(1).max(1),
            rate: facts.sample_rate.max(1),
            padding,
            end: end.map(|frames| frames.saturating_add(padding)),
            held: None,
            bytes: ChargedVec::new(cx.budget()),
            ready: Packet::default(),
            frames: 0,
            taken: 0,
            from: padding,
            skip: 0,
            fresh: true,
            passed: 0,
        })
    }

    fn time(&self, packet: &Packet) -> f64 {
        let frame = packet.frame as f64 - self.padding as f64;
        frame / f64::from(self.rate)
    }

    /// The raw frame that the packet in the decoder has next, and how many from there are to be delivered.
    fn left(&self) -> (u64, usize) {
        let taken = u64::try_from(self.taken).unwrap_or(u64::MAX);
        let at = self.ready.frame.saturating_add(taken);
        let end = self.ready.frame.saturating_add(u64::try_from(self.frames).unwrap_or(u64::MAX));
        let end = self.end.map_or(end, |last| end.min(last));
        let at = at.max(self.from);
        (at, usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX))
    }

    /// Decodes the next packet of the stream; `false` at the end.
    fn advance(&mut self) -> Result<bool> {
        let mut packet = match self.held {
            Some(packet) => packet,
            None => {
                let mut packet = Packet::default();
                loop {
                    if !self.packets.next(&mut packet)? {
                        return Ok(false);
                    }
                    if packet.stream == self.stream {
                        break;
                    }
                }
                self.held = Some(packet);
                packet
            }
        };
        let beyond = self.end.is_some_and(|end| packet.frame >= end);
        let over = packet.frame.saturating_add(u64::from(packet.frames)) <= self.skip;
        let past = over && packet.frame < self.skip;
        if past || beyond {
            self.pass(&packet);
            return Ok(true);
        }
        match self.packets.bytes(&packet, &mut self.bytes) {
            Ok(()) => {}
            Err(e) if e.kind() == ErrorKind::Truncated => {
                let found = u64::try_from(self.bytes.len()).unwrap_or(0);
                let defect = Defect::PacketCut { expected: packet.at.length, found };
                let frames = u64::from(packet.frames);
                self.findings.lost(packet.at.offset, Some(&self.path), defect, frames)?;
                self.pass(&packet);
                return Ok(true);
            }
            Err(e) => return Err(e),
        }
        let decoded = self.decoder.decode(&self.bytes);
        let fresh = std::mem::replace(&mut self.fresh, false);
        let expected = u64::from(packet.frames);
        let decoded_some = decoded.is_ok();
        let frames = match decoded {
            Ok(frames) => frames,
            Err(why) => {
                let defect =
                    Defect::PacketUndecodable { time: self.time(&packet), frames: expected, why };
                self.note(&packet, defect, expected);
                0
            }
        };
        let found = u64::try_from(frames).unwrap_or(u64::MAX);
        let allowed = (fresh && found < expected) || (packet.at.last && found > expected);
        if found != expected && decoded_some && !allowed {
            let defect = Defect::PacketLength { time: self.time(&packet), expected, found };
            self.note(&packet, defect, expected.saturating_sub(found));
        }
        self.pass(&packet);
        packet.frames = packet.frames.min(u32::try_from(found).unwrap_or(u32::MAX));
        self.ready = packet;
        self.frames = usize::try_from(packet.frames).unwrap_or(0);
        self.taken = 0;
        Ok(true)
    }

    /// The decoder has moved, so that a refusal here cannot be tried again: it is counted where the budget has room.
    fn note(&self, packet: &Packet, defect: Defect, frames: u64) {
        let _ = self.findings.lost(packet.at.offset, Some(&self.path), defect, frames);
    }

    /// The packet at hand is done with.
    fn pass(&mut self, packet: &Packet) {
        self.held = None;
        self.frames = 0;
        self.taken = 0;
        self.passed = packet.frame.saturating_add(u64::from(packet.frames));
    }
}

impl Samples for Decoded {
    fn read(&mut self, out: &mut [f32]) -> Result<Run> {
        loop {
            let (at, left) = self.left();
            if self.frames > 0 && left > 0 {
                let room = out.len().checked_div(self.channels).unwrap_or(0);
                let frames = left.min(room);
                let from = at.saturating_sub(self.ready.frame);
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                let samples = frames.saturating_mul(self.channels);
                self.decoder.copy(from, out.get_mut(..samples).unwrap_or_default());
                self.taken = from.saturating_add(frames);
                return Ok(Run { origin: at.saturating_sub(self.padding), frames });
            }
            if !self.advance()? {
                let end = self.end.map_or(self.passed, |end| end.min(self.passed));
                let end = end.saturating_sub(self.padding);
                self.counts.ended(self.stream, end);
                return Ok(Run { origin: end, frames: 0 });
            }
        }
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let raw = frame.saturating_add(self.padding);
        // it stands there
        if self.frames > 0 && self.left().0 == raw {
            return Ok(());
        }
        let first = raw.saturating_sub(self.decoder.preroll());
        self.packets.seek(self.stream, first)?;
        self.decoder.reset();
        self.fresh = true;
        self.held = None;
        self.frames = 0;
        self.taken = 0;
        self.from = raw;
        self.skip = first;
        Ok(())
    }
}
