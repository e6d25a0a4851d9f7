//! Blocks in the order of the file, from several threads to one.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::{Error, ErrorKind, Result};

use crate::block::{Content, Facts};
use crate::{Block, Totals};

/// Blocks that may wait to be taken: enough that computing goes on while the taker writes, and no more than 16 KiB.
const WAITING: usize = 64;

pub(super) struct Queue {
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    /// The block whose turn it is.
    turn: u64,
    ready: VecDeque<Result<Block>>,
    totals: Totals,
    /// Threads that may still deliver.
    working: usize,
    stopped: bool,
}

impl Queue {
    pub(super) fn new(totals: Totals) -> Self {
        let state = State {
            turn: 0,
            ready: VecDeque::with_capacity(WAITING),
            totals,
            working: 0,
            stopped: false,
        };
        Self { state: Mutex::new(state), moved: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.moved.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread begins.
    pub(super) fn enter(&self) {
        let mut state = self.lock();
        state.working = state.working.saturating_add(1);
    }

    /// A thread has ended.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.working = state.working.saturating_sub(1);
        drop(state);
        self.moved.notify_all();
    }

    /// Nobody takes any more.
    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.moved.notify_all();
    }

    /// Delivers a block, or an error, when all before it are delivered; `false` when nothing more is wanted.
    ///
    /// This cannot wait for ever: blocks are dealt out in order, so that the one whose turn it is is in the hands of a thread
    /// that runs, or that has failed and stopped all.
    pub(super) fn deliver(
        &self,
        sequence: u64,
        facts: Result<Facts>,
        content: Content<'_>,
    ) -> bool {
        let mut state = self.lock();
        while !state.stopped && (state.turn != sequence || state.ready.len() >= WAITING) {
            state = self.wait(state);
        }
        if state.stopped {
            return false;
        }
        let failed = facts.is_err();
        if let Ok(facts) = &facts {
            state.totals.add(facts, content);
        }
        state.ready.push_back(facts.map(|facts| facts.block));
        state.turn = sequence.saturating_add(1);
        // after an error nothing more counts
        state.stopped |= failed;
        drop(state);
        self.moved.notify_all();
        !failed
    }

    /// A thread has panicked: the taker is told, and the others stop.
    pub(super) fn broken(&self) {
        let mut state = self.lock();
        if !state.stopped {
            state.ready.push_back(Err(Error::new(ErrorKind::Io, "a worker panicked")));
            state.stopped = true;
        }
    }

    /// The next block; waits for threads that work; `None` when all is taken.
    pub(super) fn take(&self) -> Option<Result<Block>> {
        let mut state = self.lock();
        loop {
            if let Some(next) = state.ready.pop_front() {
                drop(state);
                self.moved.notify_all();
                return Some(next);
            }
            if state.working == 0 || state.stopped {
                return None;
            }
            state = self.wait(state);
        }
    }

    pub(super) fn totals(&self) -> Totals {
        self.lock().totals.clone()
    }
}
