//! Decoding on several threads, merging in order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stream_memory::Throttle;

use crate::{Chunk, ChunkPlan, Chunks, Context, Error, ErrorKind, Result, Scratch};

/// Folds on the calling thread.
pub(super) fn in_order<A>(
    chunks: &mut dyn Chunks,
    init: &impl Fn() -> A,
    map: &impl Fn(&mut A, &Chunk) -> Result<()>,
    merge: &impl Fn(&mut A, A) -> Result<()>,
) -> Result<A> {
    let mut all = init();
    while let Some(chunk) = chunks.next_chunk()? {
        let mut one = init();
        map(&mut one, &chunk)?;
        drop(chunk);
        merge(&mut all, one)?;
    }
    Ok(all)
}

/// How many threads fold at once: so many, and fewer while a governor says so.
pub(crate) struct Pace {
    threads: NonZeroUsize,
    throttle: Throttle,
}

/// How long a thread waits for another to move.
const PATIENCE: Duration = Duration::from_secs(1);

impl Pace {
    pub(crate) fn of(cx: &Context) -> Self {
        Self { threads: cx.most_threads(), throttle: cx.throttle().clone() }
    }

    /// So many threads at most.
    pub(crate) fn at_most(threads: NonZeroUsize, cx: &Context) -> Self {
        Self { threads, throttle: cx.throttle().clone() }
    }

    /// At least one.
    fn now(&self) -> usize {
        self.throttle.limits().threads(self.threads).get()
    }
}

/// Folds on threads of the process's pool.
pub(crate) fn planned<A: Send>(
    plan: &dyn ChunkPlan,
    pace: &Pace,
    init: &(impl Fn() -> A + Sync),
    map: &(impl Fn(&mut A, &Chunk) -> Result<()> + Sync),
    merge: &(impl Fn(&mut A, A) -> Result<()> + Sync),
) -> Result<A> {
    let threads = pace.threads.get().min(plan.len()).max(1);
    let shared = Shared {
        pace,
        turn: Mutex::new(Turn {
            next: 0,
            merged: 0,
            waiting: BTreeMap::new(),
            all: init(),
            busy: 0,
            entered: 0,
            failed: None,
        }),
        moved: Condvar::new(),
        // results that wait for their turn: enough that no thread idles behind a slow one for long
        ahead: threads.saturating_mul(4),
    };
    let work = || {
        let mut scratch = Scratch::new();
        shared.lock().enter();
        while let Some(index) = shared.claim(plan.len(), &mut scratch) {
            let mut one = init();
            let result =
                shared.read(plan, index, &mut scratch).and_then(|chunk| map(&mut one, &chunk));
            shared.deliver(index, result.map(|()| one), merge);
        }
    };
    if threads == 1 {
        work();
    } else {
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| {
                    let guard = StopOnPanic(&shared);
                    work();
                    std::mem::forget(guard);
                });
            }
        });
    }
    let turn = shared.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
    match turn.failed {
        Some((_, e)) => Err(e),
        None => Ok(turn.all),
    }
}

struct Shared<'a, A> {
    pace: &'a Pace,
    turn: Mutex<Turn<A>>,
    moved: Condvar,
    ahead: usize,
}

struct Turn<A> {
    /// The chunk that is claimed next.
    next: usize,
    /// Chunks merged so far.
    merged: usize,
    waiting: BTreeMap<usize, A>,
    all: A,
    /// Threads that may hold memory.
    busy: usize,
    /// How often a thread became busy.
    entered: u64,
    failed: Option<(usize, Error)>,
}

