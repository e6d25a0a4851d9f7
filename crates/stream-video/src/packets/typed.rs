//! Packets of FFmpeg's demuxer with the types of their pictures.

use stream_core::{Diagnostics, Result};

use super::Packets;
use crate::ffi::demuxer::Demuxer;
use crate::ffi::parser::Parser;
use crate::{Media, Packet, Stream};

/// The demuxer's packets, each looked at by its stream's parser.
pub(crate) struct Typed {
    demuxer: Demuxer,
    /// One a stream of pictures whose types can be told.
    parsers: Vec<(usize, Parser)>,
}

impl Typed {
    /// The packets of `streams`. Holds 512 KiB a stream of pictures.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn new(demuxer: Demuxer, streams: &[Stream]) -> Result<Self> {
        let mut parsers = Vec::new();
        for (at, stream) in streams.iter().enumerate() {
            let shown = !stream.disposition.contains(&"attached_pic");
            if stream.media == Media::Video
                && shown
                && let Some(parser) = Parser::open(&demuxer, at)?
            {
                parsers.push((at, parser));
            }
        }
        Ok(Self { demuxer, parsers })
    }
}

impl Packets for Typed {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        if !self.demuxer.next(packet)? {
            return Ok(false);
        }
        let at = usize::try_from(packet.stream).unwrap_or(usize::MAX);
        if let Some((_, parser)) = self.parsers.iter_mut().find(|(of, _)| *of == at) {
            packet.picture = parser.picture(&self.demuxer);
        }
        Ok(true)
    }

    fn done(&self) -> u64 {
        self.demuxer.done()
    }

    fn payload(&self) -> Option<&[u8]> {
        Packets::payload(&self.demuxer)
    }

    fn findings(&mut self, findings: &mut Diagnostics) -> Result<()> {
        self.demuxer.findings(findings)
    }
}
