//! From the typed reader to the one that all formats share.
#![deny(clippy::arithmetic_side_effects)]

mod data;
mod fill;
mod marks;

use stream_core::{Chunks, Context, Diagnostic, Entry, Progress, Request, Result, Summary};

use crate::markup::Markup;
use crate::{BlockRef, Options, Reader, Timestamp};
use marks::Marks;

/// [`stream_core::Reader`] over a [`Reader`].
pub(crate) struct Adapter {
    reader: Reader,
    options: Options,
    markup: Markup,
    /// Whether the text of cues is looked at for what is unusual in it.
    verify: bool,
    /// Whether cues get a field with their text without markup.
    plain: bool,
    /// Whether the entry delivered last is still in memory.
    at_hand: bool,
    marks: Marks,
    entries: u64,
    counts: Counts,
    /// Whether the block at hand was looked at for diagnostics.
    diagnosed: bool,
    failed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    cues: u64,
    notes: u64,
    styles: u64,
    regions: u64,
    last: Timestamp,
}

impl Counts {
    fn add(&mut self, block: &BlockRef<'_>) {
        let place = match block {
            BlockRef::Header(_) => return,
            BlockRef::Style(_) => &mut self.styles,
            BlockRef::Region(_) => &mut self.regions,
            BlockRef::Note(_) => &mut self.notes,
            BlockRef::Cue(cue) => {
                self.last = self.last.max(cue.end);
                &mut self.cues
            }
        };
        *place = place.saturating_add(1);
    }
}

impl Adapter {
    pub(crate) fn open(cx: Context, options: Options) -> Result<Self> {
        let budget = cx.budget().clone();
        let (verify, plain) = (cx.switched_on("verify"), cx.switched_on("vtt.plain"));
        Ok(Adapter {
            reader: Reader::open_with(cx, options)?,
            options,
            markup: Markup::new(&budget)?,
            verify,
            plain,
            at_hand: false,
            marks: Marks::new(),
            entries: 0,
            counts: Counts::default(),
            diagnosed: false,
            failed: false,
        })
    }

    fn read(&mut self, entry: &mut Entry) -> Result<bool> {
        self.at_hand = false;
        if !self.reader.advance()? {
            return Ok(false);
        }
        // until the entry is complete the block stays at hand, so that a refusal can be tried again
        self.fill(entry)?;
        self.entries = self.entries.saturating_add(1);
        if self.reader.is_at_cue() {
            self.marks.pass(self.reader.mark());
        }
        self.reader.delivered();
        self.diagnosed = false;
        self.at_hand = true;
        Ok(true)
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.read(entry).map_err(|error| {
            self.failed |= !error.resumable();
            error.with_format("vtt")
        })
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        self.data(request).map_err(|error| error.with_format("vtt"))
    }

    fn progress(&self) -> Progress {
        self.reader.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        let mut summary = Summary::new(self.reader.context().budget());
        summary.entries = self.entries;
        summary.complete = self.reader.progress().complete && !self.failed;
        let Counts { cues, notes, styles, regions, last } = self.counts;
        let dialect = if self.reader.is_subrip() { "subrip" } else { "webvtt" };
        summary.fields.push("dialect", dialect)?;
        summary.fields.push("cues", cues)?;
        summary.fields.push("notes", notes)?;
        summary.fields.push("styles", styles)?;
        summary.fields.push("regions", regions)?;
        summary.fields.push("duration", fill::time(last))?;
        let found = self.reader.diagnostics();
        for diagnostic in found.kept() {
            summary.diagnostics.push(Diagnostic {
                severity: diagnostic.defect.severity(),
                rule: diagnostic.defect.rule(),
                message: diagnostic.to_string().into(),
                offset: Some(diagnostic.offset),
                entry: None,
            })?;
        }
        Ok(summary)
    }
}