impl<A> Shared<'_, A> {
    fn lock(&self) -> MutexGuard<'_, Turn<A>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next chunk to read, when its result would not have to wait for too long. A thread that waits, or is done, holds no
    /// memory.
    ///
    /// This cannot wait for ever: chunks are claimed in order, so that the one that is merged next is always in the hands of a
    /// thread that runs.
    fn claim(&self, len: usize, scratch: &mut Scratch) -> Option<usize> {
        let mut turn = self.keep_pace(self.lock(), len, scratch);
        while turn.failed.is_none()
            && turn.next < len
            && turn.next.saturating_sub(turn.merged) >= self.ahead
        {
            turn = self.pause(turn, scratch);
        }
        if turn.failed.is_some() || turn.next >= len {
            scratch.release();
            turn.busy = turn.busy.saturating_sub(1);
            drop(turn);
            self.moved.notify_all();
            return None;
        }
        let index = turn.next;
        turn.next = index.saturating_add(1);
        Some(index)
    }

    /// Waits while more threads work than may. This one holds no chunk, and another works, so that all goes on; but not for
    /// ever where nothing moves, since the other's own work may stand below this one's on the same thread of the pool.
    fn keep_pace<'a>(
        &'a self,
        mut turn: MutexGuard<'a, Turn<A>>,
        len: usize,
        scratch: &mut Scratch,
    ) -> MutexGuard<'a, Turn<A>> {
        if turn.busy <= self.pace.now() {
            return turn;
        }
        scratch.release();
        turn.busy = turn.busy.saturating_sub(1);
        self.moved.notify_all();
        while turn.failed.is_none() && turn.next < len && turn.busy >= self.pace.now() {
            let waited = self.moved.wait_timeout(turn, PATIENCE);
            let (guard, time) = waited.unwrap_or_else(PoisonError::into_inner);
            turn = guard;
            if time.timed_out() {
                break;
            }
        }
        turn.enter();
        turn
    }

    /// Gives memory back and waits until another thread has got on.
    fn pause<'a>(
        &self,
        mut turn: MutexGuard<'a, Turn<A>>,
        scratch: &mut Scratch,
    ) -> MutexGuard<'a, Turn<A>> {
        scratch.release();
        turn.busy = turn.busy.saturating_sub(1);
        self.moved.notify_all();
        let mut turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        turn.enter();
        turn
    }

    /// Reads a chunk. When the budget refuses while other threads may hold memory, waits until one has got on: the
    /// budget, not the number of threads, says how many work at once.
    fn read(&self, plan: &dyn ChunkPlan, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        loop {
            let before = self.lock().alone_since();
            match plan.read(index, scratch) {
                Err(e) if e.kind() == ErrorKind::OverBudget && e.resumable() => {
                    scratch.release();
                    let turn = self.lock();
                    if before.is_some() && before == turn.alone_since() {
                        return Err(e);
                    }
                    if turn.busy > 1 {
                        drop(self.pause(turn, scratch));
                    }
                }
                result => return result,
            }
        }
    }

    /// Merges what is due; keeps what is early.
    fn deliver(&self, index: usize, result: Result<A>, merge: &impl Fn(&mut A, A) -> Result<()>) {
        let mut turn = self.lock();
        match result {
            Ok(one) => {
                turn.waiting.insert(index, one);
            }
            Err(e) => turn.fail(index, e),
        }
        loop {
            let due = turn.merged;
            let Some(one) = turn.waiting.remove(&due) else { break };
            if let Err(e) = merge(&mut turn.all, one) {
                turn.fail(due, e);
            }
            turn.merged = due.saturating_add(1);
        }
        drop(turn);
        self.moved.notify_all();
    }
}

impl<A> Turn<A> {
    fn enter(&mut self) {
        self.busy = self.busy.saturating_add(1);
        self.entered = self.entered.wrapping_add(1);
    }

    /// While only one thread may hold memory: a number that changes when another enters.
    fn alone_since(&self) -> Option<u64> {
        (self.busy == 1).then_some(self.entered)
    }

    /// The error of the first chunk stands: the same for any number of threads, since all chunks before it were claimed
    /// before it and are finished.
    fn fail(&mut self, index: usize, error: Error) {
        if self.failed.as_ref().is_none_or(|(first, _)| index < *first) {
            self.failed = Some((index, error));
        }
    }
}

/// A thread that panics would leave the others waiting for its result; the panic itself goes on to the caller.
struct StopOnPanic<'a, 'p, A>(&'a Shared<'p, A>);

impl<A> Drop for StopOnPanic<'_, '_, A> {
    fn drop(&mut self) {
        let mut turn = self.0.lock();
        turn.busy = turn.busy.saturating_sub(1);
        turn.fail(0, Error::new(ErrorKind::Io, "a worker panicked"));
        drop(turn);
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
