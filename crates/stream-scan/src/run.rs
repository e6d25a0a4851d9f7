//! Reads the files of a plan on several threads into one sink.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_core::{Error, ErrorKind, Result};
use stream_factory::{Options, by_extension};
use stream_memory::{Budget, Pool, Reservation};

use crate::ahead::Ahead;
use crate::block::Gather;
use crate::descriptors::places;
use crate::estimate::Estimates;
use crate::event::Event;
use crate::queue::{Job, Most, Queue};
use crate::read::{Attempt, Depth, Desk, How};
use crate::redact::Redactor;
use crate::report::Report;
use crate::row::{Fault, FileRow, Status};
use crate::running::Running;
use crate::scan::Scan;
use crate::{Block, Input, Sink};

/// What a run is about.
pub(crate) struct Run<'a> {
    pub(crate) scan: &'a Scan,
    pub(crate) how: &'a How,
    pub(crate) running: Option<&'a Running>,
    pub(crate) redactor: Option<&'a Redactor>,
    /// Files that were being read when the process before ended: read first, alone.
    pub(crate) suspects: Vec<Input>,
    /// Deaths that earlier runs saw: kind, stage and message of each.
    pub(crate) deaths: HashMap<u64, Vec<Fault>>,
    /// Where files with very many entries are spooled.
    pub(crate) spool: &'a Path,
}

/// How often a file is tried that takes processes down.
pub(crate) const TRIES: u32 = 2;

/// What rows and their encoders may use.
pub(crate) struct Shares {
    threads: NonZeroUsize,
    block: usize,
    /// Bytes of encoded rows before they are written, of all parts together.
    pub(crate) group: usize,
    /// How many parts may be written side by side.
    pub(crate) parts: usize,
    /// Of all that, given back at the end.
    _held: Reservation,
    capacity: u64,
}

impl Shares {
    /// Divides the budget: an eighth for encoded rows, 1 to 16 MiB, and what compresses them; up to as much for the rows of all
    /// threads; the rest is for files.
    pub(crate) fn of(budget: &Budget, threads: NonZeroUsize) -> Result<Self> {
        let available = budget.available();
        let most = u64::try_from(threads.get()).unwrap_or(1);
        let group = (available / 8).clamp(1 << 20, 16 << 20);
        let parts = (available / EACH).clamp(1, most);
        let copies = most.saturating_mul(COPIES);
        let block = group.checked_div(copies).unwrap_or(0).clamp(16 << 10, 1 << 20);
        // a fourth more for the rows of files
        let encoded = group.saturating_add(group / 4);
        // of little memory a fourth: what they have beyond it is in the room that the process needs beside its budget
        let compressing = parts.saturating_mul(COMPRESSING).min(available / 4);
        let held = encoded.saturating_add(compressing).saturating_add(copies.saturating_mul(block));
        let held = budget.reserve(held)?;
        let capacity = budget.attainable();
        let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let (block, group, parts) = (size(block), size(group), size(parts));
        Ok(Self { threads, block, group, parts, _held: held, capacity })
    }
}

/// Blocks that a thread may have at once: rows, their columns, those that are being encoded.
const COPIES: u64 = 3;
/// Memory for each part that is written beside another.
const EACH: u64 = 32 << 20;
/// What a part's columns have for compressing pages of up to 128 KiB beside the rows: each its own context of zstd, 224 to 640 KiB
/// (level 3), 5.4 MiB by jemalloc's `malloc_stats_print` in the middle of a scan of DICOM files.
const COMPRESSING: u64 = 6 << 20;

