//! Reads one file into rows.

mod common;
mod how;
mod measure;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use stream_core::{
    Advice, Cancel, Context, Entry, Error, ErrorKind, FileSource, Kind, Result, Severity, Source,
    Summary,
};
use stream_factory::{Detection, Options, look_with};
use stream_memory::Budget;
use stream_worker::Stage;

use crate::Input;
use crate::ahead::{LOOKED, is_cached};
use crate::block::Gather;
use crate::digest::Digested;
use crate::estimate::Estimates;
use crate::isolation::Isolation;
use crate::redact::Redactor;
use crate::row::{Fault, FileRow, Status};
use crate::table::{Veil, text};
use common::Common;
pub use how::Depth;
pub(crate) use how::How;
use measure::Measuring;

/// How an attempt ended.
pub(crate) enum Attempt {
    /// With its row; the rows of its entries are gathered.
    Row(Box<FileRow>),
    /// It is to be made again, with nothing gathered: a process died, or the memory did not suffice.
    Again(Box<FileRow>),
    /// It was cancelled, with nothing gathered.
    Cancelled,
}

/// What an attempt may use.
pub(crate) struct Desk<'a> {
    pub(crate) how: &'a How,
    pub(crate) isolation: &'a dyn Isolation,
    pub(crate) redactor: Option<&'a Redactor>,
    /// Budget, threads, cancellation.
    pub(crate) options: Options,
    pub(crate) budget: Budget,
    pub(crate) cancel: Cancel,
    /// Read in a process of its own, whatever the format.
    pub(crate) apart: bool,
    /// No other attempt will be made: its errors are the file's.
    pub(crate) last: bool,
    /// Tell the kernel that the file will not be read again.
    pub(crate) forget: bool,
    /// Told what the file needed.
    pub(crate) estimates: &'a Estimates,
    /// Told where the kernel did not have the file in memory.
    pub(crate) cold: &'a (dyn Fn() + Sync),
}

