//! Chunks decoded on several threads and sent in order.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::{Chunk, ChunkPlan, Error, ErrorKind, Result, Scratch};
use stream_memory::Throttle;

use super::chunks::Sent;

/// Reads a plan ahead of who sends its chunks. Memory decides how far: when it is refused, fewer threads read at once, and what
/// was read too early is given up and read again.
pub(super) struct Ahead<'a> {
    plan: &'a dyn ChunkPlan,
    threads: NonZeroUsize,
    /// What the parent's governor allows.
    throttle: &'a Throttle,
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    /// The chunk that is sent next; all before it were sent.
    due: usize,
    /// The first that nobody has claimed yet.
    next: usize,
    /// Claimed before, and to be read again.
    again: BTreeSet<usize>,
    ready: BTreeMap<usize, Result<Chunk>>,
    /// Threads that read.
    reading: usize,
    /// Threads that may read at once.
    most: usize,
    /// How often a chunk was claimed.
    claims: u64,
    /// How often memory may have come back.
    moves: u64,
    /// The moves after which a refusal came that only another move can help.
    refused: Option<u64>,
    /// Whether a chunk is being sent, and so holds memory.
    sending: bool,
    stopped: bool,
}

/// A chunk in the hands of a thread.
#[derive(Clone, Copy)]
struct Claim {
    index: usize,
    /// Whether nobody else had memory when it was claimed.
    alone: bool,
    /// How many were claimed then, this one included.
    number: u64,
}

/// Chunks from the one that is due on that may be read, for each thread: one that is read, and one that waits.
const AHEAD: usize = 2;

impl<'a> Ahead<'a> {
    /// Reads on up to so many threads, and never on more than `throttle` lets.
    pub(super) fn new(
        plan: &'a dyn ChunkPlan,
        threads: NonZeroUsize,
        throttle: &'a Throttle,
    ) -> Self {
        let threads = NonZeroUsize::new(plan.len()).map_or(threads, |len| threads.min(len));
        let state = State {
            due: 0,
            next: 0,
            again: BTreeSet::new(),
            ready: BTreeMap::new(),
            reading: 0,
            most: threads.get(),
            claims: 0,
            moves: 0,
            refused: None,
            sending: false,
            stopped: false,
        };
        Self { plan, threads, throttle, state: Mutex::new(state), moved: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'g>(&self, state: MutexGuard<'g, State>) -> MutexGuard<'g, State> {
        self.moved.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives every chunk in order to `send`, and then `None`.
    pub(super) fn run(
        &self,
        mut send: impl FnMut(Result<Option<Chunk>>) -> io::Result<Sent>,
    ) -> io::Result<()> {
        std::thread::scope(|scope| {
            let stop = Stop(self);
            let mut started = 0usize;
            for _ in 0..self.threads.get() {
                let thread = std::thread::Builder::new().name("decode".to_owned());
                if thread.spawn_scoped(scope, || self.read()).is_ok() {
                    started = started.saturating_add(1);
                }
            }
            if started == 0 {
                let no_thread = super::entries::no_thread(io::ErrorKind::OutOfMemory.into());
                send(Err(no_thread))?;
                return Ok(());
            }
            let sent = self.send(&mut send);
            drop(stop);
            sent
        })
    }

    fn send(
        &self,
        send: &mut impl FnMut(Result<Option<Chunk>>) -> io::Result<Sent>,
    ) -> io::Result<()> {
        loop {
            let mut state = self.lock();
            let due = state.due;
            let result = loop {
                if due >= self.plan.len() {
                    break None;
                }
                if let Some(result) = state.ready.remove(&due) {
                    break Some(result);
                }
                state = self.wait(state);
            };
            state.sending = true;
            drop(state);
            let sent = send(result.map_or(Ok(None), |result| result.map(Some)))?;
            let mut state = self.lock();
            state.sending = false;
            state.moves = state.moves.wrapping_add(1);
            match sent {
                Sent::Chunk => state.due = due.saturating_add(1),
                Sent::Again => {
                    state.again.insert(due);
                }
                Sent::End => return Ok(()),
            }
            drop(state);
            self.moved.notify_all();
        }
    }

    /// One of the threads that read.
    fn read(&self) {
        let mut scratch = Scratch::new();
        while let Some(claim) = self.claim() {
            let index = claim.index;
            let result = self.plan.read(index, &mut scratch);
            let refused = |e: &Error| e.kind() == ErrorKind::OverBudget && e.resumable();
            if result.as_ref().is_err_and(refused) {
                scratch.release();
            }
            let mut state = self.lock();
            state.reading = state.reading.saturating_sub(1);
            state.moves = state.moves.wrapping_add(1);
            let settled = match result {
                Err(e) if refused(&e) => self.make_room(&mut state, claim, e).err().map(Err),
                result => Some(result),
            };
            if let Some(result) = settled {
                state.ready.insert(index, result);
            }
            drop(state);
            self.moved.notify_all();
        }
    }

    /// The next chunk to read, the first before later ones; waits while there is none.
    fn claim(&self) -> Option<Claim> {
        let mut state = self.lock();
        loop {
            if state.stopped || state.due >= self.plan.len() {
                return None;
            }
            let fresh = (state.next < self.plan.len()).then_some(state.next);
            let first = state.again.first().copied().or(fresh);
            // a limit that is lifted is seen when the next chunk is sent
            let limits = self.throttle.limits();
            let most = state.most.min(limits.threads(self.threads).get());
            let threads = NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN);
            // beside the one that is due
            let ahead = limits.ahead(most.saturating_mul(AHEAD).saturating_sub(1), threads);
            let end = state.due.saturating_add(1).saturating_add(ahead);
            let free = state.reading < most && state.refused != Some(state.moves);
            if let Some(index) = first.filter(|&index| free && index < end) {
                if !state.again.remove(&index) {
                    state.next = index.saturating_add(1);
                }
                let alone = state.reading == 0 && !state.sending && state.ready.is_empty();
                state.reading = state.reading.saturating_add(1);
                state.claims = state.claims.wrapping_add(1);
                return Some(Claim { index, alone, number: state.claims });
            }
            state = self.wait(state);
        }
    }

    /// After a refusal: the chunk is tried again once somebody has given memory back.
    ///
    /// # Errors
    /// The refusal, where nobody else had any while it was read.
    fn make_room(&self, state: &mut State, claim: Claim, e: Error) -> Result<()> {
        let Claim { index, alone, number } = claim;
        if alone && state.claims == number {
            return Err(e);
        }
        state.again.insert(index);
        state.most = state.reading.max(1);
        let last = state.ready.last_key_value().map(|(&last, _)| last);
        if let Some(last) = last.filter(|&last| last > index) {
            state.ready.remove(&last);
            state.again.insert(last);
        } else if state.sending || state.reading > 0 || state.ready.contains_key(&state.due) {
            // each of these gives memory back and then moves; before that another try would be in vain
            state.refused = Some(state.moves);
        }
        Ok(())
    }
}

/// However the sender ends, the readers end too.
struct Stop<'a, 'b>(&'a Ahead<'b>);

impl Drop for Stop<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
