//! Rows of one thread, gathered until they are worth handing on.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use stream_core::{Entry, Result};

use super::spool::Filling;
use super::{Block, arrow};
use crate::row::FileRow;
use crate::table::{Entries, Files, Veil};

/// Gathers the rows of one file after another.
pub(crate) struct Gather {
    files: Files,
    held: Vec<RecordBatch>,
    entries: Entries,
    /// The first row of the file at hand in `entries`.
    mark: usize,
    filling: Option<Filling>,
    limit: usize,
    folder: PathBuf,
    since: Instant,
}

/// Rows wait no longer than this for others, once a file is done.
const PATIENCE: Duration = Duration::from_secs(2);

impl Gather {
    /// Hands on blocks of about `limit` bytes; files with more than that in entries are spooled in `folder`.
    pub(crate) fn new(limit: usize, folder: &Path) -> Self {
        Self {
            files: Files::new(),
            held: Vec::new(),
            entries: Entries::new(),
            mark: 0,
            filling: None,
            limit,
            folder: folder.to_owned(),
            since: Instant::now(),
        }
    }

    /// Begins a file.
    pub(crate) fn begin(&mut self) {
        self.mark = self.entries.rows();
    }

    /// Adds an entry of the file at hand.
    pub(crate) fn entry(
        &mut self,
        file: u64,
        entry: &Entry,
        measures: &[(String, f64)],
        veil: Veil<'_>,
    ) -> Result<()> {
        self.entries.push(file, entry, measures, veil);
        if self.entries.bytes() >= self.limit { self.spill() } else { Ok(()) }
    }

    /// Moves the rows of the file at hand to disk, and those before it aside.
    fn spill(&mut self) -> Result<()> {
        let mine = self.split()?;
        let filling = match &mut self.filling {
            Some(filling) => filling,
            none => none.insert(Filling::new(&self.folder)?),
        };
        filling.write(&mine)
    }

    /// Puts the rows of earlier files aside and gives those of the file at hand.
    fn split(&mut self) -> Result<RecordBatch> {
        let all = std::mem::replace(&mut self.entries, Entries::new()).finish().map_err(arrow)?;
        let mark = std::mem::take(&mut self.mark).min(all.num_rows());
        if mark > 0 {
            self.held.push(all.slice(0, mark));
        }
        Ok(all.slice(mark, all.num_rows().saturating_sub(mark)))
    }

    /// Forgets the rows of the file at hand.
    pub(crate) fn abandon(&mut self) -> Result<()> {
        self.filling = None;
        if self.entries.rows() > self.mark {
            self.split()?;
        }
        Ok(())
    }

    /// Ends the file at hand. Gives what is to be handed on now.
    pub(crate) fn end(&mut self, row: FileRow) -> Result<Option<Block>> {
        if let Some(mut filling) = self.filling.take() {
            let rest = self.split()?;
            filling.write(&rest)?;
            let mut files = Files::new();
            files.push(row);
            let spool = Some(filling.finish()?);
            return Ok(Some(Block { files, entries: Vec::new(), spool }));
        }
        if self.files.rows().is_empty() {
            self.since = Instant::now();
        }
        self.files.push(row);
        let bytes = self.files.bytes().saturating_add(self.entries.bytes());
        let due =
            bytes >= self.limit / 2 || !self.held.is_empty() || self.since.elapsed() > PATIENCE;
        if due { self.flush() } else { Ok(None) }
    }

    /// All rows of files that are done.
    pub(crate) fn flush(&mut self) -> Result<Option<Block>> {
        self.mark = self.entries.rows();
        if self.files.rows().is_empty() {
            return Ok(None);
        }
        self.split()?;
        let files = std::mem::replace(&mut self.files, Files::new());
        let entries = std::mem::take(&mut self.held);
        Ok(Some(Block { files, entries, spool: None }))
    }
}