impl Desk<'_> {
    /// Reads `input` into rows.
    ///
    /// # Errors
    /// When gathering fails. What is wrong with the file is in its row.
    pub(crate) fn read(&self, input: &Input, gather: &mut Gather) -> Result<Attempt> {
        let begun = Instant::now();
        let mut row = FileRow::new(input.id, input.path.clone());
        (row.size, row.modified) = (input.size, input.modified);
        gather.begin();
        if let Some(message) = &input.error {
            let e = Error::new(ErrorKind::Io, message.clone());
            row.fail(Fault::of(&e, "open"), Status::Failed);
            return Ok(Attempt::Row(Box::new(row)));
        }
        let mut attempt = self.attempt(input, row, gather, begun)?;
        // the journal keeps why a file is read again
        if let (Attempt::Row(row) | Attempt::Again(row), Some(redactor)) =
            (&mut attempt, self.redactor)
        {
            redactor.row(row);
        }
        Ok(attempt)
    }

    fn attempt(
        &self,
        input: &Input,
        mut row: FileRow,
        gather: &mut Gather,
        begun: Instant,
    ) -> Result<Attempt> {
        let mut progress = Walked::default();
        // a reader is not to panic; if one does, the others need not suffer
        let ended =
            catch_unwind(AssertUnwindSafe(|| self.walk(input, &mut row, gather, &mut progress)));
        let e = match ended {
            Ok(Ok(())) => None,
            Ok(Err(Ended::Gathering(e))) => return Err(e),
            Ok(Err(Ended::Reading(e))) => Some(e),
            Err(_) => Some(Error::new(ErrorKind::Crashed, "the reader panicked")),
        };
        row.elapsed = begun.elapsed().as_secs_f64();
        let Some(e) = e else { return Ok(Attempt::Row(Box::new(row))) };
        if e.kind() == ErrorKind::Cancelled {
            gather.abandon()?;
            return Ok(Attempt::Cancelled);
        }
        let status = Status::of(e.kind(), progress.opened);
        // the file's later error counts more than an earlier finding
        row.fault = None;
        row.fail(Fault::of(&e, progress.stage), status);
        let again = matches!(status, Status::Crashed | Status::Timeout | Status::OverBudget);
        if again && !self.last {
            gather.abandon()?;
            return Ok(Attempt::Again(Box::new(row)));
        }
        Ok(Attempt::Row(Box::new(row)))
    }

    fn walk(
        &self,
        input: &Input,
        row: &mut FileRow,
        gather: &mut Gather,
        progress: &mut Walked,
    ) -> Result<(), Ended> {
        progress.stage = "open";
        let file = Arc::new(FileSource::open(&input.path)?);
        if let Ok(Some(identity)) = file.identity() {
            row.size = identity.size;
            row.modified = i64::try_from(identity.modified).unwrap_or(i64::MAX);
        }
        if input.id.is_multiple_of(LOOKED) && !is_cached(&file) {
            (self.cold)();
        }
        let size = row.size;
        let read = match self.how.digest {
            Some(of) => {
                let digested = Arc::new(Digested::new(of, file.clone()));
                let read = self.read_source(digested.clone(), row, gather, progress);
                self.digest(&digested, row, read)
            }
            None => self.read_source(file.clone(), row, gather, progress),
        };
        if self.forget {
            file.advise(0..size, Advice::DontNeed);
        }
        read
    }

    /// Adds the digest of all bytes, of a file too that could not be read whole.
    fn digest(
        &self,
        digested: &Arc<Digested>,
        row: &mut FileRow,
        read: Result<(), Ended>,
    ) -> Result<(), Ended> {
        let over = match &read {
            Ok(()) => false,
            Err(Ended::Gathering(_)) => true,
            Err(Ended::Reading(e)) => e.kind() == ErrorKind::Cancelled,
        };
        if over {
            return read;
        }
        let cx = Context::new(digested.clone(), &self.budget).with_cancel(self.cancel.clone());
        match digested.finish(&cx) {
            Ok((digest, more)) => {
                row.digest = Some(digest);
                row.bytes_read = row.bytes_read.saturating_add(more);
            }
            // why it was not read before says more
            Err(e) => return read.and(Err(e.into())),
        }
        read
    }

    fn read_source(
        &self,
        source: Arc<dyn Source>,
        row: &mut FileRow,
        gather: &mut Gather,
        progress: &mut Walked,
    ) -> Result<(), Ended> {
        let mut options = self.options.clone();
        for (name, value) in &self.how.settings {
            options = options.with_setting(name, value);
        }
        if let Some(format) = &self.how.format {
            options = options.with_format(format);
        }
        let looked = look_with(source, &options)?;
        let detection = *looked.detection();
        named(row, &detection);
        let mut reading = match self.how.depth {
            Depth::Full => self.isolation.open(looked, self.apart)?,
            Depth::Summary | Depth::Structure => self.isolation.list(looked, self.apart)?,
        };
        (progress.opened, progress.stage) = (true, "listing");
        let mut common = Common::new(detection.format.name);
        let walked = self.entries(&mut *reading, row, gather, progress, &mut common);
        if walked.is_ok() {
            progress.stage = "end";
        }
        let reader = reading.reader();
        // after an error too: it tells what is known
        let summary = match (reader.finish(), &walked) {
            (Err(e), Ok(())) => Err(e),
            (summary, _) => Ok(summary.ok()),
        };
        row.bytes_read = reader.context().counters().bytes_read();
        // a process that is no more tells nothing: then what it said it had charged
        row.peak_memory = reading.peak().unwrap_or_else(|| reading.charged());
        if walked.is_ok() {
            self.estimates.note(detection.format.name, row.size, reading.charged());
        }
        common.end(row);
        if let Some(summary) = summary? {
            summed(row, &summary, walked.is_ok());
            common.summary(row, &summary);
        }
        row.counted = row.claimed.map(|claimed| match detection.gzip {
            // of an unzipped stream only reading to its end would tell
            true => claimed,
            false => claimed.min(row.size),
        });
        walked
    }

    fn entries(
        &self,
        reading: &mut dyn crate::isolation::Reading,
        row: &mut FileRow,
        gather: &mut Gather,
        progress: &mut Walked,
        common: &mut Common,
    ) -> Result<(), Ended> {
        let reader = reading.reader();
        let cx: Context = reader.context().clone();
        let mut entry: Entry = cx.entry();
        let (analyses, mut measures) = (self.how.analyses(), Vec::new());
        let mut lost = Lost::default();
        while reader.read_entry(&mut entry).map_err(|e| lost.or(e, progress))? {
            row.entries = row.entries.saturating_add(1);
            if matches!(entry.kind(), Kind::Array | Kind::Table) {
                row.arrays = row.arrays.saturating_add(1);
            }
            if let Some(span) = entry.span() {
                row.claimed = row.claimed.max(Some(span.end()));
            }
            common.see(&entry, row);
            measures.clear();
            let measuring = if lost.gone { None } else { Measuring::of(&entry, analyses) };
            if let Some(measuring) = measuring {
                progress.stage = "data";
                match measuring.measure(reader, &entry, analyses, &mut measures) {
                    Ok(()) => {}
                    // the data of one entry is broken: the others are read all the same
                    Err(e) if is_of_entry(&e) => {
                        let e = e.in_entry(entry.path());
                        row.fail(Fault::of(&e, "data"), Status::Partial);
                    }
                    // the entries that were read before are listed all the same
                    Err(e) if self.last && e.kind() != ErrorKind::Cancelled => {
                        measures.clear();
                        lost.note(e.in_entry(entry.path()));
                    }
                    Err(e) => return Err(e.in_entry(entry.path()).into()),
                }
                progress.stage = "listing";
            }
            if self.how.depth > Depth::Summary {
                let veil = Veil { redactor: self.redactor, format: row.format.unwrap_or_default() };
                gather.entry(row.id, &entry, &measures, veil).map_err(Ended::Gathering)?;
            }
        }
        match lost.error {
            Some(e) => {
                progress.stage = "data";
                Err(e.into())
            }
            None => Ok(()),
        }
    }
}

