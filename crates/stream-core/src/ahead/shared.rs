//! What the caller and the threads that read ahead share.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use stream_memory::Throttle;

use crate::{Chunk, ChunkPlan, Context, Error, ErrorKind, Result, Scratch};

pub(super) struct Shared {
    plan: Arc<dyn ChunkPlan>,
    threads: NonZeroUsize,
    throttle: Throttle,
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    /// The chunk that the caller gets next.
    due: usize,
    /// The first chunk that no thread took yet.
    untaken: usize,
    /// Chunks that were given up when memory was short, to be read again.
    again: BTreeSet<usize>,
    ready: BTreeMap<usize, Result<Chunk>>,
    /// Threads that may hold memory.
    busy: usize,
    /// How far ahead of the caller chunks are read.
    window: usize,
    /// Whether the caller waits, and so holds no chunk that it got before.
    waiting: bool,
    /// How often a thread became busy or the caller got a chunk.
    moves: u64,
    stopped: bool,
}

impl Shared {
    pub(super) fn new(plan: Arc<dyn ChunkPlan>, threads: usize, cx: &Context) -> Self {
        let state = State {
            due: 0,
            untaken: 0,
            again: BTreeSet::new(),
            ready: BTreeMap::new(),
            busy: 0,
            window: threads.saturating_mul(cx.prefetch().get()),
            waiting: false,
            moves: 0,
            stopped: false,
        };
        let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
        let throttle = cx.throttle().clone();
        Self { plan, threads, throttle, state: Mutex::new(state), moved: Condvar::new() }
    }

    /// Waits for the chunk that is due.
    pub(super) fn next(&self) -> Result<Option<Chunk>> {
        let mut state = self.lock();
        loop {
            if state.due >= self.plan.len() {
                return Ok(None);
            }
            let due = state.due;
            if let Some(result) = state.ready.remove(&due) {
                match &result {
                    // the same chunk may be asked again
                    Err(e) if e.resumable() => {
                        state.again.insert(due);
                    }
                    Err(_) => state.due = usize::MAX,
                    Ok(_) => state.due = due.saturating_add(1),
                }
                state.waiting = false;
                state.moves = state.moves.wrapping_add(1);
                drop(state);
                self.moved.notify_all();
                return result.map(Some);
            }
            if state.stopped {
                return Err(Error::new(ErrorKind::Io, "a thread that read ahead panicked"));
            }
            if !state.waiting {
                state.waiting = true;
                self.moved.notify_all();
            }
            state = self.wait(state);
        }
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    /// A thread's life: reads chunk after chunk. Of `threads` threads this is the one of number `me`.
    pub(super) fn work(&self, me: usize) {
        let guard = StopOnPanic(self);
        let mut scratch = Scratch::new();
        self.lock().enter();
        while let Some((index, alone)) = self.take(me, &mut scratch) {
            let result = self.plan.read(index, &mut scratch);
            self.deliver(index, result, alone, &mut scratch);
        }
        std::mem::forget(guard);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.moved.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives memory back and waits until something has moved.
    fn pause<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        scratch: &mut Scratch,
    ) -> MutexGuard<'a, State> {
        state.leave(scratch);
        self.moved.notify_all();
        let mut state = self.wait(state);
        state.enter();
        state
    }

    /// The next chunk to read, within the window, and whether this thread alone may hold memory (see [`State::alone`]). A thread
    /// that waits holds none.
    ///
    /// The first thread always works; while a governor allows fewer, the last wait. All look again whenever something moves.
    fn take(&self, me: usize, scratch: &mut Scratch) -> Option<(usize, Option<u64>)> {
        let mut state = self.lock();
        let mut idle = false;
        loop {
            if state.stopped || state.due >= self.plan.len() {
                if !idle {
                    state.leave(scratch);
                }
                drop(state);
                self.moved.notify_all();
                return None;
            }
            let limits = self.throttle.limits();
            let window = limits.ahead(state.window, self.threads);
            let end = state.due.saturating_add(window).min(self.plan.len());
            let may_work = me < limits.threads(self.threads).get();
            let index = state.again.first().copied().unwrap_or(state.untaken);
            if index < end && may_work {
                if !state.again.remove(&index) {
                    state.untaken = index.saturating_add(1);
                }
                if idle {
                    state.enter();
                }
                return Some((index, state.alone()));
            }
            // said once: threads that tell each other again and again that they wait keep the caller's core busy
            if !idle {
                idle = true;
                state.leave(scratch);
                self.moved.notify_all();
            }
            state = self.wait(state);
        }
    }

    /// Passes a chunk on. Where the budget refused it although others may hold memory, those give up what they read ahead, and
    /// from then on less is read ahead: the caller gets the error only where the chunk that is due does not fit alone.
    fn deliver(
        &self,
        index: usize,
        result: Result<Chunk>,
        alone: Option<u64>,
        scratch: &mut Scratch,
    ) {
        let refused =
            matches!(&result, Err(e) if e.kind() == ErrorKind::OverBudget && e.resumable());
        let mut state = self.lock();
        if refused {
            scratch.release();
            let late = state.ready.split_off(&index.saturating_add(1));
            if alone.is_some() && alone == state.alone() && index == state.due {
                state.ready.insert(index, result);
            } else {
                state.again.insert(index);
                state.again.extend(late.keys());
                state.window = (state.window / 2).max(1);
                let freed = !late.is_empty();
                drop(late);
                // the other threads will say when they are done, the caller when it has used its chunk; after the end nobody says
                // anything any more
                if !freed && !state.stopped && (state.busy > 1 || !state.waiting) {
                    state = self.pause(state, scratch);
                }
            }
        } else if index >= state.due.saturating_add(state.window) {
            state.again.insert(index);
        } else {
            state.ready.insert(index, result);
        }
        drop(state);
        self.moved.notify_all();
    }
}

impl State {
    fn enter(&mut self) {
        self.busy = self.busy.saturating_add(1);
        self.moves = self.moves.wrapping_add(1);
    }

    /// A thread that waits holds no memory.
    fn leave(&mut self, scratch: &mut Scratch) {
        scratch.release();
        self.busy = self.busy.saturating_sub(1);
    }

    /// While neither another thread nor the caller may hold memory and no chunk is ready: a number that changes when one may
    /// again.
    fn alone(&self) -> Option<u64> {
        (self.busy == 1 && self.waiting && self.ready.is_empty()).then_some(self.moves)
    }
}

/// A thread that panics would leave the caller waiting.
struct StopOnPanic<'a>(&'a Shared);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}
