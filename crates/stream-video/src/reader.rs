//! A container's facts, then its packets.

use stream_core::memory::Reservation;
use stream_core::{ChargedVec, Context, Result};

use crate::ffi::demuxer::Demuxer;
use crate::packets::Packets;
use crate::{Attachment, Chapter, Container, Packet, Stream, Tag};

/// Reads a container: its facts are there once it is opened, its packets follow one by one.
pub struct Reader {
    facts: Facts,
    packets: Box<dyn Packets>,
    /// Packets delivered, by stream.
    counts: ChargedVec<u64>,
    ended: bool,
    cx: Context,
    _held: Reservation,
}

/// What a container tells before its packets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) container: Container,
    pub(crate) streams: Vec<Stream>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) attachments: Vec<Attachment>,
}

impl Reader {
    /// Opens the source of `cx`, which must be random, and finds out what its streams are.
    ///
    /// # Errors
    /// `Malformed` where no container is found, `Passed` for a source that only goes forward, `OverBudget`, and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        let demuxer = Demuxer::open(&cx)?;
        let (facts, held) = demuxer.facts()?;
        let mut counts = ChargedVec::new(cx.budget());
        for _ in &facts.streams {
            counts.push(0)?;
        }
        Ok(Self { facts, packets: Box::new(demuxer), counts, ended: false, cx, _held: held })
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The file as a whole.
    pub fn container(&self) -> &Container {
        &self.facts.container
    }

    /// Its streams, in the container's order.
    pub fn streams(&self) -> &[Stream] {
        &self.facts.streams
    }

    /// Tags of the container, then of its streams.
    pub fn tags(&self) -> &[Tag] {
        &self.facts.tags
    }

    /// Its chapters.
    pub fn chapters(&self) -> &[Chapter] {
        &self.facts.chapters
    }

    /// Attached files and pictures.
    pub fn attachments(&self) -> &[Attachment] {
        &self.facts.attachments
    }

    /// Bytes of the source that are behind the packets.
    pub fn done(&self) -> u64 {
        self.packets.done()
    }

    /// What the container's own tables claim and the file lacks.
    pub fn incomplete(&self) -> Option<&str> {
        self.packets.incomplete()
    }

    /// Fills `packet` with the next one, in the order of the file; `Ok(false)` at the end.
    ///
    /// # Errors
    /// Any kind. All packets before the error have been delivered; after one that is not resumable, the end.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        match self.packets.next(packet) {
            Ok(true) => {
                let at = usize::try_from(packet.stream).unwrap_or(usize::MAX);
                if let Some(count) = self.counts.as_mut_slice().get_mut(at) {
                    packet.index = *count;
                    *count = count.saturating_add(1);
                }
                Ok(true)
            }
            Ok(false) => {
                self.ended = true;
                Ok(false)
            }
            Err(error) => {
                self.ended = !error.resumable();
                Err(error)
            }
        }
    }
}