/// Reads `inputs`, those that are not in the sink yet.
pub(crate) fn run<I>(
    run: &Run<'_>,
    shares: &Shares,
    inputs: I,
    sink: &mut dyn Sink,
) -> Result<Report>
where
    I: Iterator<Item = Result<Input>> + Send,
{
    let scan = run.scan;
    let threads = shares.threads.get();
    let estimates = Estimates::new(shares.capacity, threads);
    let estimate = |input: &Input| estimates.of(input);
    let most = Most { bytes: shares.capacity, threads, files: places(threads) };
    let deaths =
        run.deaths.iter().map(|(id, all)| (*id, u32::try_from(all.len()).unwrap_or(TRIES)));
    let queue = Queue::new(
        inputs,
        run.suspects.clone(),
        deaths.collect(),
        (most, &estimate),
        scan.halt.clone(),
    );
    let shared = Shared {
        run,
        queue: &queue,
        estimates: &estimates,
        sink: Mutex::new(sink),
        report: Mutex::default(),
        pool: Pool::new(&scan.budget),
        threads: shares.threads,
    };
    let ahead = Ahead::new(shares.capacity, run.how.depth == Depth::Full);
    std::thread::scope(|scope| {
        let asking = std::thread::Builder::new().name("scan-ahead".to_owned());
        // without it all is read, only later
        let _ = asking.spawn_scoped(scope, || ahead.work(&queue));
        for slot in 0..threads {
            let shared = &shared;
            let rows =
                Rows { gather: Gather::new(shares.block, run.spool), own: shared.sink().another() };
            let name = format!("scan-{slot}");
            let spawned = std::thread::Builder::new().name(name).spawn_scoped(scope, move || {
                if let Err(e) = shared.work(slot, rows) {
                    shared.queue.stop(e);
                }
            });
            if let Err(e) = spawned {
                queue.stop(Error::new(ErrorKind::Io, format!("starting a thread: {e}")));
            }
        }
    });
    let Shared { sink, report, .. } = shared;
    let sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
    match queue.failure() {
        Some(e) => {
            // what was taken before is kept where the sink still can
            let _ = sink.finish();
            Err(e)
        }
        None => {
            sink.finish()?;
            report.interrupted = scan.halt.is_raised();
            Ok(report)
        }
    }
}

/// What a thread gathers, and where it goes when that is a place of its own.
struct Rows {
    gather: Gather,
    own: Option<Box<dyn Sink>>,
}

struct Shared<'a, I> {
    run: &'a Run<'a>,
    queue: &'a Queue<'a, I>,
    estimates: &'a Estimates,
    sink: Mutex<&'a mut dyn Sink>,
    report: Mutex<Report>,
    pool: Pool,
    threads: NonZeroUsize,
}

impl<'a, I: Iterator<Item = Result<Input>> + Send> Shared<'a, I> {
    fn work(&self, slot: usize, mut rows: Rows) -> Result<()> {
        let done = (|| {
            while let Some((job, ticket)) = self.queue.next() {
                let read = self.job(slot, job, &mut rows);
                self.queue.done(ticket);
                read?;
            }
            Ok(())
        })();
        match rows.gather.flush()? {
            Some(block) if done.is_ok() => self.take(&block, &mut rows)?,
            _ => {}
        }
        done
    }

    fn job(&self, slot: usize, mut job: Job, rows: &mut Rows) -> Result<()> {
        let input = &job.input;
        if let Some(row) = self.quarantined(&job) {
            rows.gather.begin();
            return self.row(row, rows);
        }
        if let Some(running) = self.run.running {
            running.begin(slot, input.id)?;
        }
        let attempt = self.attempt(&job, &mut rows.gather);
        if let Some(running) = self.run.running {
            running.end(slot)?;
            if job.suspect {
                let at = self.run.suspects.iter().position(|suspect| suspect.id == input.id);
                let at = at.unwrap_or(usize::MAX).saturating_add(self.threads.get());
                running.end(at)?;
            }
        }
        match attempt? {
            Attempt::Row(mut row) => {
                row.attempts = job.attempts.saturating_add(1);
                self.row(*row, rows)
            }
            Attempt::Again(row) => {
                let attempts = job.attempts.saturating_add(1);
                if let Some(fault) = &row.fault {
                    self.sink().died(input, fault)?;
                    let (path, kind) = (&*input.path, &*fault.kind);
                    self.run.scan.tell(&Event::Died { path, kind, times: attempts });
                }
                job.attempts = attempts;
                self.queue.again(job);
                Ok(())
            }
            Attempt::Cancelled => Ok(()),
        }
    }

