//! From the typed reader to the one that all formats share.

mod data;
mod fill;
mod stream;
mod summary;

use stream_core::{Chunks, Context, Entry, Kind, Progress, Request, Result, Summary};

use crate::beside::Beside;
use crate::findings::Findings;
use crate::{Packet, Reader};

/// [`stream_core::Reader`] over a [`Reader`]: facts first, then packets.
pub(crate) struct Adapter {
    reader: Reader,
    stage: Stage,
    packet: Packet,
    /// The packet was read, and its entry was refused for want of memory.
    pending: bool,
    entries: u64,
    lists_packets: bool,
    /// What readers of frames and samples found.
    lost: Findings,
    beside: Beside,
}

/// What comes next.
#[derive(Clone, Copy)]
enum Stage {
    Container,
    Stream(usize),
    Tag(usize),
    Chapter(usize),
    Attachment(usize),
    Packets,
    End,
}

impl Adapter {
    pub(crate) fn open(cx: Context) -> Result<Self> {
        let lists_packets = cx.setting("packets").is_none() || cx.switched_on("packets");
        let lost = Findings::new(cx.budget());
        Ok(Self {
            lost,
            beside: Beside::new(&cx),
            reader: Reader::open(cx)?,
            stage: Stage::Container,
            packet: Packet::default(),
            pending: false,
            entries: 0,
            lists_packets,
        })
    }

    fn read(&mut self, entry: &mut Entry) -> Result<bool> {
        let next = |at: usize| at.saturating_add(1);
        loop {
            match self.stage {
                Stage::Container => {
                    fill::container(entry, &self.reader)?;
                    self.stage = Stage::Stream(0);
                }
                Stage::Stream(at) => {
                    let Some(stream) = self.reader.streams().get(at) else {
                        self.stage = Stage::Tag(0);
                        continue;
                    };
                    stream::fill(entry, stream)?;
                    self.stage = Stage::Stream(next(at));
                }
                Stage::Tag(at) => {
                    let Some(tag) = self.reader.tags().get(at) else {
                        self.stage = Stage::Chapter(0);
                        continue;
                    };
                    fill::tag(entry, at, tag, self.reader.container())?;
                    self.stage = Stage::Tag(next(at));
                }
                Stage::Chapter(at) => {
                    let Some(chapter) = self.reader.chapters().get(at) else {
                        self.stage = Stage::Attachment(0);
                        continue;
                    };
                    fill::chapter(entry, at, chapter)?;
                    self.stage = Stage::Chapter(next(at));
                }
                Stage::Attachment(at) => {
                    if at >= self.reader.attachments().len() {
                        self.stage = Stage::Packets;
                        continue;
                    }
                    fill::attachment(entry, at, self.reader.attachments())?;
                    self.stage = Stage::Attachment(next(at));
                }
                Stage::Packets => {
                    if !self.pending && !self.reader.read_packet(&mut self.packet)? {
                        self.stage = Stage::End;
                        return Ok(false);
                    }
                    if !self.lists_packets {
                        continue;
                    }
                    self.pending = true;
                    self.fill_packet(entry)?;
                    self.pending = false;
                }
                Stage::End => return Ok(false),
            }
            self.entries = self.entries.saturating_add(1);
            return Ok(true);
        }
    }

    fn fill_packet(&self, entry: &mut Entry) -> Result<()> {
        entry.reset(Kind::Packet);
        let at = usize::try_from(self.packet.stream).unwrap_or(usize::MAX);
        let base = self.reader.streams().get(at).map(|stream| stream.time_base);
        let end = self.reader.container().size.unwrap_or(u64::MAX);
        fill::packet(entry, &self.packet, base.unwrap_or_default(), end)
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.read(entry).map_err(|error| {
            if !error.resumable() {
                self.stage = Stage::End;
            }
            error.with_format("video")
        })
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        self.data(request).map_err(|error| error.with_format("video"))
    }

    fn progress(&self) -> Progress {
        let total = self.reader.container().size;
        let done = self.reader.done().min(total.unwrap_or(u64::MAX));
        Progress { done, total, complete: self.reader.is_whole() }
    }

    fn finish(&mut self) -> Result<Summary> {
        summary::of(&self.reader, self.entries, &self.lost)
    }
}