/// How far a walk came.
#[derive(Default)]
struct Walked {
    opened: bool,
    stage: &'static str,
}

/// Data that could not be had, where that is an error of the whole file.
#[derive(Default)]
struct Lost {
    /// The first such error.
    error: Option<Error>,
    /// Whether there is no reader any more that could be asked for other data.
    gone: bool,
}

impl Lost {
    fn note(&mut self, e: Error) {
        self.gone = !e.resumable();
        self.error.get_or_insert(e);
    }

    /// What the file's row tells once the walk has ended with `e`: what came first, but for a process that died of the walk
    /// before data was asked of it. Where that was the walk alone knows.
    fn or(&mut self, e: Error, progress: &mut Walked) -> Error {
        let died = |e: &Error| stream_worker::Ended::of(e).map(stream_worker::Ended::stage);
        match self.error.take() {
            Some(first)
                if e.kind() != ErrorKind::Cancelled && died(&first) != Some(Stage::Listing) =>
            {
                progress.stage = "data";
                first
            }
            _ => e,
        }
    }
}

/// Why a walk ended early.
enum Ended {
    Reading(Error),
    Gathering(Error),
}

impl From<Error> for Ended {
    fn from(e: Error) -> Self {
        Self::Reading(e)
    }
}

fn is_of_entry(e: &Error) -> bool {
    use ErrorKind::{Cancelled, Crashed, OverBudget, Timeout};
    !matches!(e.kind(), Cancelled | Crashed | OverBudget | Timeout)
}

fn named(row: &mut FileRow, detection: &Detection) {
    row.format = Some(detection.format.name);
    row.detected_by = Some(detection.by.as_str());
    row.compression = detection.gzip.then_some("gzip");
    row.media_type = detection.format.media_types.first().copied();
}

/// What the format says at the end. `walked` to the end without an error.
fn summed(row: &mut FileRow, summary: &Summary, walked: bool) {
    let errors = summary.diagnostics.count(Severity::Error);
    row.findings = errors.saturating_add(summary.diagnostics.count(Severity::Warning));
    let mut scratch = String::new();
    for (key, value) in summary.fields.iter() {
        let value = text(value, &mut scratch);
        match key {
            "incomplete_reason" => row.incomplete_reason = Some(value.to_owned()),
            _ => row.facts.push((key.to_owned(), value.to_owned())),
        }
    }
    if !walked {
        return;
    }
    let first = summary.diagnostics.kept().iter().find(|d| d.severity == Severity::Error);
    if let Some(finding) = first {
        let fault = Fault {
            kind: ErrorKind::Malformed.as_str().to_owned(),
            message: finding.message.to_string(),
            entry: finding.entry.as_deref().map(str::to_owned),
            offset: finding.offset,
            stage: "end",
            signal: None,
        };
        row.fail(fault, Status::Partial);
    } else if !summary.complete {
        row.incomplete_reason
            .get_or_insert_with(|| "not everything that the file promised was there".to_owned());
    }
    if !summary.complete && row.status == Status::Ok {
        row.status = Status::Partial;
    }
}
