//! An opened file as a [`stream_core::Reader`].
#![deny(clippy::arithmetic_side_effects)]

mod bytes;
mod data;
mod direct;
mod entry;
mod packets;
mod region;
mod request;
mod summary;
mod verify;

use std::sync::Arc;

use stream_core::{Chunks, Context, Entry, Progress, Request, Result, Summary};

use crate::container::{Container, Packets};
use crate::counts::Counts;
use crate::findings::Findings;
use crate::{Packet, open};

/// What all chunks of one file share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub cx: Context,
    pub container: Arc<dyn Container>,
    pub findings: Findings,
    pub counts: Counts,
}

/// Which entry comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Container,
    Stream(usize),
    Link(usize),
    Tag(usize),
    Chapter(usize),
    Cue(usize),
    Picture(usize),
    Attachment(usize),
    Packets,
    Verify,
    End,
}

pub(crate) struct Adapter {
    shared: Shared,
    stage: Stage,
    entries: u64,
    failed: bool,
    packets: Option<Box<dyn Packets>>,
    /// The packet of the entry at hand, and one that waits for its entry.
    at_hand: Option<Packet>,
    waiting: Option<Packet>,
    verify: Option<verify::Verify>,
    /// Bytes behind the walk, which only grow.
    done: u64,
    /// What the summary said: data that is asked for behind the last entry may still show that something is missing.
    complete: bool,
}

impl Adapter {
    pub(crate) fn open(cx: Context) -> Result<Self> {
        let size = cx.source().size().filter(|_| cx.is_random());
        let findings = Findings::within(cx.budget(), size);
        let container = open::open(&cx, &findings)?;
        let header = container.header();
        let counts = Counts::new(header.streams.len());
        let done = header.data_offset.min(size.unwrap_or(u64::MAX));
        Ok(Self {
            shared: Shared { cx, container, findings, counts },
            stage: Stage::Container,
            entries: 0,
            failed: false,
            packets: None,
            at_hand: None,
            waiting: None,
            verify: None,
            done,
            complete: false,
        })
    }

    /// Goes over stages until one has an entry.
    fn read(&mut self, entry: &mut Entry) -> Result<bool> {
        loop {
            self.at_hand = None;
            let container = Arc::clone(&self.shared.container);
            let header = container.header();
            let found = match self.stage {
                Stage::Container => {
                    entry::container(entry, header, &self.shared.cx)?;
                    true
                }
                Stage::Stream(i) => entry::stream(entry, header, i)?,
                Stage::Link(i) => entry::link(entry, header, i)?,
                Stage::Tag(i) => entry::tag(entry, header, i)?,
                Stage::Chapter(i) => entry::chapter(entry, header, i)?,
                Stage::Cue(i) => entry::cue(entry, header, i)?,
                Stage::Picture(i) => entry::picture(entry, header, i)?,
                Stage::Attachment(i) => entry::attachment(entry, header, i)?,
                Stage::Packets => self.packet(entry)?,
                Stage::Verify => {
                    self.verify()?;
                    false
                }
                Stage::End => return Ok(false),
            };
            self.stage = self.stage.after(found);
            if found {
                self.entries = self.entries.saturating_add(1);
                return Ok(true);
            }
        }
    }

    fn verify(&mut self) -> Result<()> {
        if !self.shared.cx.switched_on("verify") {
            return Ok(());
        }
        let shared = &self.shared;
        let verify = self.verify.get_or_insert_with(verify::Verify::new);
        verify.run(shared)
    }
}

impl Stage {
    /// The next stage: the next item where this one was there, else the next kind.
    fn after(self, found: bool) -> Self {
        let next = |i: usize| i.saturating_add(1);
        match (self, found) {
            (Self::Container, _) => Self::Stream(0),
            (Self::Stream(i), true) => Self::Stream(next(i)),
            (Self::Stream(_), false) => Self::Link(0),
            (Self::Link(i), true) => Self::Link(next(i)),
            (Self::Link(_), false) => Self::Tag(0),
            (Self::Tag(i), true) => Self::Tag(next(i)),
            (Self::Tag(_), false) => Self::Chapter(0),
            (Self::Chapter(i), true) => Self::Chapter(next(i)),
            (Self::Chapter(_), false) => Self::Cue(0),
            (Self::Cue(i), true) => Self::Cue(next(i)),
            (Self::Cue(_), false) => Self::Picture(0),
            (Self::Picture(i), true) => Self::Picture(next(i)),
            (Self::Picture(_), false) => Self::Attachment(0),
            (Self::Attachment(i), true) => Self::Attachment(next(i)),
            (Self::Attachment(_), false) => Self::Packets,
            (Self::Packets, true) => Self::Packets,
            (Self::Packets, false) => Self::Verify,
            (Self::Verify | Self::End, _) => Self::End,
        }
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        &self.shared.cx
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.read(entry).map_err(|error| {
            if !error.resumable() {
                self.failed = true;
                self.stage = Stage::End;
            }
            error.with_format("audio")
        })
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let at_hand = self.at_hand.as_ref();
        let chunks = request::chunks(&self.shared, at_hand, self.packets.as_deref_mut(), request);
        chunks.map_err(|error| error.with_format("audio"))
    }

    fn progress(&self) -> Progress {
        let total = self.shared.cx.source().size();
        Progress { done: self.done, total, complete: self.complete }
    }

    fn finish(&mut self) -> Result<Summary> {
        let ended = self.stage == Stage::End && !self.failed;
        let summary = summary::summary(&self.shared, self.entries, ended)?;
        self.complete = summary.complete;
        Ok(summary)
    }
}
