//! Which file is read next: as many at once as fit into the budget.

mod room;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::{Error, Result};

use crate::Input;
use crate::halt::Halt;
use room::Room;
pub(crate) use room::{LARGE, Most, Ticket, for_large};

/// A file to be read.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) input: Input,
    /// Bytes of the budget that it may use.
    pub(crate) share: u64,
    /// How often a process died of it, or its share did not suffice.
    pub(crate) attempts: u32,
    /// It was being read when the process before ended.
    pub(crate) suspect: bool,
    /// The kernel was told that it will be read.
    told: bool,
}

impl Job {
    /// Whether reading it may take long.
    fn is_large(&self) -> bool {
        self.input.size >= LARGE
    }
}

/// Files that wait, in their order, and what those that are being read may use: see [`Room`] for their turns.
pub(crate) struct Queue<'a, I> {
    state: Mutex<State<I>>,
    /// A file is done, or none will come.
    moved: Condvar,
    /// Files wait whose beginnings are worth asking for.
    colder: Condvar,
    estimate: &'a Estimate<'a>,
    halt: Halt,
}

/// What a file may use, in bytes.
type Estimate<'a> = dyn Fn(&Input) -> u64 + Sync + 'a;

struct State<I> {
    inputs: I,
    waiting: VecDeque<Job>,
    ended: bool,
    room: Room,
    /// Threads that wait for a file that fits.
    waiters: usize,
    failed: Option<Error>,
    attempts: HashMap<u64, u32>,
    /// Whether what is read has to come from a disk or over a network.
    cold: bool,
}

/// What there is for a thread to do.
enum Turn {
    Job(Job, Ticket),
    Wait,
    End,
}

/// How many files are looked at to find one that fits.
pub(crate) const AHEAD: usize = 64;

impl<'a, I: Iterator<Item = Result<Input>>> Queue<'a, I> {
    /// Files of `inputs` after `first`, which are read alone. `attempts` are those of earlier runs.
    pub(crate) fn new(
        inputs: I,
        first: Vec<Input>,
        attempts: HashMap<u64, u32>,
        (most, estimate): (Most, &'a Estimate<'a>),
        halt: Halt,
    ) -> Self {
        let suspect = |input: Input| {
            let attempts = attempts.get(&input.id).copied().unwrap_or(0);
            Job { input, share: most.bytes, attempts, suspect: true, told: true }
        };
        let waiting = first.into_iter().map(suspect).collect();
        let state = State {
            inputs,
            waiting,
            ended: false,
            room: Room::new(most),
            waiters: 0,
            failed: None,
            attempts,
            cold: false,
        };
        let (moved, colder) = (Condvar::new(), Condvar::new());
        Self { state: Mutex::new(state), moved, colder, estimate, halt }
    }

    /// Waits for the next file that fits. `None` once there is none and none can come back, or it was stopped.
    pub(crate) fn next(&self) -> Option<(Job, Ticket)> {
        let mut state = self.lock();
        loop {
            match self.turn(&mut state) {
                Turn::Job(job, ticket) => {
                    if state.cold {
                        self.colder.notify_one();
                    }
                    return Some((job, ticket));
                }
                Turn::End => {
                    self.moved.notify_all();
                    self.colder.notify_all();
                    return None;
                }
                Turn::Wait => {
                    state.waiters = state.waiters.saturating_add(1);
                    state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
                    state.waiters = state.waiters.saturating_sub(1);
                }
            }
        }
    }

    fn turn(&self, state: &mut State<I>) -> Turn {
        if state.failed.is_some() || self.halt.is_raised() {
            return Turn::End;
        }
        self.fill(state);
        if let Some(at) = state.room.find(&state.waiting)
            && let Some(job) = state.waiting.remove(at)
        {
            let ticket = state.room.admit(at, &job);
            return Turn::Job(job, ticket);
        }
        let none = state.waiting.is_empty() && state.ended && state.room.is_empty();
        if none || state.failed.is_some() { Turn::End } else { Turn::Wait }
    }

    fn fill(&self, state: &mut State<I>) {
        while state.waiting.len() < AHEAD && !state.ended {
            match state.inputs.next() {
                Some(Ok(input)) => {
                    let attempts = state.attempts.get(&input.id).copied().unwrap_or(0);
                    let share = match attempts {
                        0 => (self.estimate)(&input).min(state.room.most.bytes),
                        _ => state.room.most.bytes,
                    };
                    let told = input.error.is_some();
                    state.waiting.push_back(Job { input, share, attempts, suspect: false, told });
                }
                Some(Err(e)) => state.failed = Some(e),
                None => state.ended = true,
            }
            if state.failed.is_some() {
                state.ended = true;
            }
        }
    }

    /// The file that was admitted with this ticket is done.
    pub(crate) fn done(&self, ticket: Ticket) {
        let mut state = self.lock();
        state.room.leave(ticket);
        if state.waiters > 0 {
            self.moved.notify_all();
        }
    }

    /// The file is to be read again, alone. To be called before its [`Queue::done`].
    pub(crate) fn again(&self, job: Job) {
        let mut state = self.lock();
        let share = state.room.most.bytes;
        state.waiting.push_front(Job { share, told: true, ..job });
        state.room.turn();
    }

    /// A file was read that the kernel did not have in memory.
    pub(crate) fn found_cold(&self) {
        let mut state = self.lock();
        if !state.cold {
            state.cold = true;
            self.colder.notify_one();
        }
    }

    /// Files were looked at that the kernel had in memory before.
    pub(crate) fn found_warm(&self) {
        self.lock().cold = false;
    }

    /// Waits for a file among the next `depth` that the kernel was not told of, while reading is [cold](Queue::found_cold). `None`
    /// once there is none left.
    pub(crate) fn untold(&self, depth: usize) -> Option<Input> {
        let mut state = self.lock();
        loop {
            let over = state.waiting.is_empty() && state.ended;
            if over || state.failed.is_some() || self.halt.is_raised() {
                return None;
            }
            if state.cold
                && let Some(job) = state.waiting.iter_mut().take(depth).find(|job| !job.told)
            {
                job.told = true;
                return Some(job.input.clone());
            }
            state = self.colder.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Gives no more files.
    pub(crate) fn stop(&self, e: Error) {
        self.lock().failed.get_or_insert(e);
        self.moved.notify_all();
        self.colder.notify_all();
    }

    /// Why it was stopped.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.lock().failed.take()
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
