//! Packets and samples over the links of a chain.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{ChargedVec, Error, ErrorKind, Result};

use super::chain::Links;
use crate::container::{Packets, Run, Samples};
use crate::counts::Counts;
use crate::decoded::Decoded;
use crate::{Defect, Link, Packet};

/// Packets of all links, numbered through their stream.
pub(super) struct LinkedPackets {
    links: Arc<Links>,
    at: usize,
    link: Link,
    walk: Box<dyn Packets>,
    /// Packets of the stream before this link.
    before: u64,
    index: u64,
}

fn none() -> Error {
    Error::new(ErrorKind::Malformed, "a chain without links")
}

impl LinkedPackets {
    /// Before the first packet.
    ///
    /// # Errors
    /// What opening the first link gives.
    pub(super) fn new(links: Arc<Links>) -> Result<Self> {
        let link = *links.get(0).ok_or_else(none)?;
        let walk = links.open(0)?.ok_or_else(none)?.packets()?;
        Ok(Self { links, at: 0, link, walk, before: 0, index: 0 })
    }

    /// Goes to another link; `false` behind the last.
    fn turn(&mut self, at: usize) -> Result<bool> {
        let Some(link) = self.links.get(at).copied() else { return Ok(false) };
        let Some(opened) = self.links.open(at)? else { return Ok(false) };
        self.walk = opened.packets()?;
        self.before = if link.stream == self.link.stream { self.index } else { 0 };
        (self.at, self.link, self.index) = (at, link, self.before);
        Ok(true)
    }
}

impl Packets for LinkedPackets {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        while !self.walk.next(packet)? {
            if !self.turn(self.at.saturating_add(1))? {
                return Ok(false);
            }
        }
        packet.stream = self.link.stream;
        packet.index = packet.index.saturating_add(self.before);
        packet.frame = packet.frame.saturating_add(self.link.start);
        let start = i64::try_from(self.link.start).unwrap_or(i64::MAX);
        packet.pts = packet.pts.saturating_add(start);
        self.index = packet.index.saturating_add(1);
        Ok(true)
    }

    fn bytes(&mut self, packet: &Packet, bytes: &mut ChargedVec<u8>) -> Result<()> {
        self.walk.bytes(packet, bytes)
    }

    fn seek(&mut self, stream: u32, frame: u64) -> Result<()> {
        if let Some(at) = self.links.at(stream, frame).filter(|at| *at != self.at) {
            self.turn(at)?;
        }
        self.walk.seek(0, frame.saturating_sub(self.link.start))
    }

    fn position(&self) -> u64 {
        self.walk.position().max(self.link.span.offset)
    }
}

/// Samples of the links of one stream, each decoded by itself: one decoder at a time.
pub(super) struct LinkedSamples {
    links: Arc<Links>,
    stream: u32,
    at: usize,
    link: Link,
    decoder: Option<(Decoded, Counts)>,
    /// The frame of the link to go to once its decoder is open.
    from: u64,
}

impl LinkedSamples {
    /// Before the first frame of `stream`.
    ///
    /// # Errors
    /// What opening its first link gives.
    pub(super) fn open(links: Arc<Links>, stream: u32) -> Result<Self> {
        let at = links.at(stream, 0).ok_or_else(none)?;
        let link = *links.get(at).ok_or_else(none)?;
        let mut samples = Self { links, stream, at, link, decoder: None, from: 0 };
        samples.decoder()?;
        Ok(samples)
    }

    /// The decoder of the link at hand, opened where it is not.
    fn decoder(&mut self) -> Result<&mut Decoded> {
        let (decoder, _) = match &mut self.decoder {
            Some(open) => open,
            none_yet => {
                let links = &self.links;
                let opened = links.open(self.at)?.ok_or_else(none)?;
                // the frames that it counts are those of the link
                let counts = Counts::new(1);
                let mut decoder = Decoded::open(&links.cx, &opened, 0, &links.findings, &counts)?;
                if self.from > 0 {
                    decoder.seek(self.from)?;
                }
                none_yet.insert((decoder, counts))
            }
        };
        Ok(decoder)
    }

    /// Goes to `from` in another link of the stream; `false` where that is none.
    fn turn(&mut self, at: usize, from: u64) -> bool {
        let next = self.links.get(at).filter(|link| link.stream == self.stream);
        let Some(link) = next else { return false };
        (self.at, self.link, self.from, self.decoder) = (at, *link, from, None);
        true
    }

    /// Says where a link has other frames than its last page claims.
    fn judge(&self) -> Result<()> {
        let counted = self.decoder.as_ref().and_then(|(_, counts)| counts.of(0));
        let Some((claimed, counted)) = self.link.frames.zip(counted) else { return Ok(()) };
        if claimed == counted {
            return Ok(());
        }
        let defect = Defect::LengthMismatch { unit: "frames of a link", claimed, counted };
        self.links.findings.note(self.link.span.offset, defect)
    }
}

impl Samples for LinkedSamples {
    fn read(&mut self, out: &mut [f32]) -> Result<Run> {
        loop {
            let run = self.decoder()?.read(out)?;
            let origin = run.origin.saturating_add(self.link.start);
            if run.frames > 0 {
                return Ok(Run { origin, ..run });
            }
            self.judge()?;
            if !self.turn(self.at.saturating_add(1), 0) {
                return Ok(Run { origin, frames: 0 });
            }
        }
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let at = self.links.at(self.stream, frame).unwrap_or(self.at);
        if at == self.at && self.decoder.is_some() {
            let from = frame.saturating_sub(self.link.start);
            return self.decoder()?.seek(from);
        }
        let start = self.links.get(at).map_or(0, |link| link.start);
        self.turn(at, frame.saturating_sub(start));
        Ok(())
    }
}