    fn attempt(&self, job: &Job, gather: &mut Gather) -> Result<Attempt> {
        let scan = self.run.scan;
        let budget = scan.budget.child("file", job.share);
        // a small file is not worth the other threads' attention
        let threads = if job.input.size < LARGE { NonZeroUsize::MIN } else { self.threads };
        let options = Options::new()
            .with_budget(&budget)
            .with_pool(&self.pool)
            .with_cancel(&scan.halt.cancel)
            .with_threads(threads);
        let desk = Desk {
            how: self.run.how,
            isolation: &*scan.isolation,
            redactor: self.run.redactor,
            options,
            budget,
            cancel: scan.halt.cancel.clone(),
            apart: job.suspect,
            last: job.attempts.saturating_add(1) >= TRIES,
            forget: scan.forget,
            estimates: self.estimates,
            cold: &|| self.queue.found_cold(),
        };
        desk.read(&job.input, gather)
    }

    /// The row of a file that took processes down as often as it may.
    fn quarantined(&self, job: &Job) -> Option<FileRow> {
        let all = self.run.deaths.get(&job.input.id)?;
        let last = all.last().filter(|_| job.attempts >= TRIES)?;
        let mut row = FileRow::new(job.input.id, job.input.path.clone());
        (row.size, row.modified) = (job.input.size, job.input.modified);
        row.format = by_extension(&row.path).map(|known| known.descriptor().name);
        row.attempts = job.attempts;
        let kind = ErrorKind::ALL.into_iter().find(|kind| kind.as_str() == last.kind);
        let status = Status::of(kind.unwrap_or(ErrorKind::Crashed), false);
        let fault = last.clone();
        row.fail(fault, status);
        Some(row)
    }

    fn row(&self, row: FileRow, rows: &mut Rows) -> Result<()> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).row(&row);
        self.run.scan.tell(&Event::Read(&row));
        match rows.gather.end(row)? {
            Some(block) => self.take(&block, rows),
            None => Ok(()),
        }
    }

    fn take(&self, block: &Block, rows: &mut Rows) -> Result<()> {
        match &mut rows.own {
            Some(own) => own.take(block),
            None => self.sink().take(block),
        }
    }

    fn sink(&self) -> MutexGuard<'_, &'a mut dyn Sink> {
        // one that panicked has failed, and its next call will say so
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes from which on a file's data is decoded by several threads.
const LARGE: u64 = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_leave_a_third_of_16_mib_and_more_to_files_with_up_to_64_threads() {
        for memory in [16u64, 32, 64, 128, 1024].map(|mib| mib << 20) {
            for threads in [1, 2, 8, 64] {
                let budget = Budget::new("scan", memory);
                let shares = Shares::of(&budget, NonZeroUsize::new(threads).unwrap()).unwrap();
                let left = budget.available();
                assert!(left >= memory / 3, "{threads} threads: {left} of {memory} are left");
                assert!(shares.parts <= threads);
            }
        }
    }

    #[test]
    fn parts_and_what_compresses_them_follow_from_the_memory() {
        let two = NonZeroUsize::new(2).unwrap();
        let shares = |mib: u64| {
            let budget = Budget::new("scan", mib << 20);
            let shares = Shares::of(&budget, two).unwrap();
            (shares.parts, shares.group, shares.block, budget.used())
        };
        let mib = 1u64 << 20;
        // 10 MiB of encoded rows, 6 for each part, 2 x 3 blocks
        assert_eq!(shares(64), (2, 8 << 20, 1 << 20, (10 + 12 + 6) * mib));
        // a fourth of the memory where 6 MiB are more
        let block = (2 << 20) / 6;
        assert_eq!(shares(16), (1, 2 << 20, block, mib * 5 / 2 + 4 * mib + 6 * block as u64));
    }
}
