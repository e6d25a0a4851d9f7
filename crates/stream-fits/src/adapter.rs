//! The typed reader as a [`stream_core::Reader`].
//!
//! Entries are the HDUs, each table's columns behind it.
#![deny(clippy::arithmetic_side_effects)]

mod cards;
mod combined;
mod entry;
mod facts;
mod marks;
mod summary;
mod target;

use stream_core::{Chunks, Context, Entry, Fields, Progress, Request, Result, Summary};

use crate::{Hdu, Reader};
use marks::Marks;

pub(crate) struct Adapter {
    reader: Reader,
    hdu: Hdu,
    /// Entries of the HDU at hand that were delivered: the HDU itself, then its columns. `None` before the first HDU and
    /// where the next is due.
    at: Option<usize>,
    entries: u64,
    /// Kinds of HDUs so far, for the summary.
    counts: summary::Counts,
    facts: Fields,
    marks: Marks,
    /// Whether the HDU at hand is the reader's last, whose data may still be asked for.
    has_hdu: bool,
    failed: Option<Box<str>>,
}

impl Adapter {
    pub(crate) fn open(cx: Context) -> Result<Self> {
        Ok(Self {
            hdu: Hdu::new(&cx),
            at: None,
            entries: 0,
            counts: summary::Counts::default(),
            facts: Fields::new(cx.budget()),
            marks: Marks::default(),
            has_hdu: false,
            failed: None,
            reader: Reader::open(cx)?,
        })
    }

    /// The next HDU, when all entries of the one at hand were delivered.
    fn advance(&mut self) -> Result<bool> {
        if self.at.is_some() {
            return Ok(true);
        }
        let offset = self.reader.position();
        // on its way to the next, the reader leaves the one at hand behind
        match self.reader.read_hdu(&mut self.hdu) {
            Ok(true) => {
                self.marks.put(self.hdu.number(), offset);
                self.at = Some(0);
                self.has_hdu = true;
                Ok(true)
            }
            Ok(false) => Ok(false),
            Err(e) => {
                if !e.resumable() {
                    self.failed = Some(e.message().into());
                }
                Err(e)
            }
        }
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        if !self.advance()? {
            return Ok(false);
        }
        let at = self.at.unwrap_or(0);
        let columns = self.hdu.columns_listed();
        match at.checked_sub(1) {
            None => {
                entry::hdu(entry, &self.hdu)?;
                summary::note(&mut self.facts, &self.hdu)?;
                self.counts.add(&self.hdu);
            }
            Some(column) => entry::column(entry, &self.hdu, column)?,
        }
        self.entries = self.entries.saturating_add(1);
        self.at = (at < columns).then(|| at.saturating_add(1));
        Ok(true)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let chunk = request.chunk_size.unwrap_or_else(|| self.context().chunk_size()).max(1);
        let result = target::chunks(self, request, chunk);
        result.map_err(|e| e.with_format("fits"))
    }

    fn progress(&self) -> Progress {
        self.reader.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        summary::summary(self)
    }
}
