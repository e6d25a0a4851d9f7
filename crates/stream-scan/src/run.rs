//! Reads the files of a plan on several threads into one sink.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_core::{Error, ErrorKind, Result};
use stream_factory::{Options, by_extension};
use stream_memory::{Budget, Pool, Reservation};

use crate::block::Gather;
use crate::event::Event;
use crate::queue::{Job, Queue};
use crate::read::{Attempt, Desk, How};
use crate::redact::Redactor;
use crate::report::Report;
use crate::row::{Fault, FileRow, Status};
use crate::running::Running;
use crate::scan::Scan;
use crate::{Input, Sink};

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
    /// Bytes of encoded rows before they are written.
    pub(crate) group: usize,
    /// Of all that, given back at the end.
    _held: Reservation,
    capacity: u64,
}

impl Shares {
    /// Divides the budget: an eighth for the encoders of rows, 1 to 16 MiB; as much for the rows of all threads; the rest is for
    /// files.
    pub(crate) fn of(budget: &Budget, threads: NonZeroUsize) -> Result<Self> {
        let group = (budget.available() / 8).clamp(1 << 20, 16 << 20);
        let each = u64::try_from(threads.get()).unwrap_or(1).saturating_mul(COPIES);
        let block = group.checked_div(each).unwrap_or(0).clamp(64 << 10, 1 << 20);
        // the encoders hold a fourth more for files, and pages of what is being encoded
        let held = group.saturating_mul(2).saturating_add(each.saturating_mul(block));
        let held = budget.reserve(held)?;
        let capacity = budget.attainable();
        let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Ok(Self { threads, block: size(block), group: size(group), _held: held, capacity })
    }
}

/// Blocks that a thread may have at once: rows, their columns, those that are being encoded.
const COPIES: u64 = 3;

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
    let parts = u64::try_from(threads.saturating_mul(2)).unwrap_or(2);
    let spread = shares.capacity.checked_div(parts).unwrap_or(shares.capacity);
    let estimate = Box::new(move |input: &Input| estimate(input).max(spread));
    let deaths =
        run.deaths.iter().map(|(id, all)| (*id, u32::try_from(all.len()).unwrap_or(TRIES)));
    let queue = Queue::new(
        inputs,
        run.suspects.clone(),
        deaths.collect(),
        shares.capacity,
        estimate,
        scan.cancel.clone(),
    );
    let shared = Shared {
        run,
        queue: &queue,
        sink: Mutex::new(sink),
        report: Mutex::default(),
        pool: Pool::new(&scan.budget),
        threads: shares.threads,
    };
    std::thread::scope(|scope| {
        for slot in 0..threads {
            let shared = &shared;
            let gather = Gather::new(shares.block, run.spool);
            let name = format!("scan-{slot}");
            let spawned = std::thread::Builder::new().name(name).spawn_scoped(scope, move || {
                if let Err(e) = shared.work(slot, gather) {
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
            report.interrupted = scan.cancel.is_cancelled();
            Ok(report)
        }
    }
}

struct Shared<'a, I> {
    run: &'a Run<'a>,
    queue: &'a Queue<I>,
    sink: Mutex<&'a mut dyn Sink>,
    report: Mutex<Report>,
    pool: Pool,
    threads: NonZeroUsize,
}

impl<'a, I: Iterator<Item = Result<Input>> + Send> Shared<'a, I> {
    fn work(&self, slot: usize, mut gather: Gather) -> Result<()> {
        let done = (|| {
            while let Some(job) = self.queue.next() {
                let share = job.share;
                let read = self.job(slot, job, &mut gather);
                self.queue.done(share);
                read?;
            }
            Ok(())
        })();
        match gather.flush()? {
            Some(block) if done.is_ok() => self.sink().take(&block)?,
            _ => {}
        }
        done
    }

    fn job(&self, slot: usize, job: Job, gather: &mut Gather) -> Result<()> {
        let input = &job.input;
        if let Some(row) = self.quarantined(&job) {
            gather.begin();
            return self.row(row, gather);
        }
        if let Some(running) = self.run.running {
            running.begin(slot, input.id)?;
        }
        let attempt = self.attempt(&job, gather);
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
                self.row(*row, gather)
            }
            Attempt::Again(row) => {
                let attempts = job.attempts.saturating_add(1);
                if let Some(fault) = &row.fault {
                    self.sink().died(input, fault)?;
                    let (path, kind) = (&*input.path, &*fault.kind);
                    self.run.scan.tell(&Event::Died { path, kind, times: attempts });
                }
                self.queue.again(Job { attempts, ..job });
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
            .with_cancel(&scan.cancel)
            .with_threads(threads);
        let desk = Desk {
            how: self.run.how,
            isolation: &*scan.isolation,
            redactor: self.run.redactor,
            options,
            apart: job.suspect,
            last: job.attempts.saturating_add(1) >= TRIES,
            forget: scan.forget,
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

    fn row(&self, row: FileRow, gather: &mut Gather) -> Result<()> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).row(&row);
        self.run.scan.tell(&Event::Read(&row));
        match gather.end(row)? {
            Some(block) => self.sink().take(&block),
            None => Ok(()),
        }
    }

    fn sink(&self) -> MutexGuard<'_, &'a mut dyn Sink> {
        // one that panicked has failed, and its next call will say so
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes from which on a file's data is decoded by several threads.
const LARGE: u64 = 4 << 20;

/// What a file probably needs: what its format's readers were seen to need for a small file, and more for a large one.
fn estimate(input: &Input) -> u64 {
    let name = by_extension(&input.path).map(|known| known.descriptor().name);
    let least: u64 = match name {
        Some("video") => 48 << 20,
        Some("hdf5" | "netcdf") => 16 << 20,
        Some(_) => 2 << 20,
        None => 4 << 20,
    };
    least.saturating_add((input.size / 4).min(16 << 20))
}
