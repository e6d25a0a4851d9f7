//! What everything that comes from one file in a worker holds on to.

use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stream_core::{Context, Error, ErrorKind, Result};
use stream_memory::{OverBudget, Reservation};

use crate::board::Board;
use crate::codec::{Put, Standing};
use crate::deadlines::Stage;
use crate::ended::Ended;
use crate::line::Line;
use crate::process::{Process, answer};
use crate::wire;
use crate::workers::Lease;

/// A file that is open in a worker; when nobody holds it any more the worker closes it.
pub(crate) struct Held {
    pub(crate) process: Arc<Process>,
    pub(crate) board: Board,
    /// The parent's context: its budget pays for both processes.
    pub(crate) cx: Context,
    /// The worker's share of that budget.
    share: Mutex<Reservation>,
    /// What of the share is the worker's for one stream only.
    granted: AtomicU64,
    /// What was counted of the worker's reads.
    bytes: AtomicU64,
    reads: AtomicU64,
    /// The most of its budget that the worker had in use.
    peak: AtomicU64,
    next: AtomicU64,
    /// Whether the worker has closed the file by itself.
    closed: AtomicBool,
    /// Gives the worker back once the file is closed; the last field, so that it is dropped last.
    _lease: Option<Lease>,
}

/// The worker has three parts of four of what is free, the parent one: it holds a chunk where the worker holds that
/// chunk, what it is decoded from, and those that are read ahead.
const PARTS: u64 = 4;
const OURS: u64 = 1;

/// What is left of the budget while pieces come, and a batch of entries beside them, at most.
const PIECES: u64 = 2 << 20;

/// The worker's share of `free` bytes.
pub(crate) fn share_of(free: u64) -> u64 {
    free.saturating_sub((free / PARTS).saturating_mul(OURS))
}

impl Held {
    pub(crate) fn new(
        process: Arc<Process>,
        board: Board,
        (cx, share): (Context, Reservation),
        lease: Option<Lease>,
    ) -> Self {
        let zero = || AtomicU64::new(0);
        let share = Mutex::new(share);
        let (granted, bytes, reads, peak, next) = (zero(), zero(), zero(), zero(), zero());
        let closed = AtomicBool::new(false);
        Self { process, board, cx, share, granted, bytes, reads, peak, next, closed, _lease: lease }
    }

    fn share(&self) -> MutexGuard<'_, Reservation> {
        self.share.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the worker have all that is free but `keep` bytes, as far as nobody else takes it first; says how much that is.
    pub(crate) fn grant(&self, keep: u64) -> u64 {
        let free = self.cx.budget().attainable().saturating_sub(keep);
        match self.share().grow(free) {
            Ok(()) => {
                self.granted.fetch_add(free, Ordering::Relaxed);
                free
            }
            Err(_) => 0,
        }
    }

    /// Takes back what the worker no longer has.
    pub(crate) fn take_back(&self, bytes: u64) {
        self.granted.fetch_sub(bytes, Ordering::Relaxed);
        self.share().shrink(bytes);
    }

    /// Tells the worker what a governor allows now, if that has changed.
    pub(crate) fn tell_limits(&self) {
        self.board.allow(self.cx.limits());
    }

    /// The worker has closed the file by itself.
    pub(crate) fn close_unasked(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// A number for a stream, unique within the file.
    pub(crate) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Sends a command whose answer comes on the line returned; `more` descriptors follow the answer's.
    pub(crate) fn command(
        self: &Arc<Self>,
        tag: u8,
        payload: &Put,
        more: &[BorrowedFd<'_>],
    ) -> Result<Line> {
        let stage = if tag == wire::OPEN { Stage::Open } else { Stage::Data };
        let (ours, theirs) = answer()?;
        let fds: Vec<_> = std::iter::once(theirs.as_fd()).chain(more.iter().copied()).collect();
        self.tell_limits();
        self.process.command(tag, payload, &fds)?;
        Ok(Line::new(ours, self.clone(), stage))
    }

    /// Adds what the worker read meanwhile to the context's counters.
    pub(crate) fn count(&self, standing: &Standing) {
        let more = |counted: &AtomicU64, now: u64| {
            now.saturating_sub(counted.fetch_max(now, Ordering::Relaxed))
        };
        let bytes = more(&self.bytes, standing.bytes_read);
        let reads = more(&self.reads, standing.reads);
        self.cx.counters().add(bytes, reads);
        self.peak.fetch_max(standing.peak, Ordering::Relaxed);
    }

    /// The budget of which the worker's share is the most that it had in use, as far as it has said.
    pub(crate) fn charged(&self) -> u64 {
        let peak = self.peak.load(Ordering::Relaxed);
        peak.saturating_mul(PARTS).div_ceil(PARTS.saturating_sub(OURS))
    }

    /// A refusal of the worker's budget as one of the whole budget: the limit that would have sufficed is that of which the
    /// worker's share would have.
    pub(crate) fn to_whole(&self, e: Error) -> Error {
        let Some(refusal) = e.over_budget() else { return e };
        let budget = self.cx.budget();
        let mut free = refusal.needed().saturating_mul(PARTS).div_ceil(PARTS.saturating_sub(OURS));
        if self.granted.load(Ordering::Relaxed) > 0 {
            // while pieces come it has all but what those need
            free = free.min(refusal.needed().saturating_add(PIECES));
        }
        let others = budget.used().saturating_sub(self.share().bytes());
        self.refused(&e, refusal, free.saturating_add(others).saturating_add(PARTS))
    }

    /// The same for a worker that ended because the wall refused: the limit whose share would have had room for that too.
    pub(crate) fn at_the_wall(&self, e: Error) -> Error {
        let Some(refusal) = e.over_budget() else { return e };
        let needed = self.share().bytes().saturating_add(refusal.requested());
        let numbers = [refusal.requested(), refusal.used(), refusal.limit(), needed];
        let told = OverBudget::told(refusal.budget(), numbers, Vec::new(), true);
        let ended = Ended::of(&e).map(|ended| ended.with_refusal(told));
        match ended {
            Some(ended) => self.to_whole(e.with_source(ended)),
            None => e,
        }
    }

    /// The same for a refusal of the parent's part.
    pub(crate) fn of_our_part(&self, e: Error) -> Error {
        let Some(refusal) = e.over_budget() else { return e };
        let ours = refusal.needed().saturating_sub(self.share().bytes());
        self.refused(&e, refusal, ours.saturating_mul(PARTS).saturating_add(PARTS))
    }

    fn refused(&self, e: &Error, refusal: &OverBudget, needed: u64) -> Error {
        let numbers = [refusal.requested(), refusal.used(), refusal.limit(), needed];
        let (holders, by_system) = (refusal.holders().to_vec(), refusal.is_by_system());
        let told = OverBudget::told(refusal.budget(), numbers, holders, by_system);
        let whole = Error::new(ErrorKind::OverBudget, e.message().to_owned());
        let mut whole = match Ended::of(e) {
            Some(ended) => whole.with_source(ended.with_refusal(told)),
            None => whole.with_source(told),
        };
        if let Some(name) = e.format() {
            whole = whole.with_format(name);
        }
        if let Some(path) = e.entry() {
            whole = whole.in_entry(path);
        }
        if let Some(offset) = e.offset() {
            whole = whole.at(offset);
        }
        if e.resumable() { whole.as_resumable() } else { whole }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if *self.closed.get_mut() {
            return;
        }
        // a worker that does not take it is dead, and closed everything
        let _ = self.process.command(wire::CLOSE, &Put::new(self.cx.budget()), &[]);
    }
}
