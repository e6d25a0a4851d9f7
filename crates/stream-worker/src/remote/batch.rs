//! Entries that have crossed together.

use stream_core::{Entry, Error, ErrorKind, Result};
use stream_memory::Buf;

use crate::codec::{Flaw, Standing, Take, take_entry, take_standing};
use crate::line::Line;

/// Bytes of the length that stands before each record, and before all.
const LEN: usize = 4;

/// Records of entries, taken one by one.
#[derive(Default)]
pub(super) struct Batch {
    buf: Option<Buf>,
    at: usize,
    end: usize,
    standing: Option<Standing>,
    /// How many batches came.
    count: u64,
    /// Whether these are the last: the worker is no more.
    ended: bool,
}

impl Batch {
    /// Fills `entry` with the next record; false when there is none.
    ///
    /// # Errors
    /// `OverBudget`, resumable; `Crashed` for a record that cannot be read.
    pub(super) fn take(&mut self, entry: &mut Entry) -> Result<bool> {
        let all = self.buf.as_deref().unwrap_or_default();
        let records = all.get(self.at..self.end).unwrap_or_default();
        if records.is_empty() {
            return Ok(false);
        }
        let (record, _) = split(records)?;
        take_entry(record, entry)?;
        self.at = self.at.saturating_add(LEN).saturating_add(record.len());
        Ok(true)
    }

    /// How far the walk was after the last record, once that is taken.
    pub(super) fn standing(&mut self) -> Option<Standing> {
        self.standing.take()
    }

    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Takes the batch whose head has come.
    pub(super) fn fill(&mut self, line: &mut Line, doing: &dyn Fn() -> String) -> Result<()> {
        (self.at, self.end) = (0, 0);
        let held = line.held().clone();
        let len = line.content_into(&mut self.buf, doing).map_err(|e| held.of_our_part(e))?;
        let content = self.buf.as_deref().and_then(|buf| buf.get(..len)).unwrap_or_default();
        let read = split(content).and_then(|(records, rest)| {
            let mut take = Take::new(rest);
            let standing = take_standing(&mut take)?;
            take.end()?;
            Ok((records.len(), standing))
        });
        let (records, standing) = read.map_err(|flaw| line.wrong(&flaw.into(), doing))?;
        self.at = LEN;
        self.end = LEN.saturating_add(records);
        self.standing = Some(standing);
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// After the worker's end: what it had read and not sent comes before the error that says so. False when there is nothing.
    ///
    /// # Errors
    /// The error given, when there is nothing.
    pub(super) fn salvage(&mut self, line: &Line, ended: Error) -> Result<bool> {
        let held = line.held();
        let cancelled = ended.kind() == ErrorKind::Cancelled;
        let len = if cancelled { 0 } else { held.board.unsent(self.count) };
        (self.at, self.end) = (0, 0);
        if len == 0 {
            return Err(ended);
        }
        let mut buf = match self.buf.take().filter(|buf| buf.len() >= len) {
            Some(buf) => buf,
            None => held.cx.buf(len)?,
        };
        if held.board.records(buf.get_mut(..len).unwrap_or_default()).is_err() {
            return Err(ended);
        }
        self.buf = Some(buf);
        self.end = len;
        self.count = self.count.saturating_add(1);
        self.ended = true;
        Ok(true)
    }
}

/// What stands behind a length, and what follows it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), Flaw> {
    let (len, rest) = bytes.split_first_chunk::<LEN>().ok_or(Flaw::Wrong("an early end"))?;
    let len = usize::try_from(u32::from_le_bytes(*len)).unwrap_or(usize::MAX);
    rest.split_at_checked(len).ok_or(Flaw::Wrong("a record beyond the end"))
}
