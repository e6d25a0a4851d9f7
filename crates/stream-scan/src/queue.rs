//! Which file is read next: as many at once as fit into the budget.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::{Cancel, Error, Result};

use crate::Input;

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
}

/// Files that wait, in their order, and what those that are being read may use.
///
/// The first that waits is next. While it does not fit, those behind it that do may go before it, [`OVERTAKEN`] times: a large
/// file does not starve, and small ones wait for it only until it has begun.
pub(crate) struct Queue<I> {
    state: Mutex<State<I>>,
    moved: Condvar,
    capacity: u64,
    estimate: Box<dyn Fn(&Input) -> u64 + Send + Sync>,
    cancel: Cancel,
}

struct State<I> {
    inputs: I,
    waiting: VecDeque<Job>,
    ended: bool,
    admitted: u64,
    running: usize,
    overtaken: u32,
    failed: Option<Error>,
    attempts: HashMap<u64, u32>,
}

/// How many files are looked at to find one that fits.
const AHEAD: usize = 64;
/// How many files may go before the first one.
const OVERTAKEN: u32 = 64;

impl<I: Iterator<Item = Result<Input>>> Queue<I> {
    /// Files of `inputs` after `first`, which are read alone. `attempts` are those of earlier runs.
    pub(crate) fn new(
        inputs: I,
        first: Vec<Input>,
        attempts: HashMap<u64, u32>,
        capacity: u64,
        estimate: Box<dyn Fn(&Input) -> u64 + Send + Sync>,
        cancel: Cancel,
    ) -> Self {
        let suspect = |input: Input| {
            let attempts = attempts.get(&input.id).copied().unwrap_or(0);
            Job { input, share: capacity, attempts, suspect: true }
        };
        let waiting = first.into_iter().map(suspect).collect();
        let state = State {
            inputs,
            waiting,
            ended: false,
            admitted: 0,
            running: 0,
            overtaken: 0,
            failed: None,
            attempts,
        };
        Self { state: Mutex::new(state), moved: Condvar::new(), capacity, estimate, cancel }
    }

    /// Waits for the next file that fits. `None` once there is none and none can come back, or it was stopped.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() || self.cancel.is_cancelled() {
                return None;
            }
            self.fill(&mut state);
            let free = self.capacity.saturating_sub(state.admitted);
            let alone = state.running == 0;
            let may_overtake = state.overtaken < OVERTAKEN;
            let fits =
                |at: usize, job: &Job| (job.share <= free || alone) && (at == 0 || may_overtake);
            let found = state.waiting.iter().enumerate().position(|(at, job)| fits(at, job));
            if let Some(job) = found.and_then(|at| state.waiting.remove(at)) {
                state.overtaken = match found {
                    Some(0) => 0,
                    _ => state.overtaken.saturating_add(1),
                };
                state.admitted = state.admitted.saturating_add(job.share);
                state.running = state.running.saturating_add(1);
                return Some(job);
            }
            if state.waiting.is_empty() && state.ended && state.running == 0 {
                self.moved.notify_all();
                return None;
            }
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn fill(&self, state: &mut State<I>) {
        while state.waiting.len() < AHEAD && !state.ended {
            match state.inputs.next() {
                Some(Ok(input)) => {
                    let attempts = state.attempts.get(&input.id).copied().unwrap_or(0);
                    let share = match attempts {
                        0 => (self.estimate)(&input).min(self.capacity),
                        _ => self.capacity,
                    };
                    state.waiting.push_back(Job { input, share, attempts, suspect: false });
                }
                Some(Err(e)) => state.failed = Some(e),
                None => state.ended = true,
            }
            if state.failed.is_some() {
                state.ended = true;
            }
        }
    }

    /// The file that was admitted with this share is done.
    pub(crate) fn done(&self, share: u64) {
        let mut state = self.lock();
        state.admitted = state.admitted.saturating_sub(share);
        state.running = state.running.saturating_sub(1);
        self.moved.notify_all();
    }

    /// The file is to be read again, alone. To be called before its [`Queue::done`].
    pub(crate) fn again(&self, job: Job) {
        let mut state = self.lock();
        state.waiting.push_front(Job { share: self.capacity, ..job });
        state.overtaken = 0;
    }

    /// Gives no more files.
    pub(crate) fn stop(&self, e: Error) {
        self.lock().failed.get_or_insert(e);
        self.moved.notify_all();
    }

    /// Why it was stopped.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.lock().failed.take()
    }

    fn lock(&self) -> MutexGuard<'_, State<I>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(id: u64, size: u64) -> Input {
        Input { id, path: format!("f{id}").into(), size, modified: 0, error: None }
    }

    fn queue(sizes: Vec<u64>) -> Queue<impl Iterator<Item = Result<Input>>> {
        let inputs = sizes.into_iter().enumerate().map(|(i, size)| Ok(input(i as u64, size)));
        let estimate = Box::new(|input: &Input| input.size);
        Queue::new(inputs, Vec::new(), HashMap::new(), 100, estimate, Cancel::new())
    }

    #[test]
    fn small_files_go_before_a_large_one_until_it_has_waited_enough() {
        let mut sizes = vec![60, 90];
        sizes.extend([10; 200]);
        let queue = queue(sizes);
        assert_eq!(queue.next().unwrap().input.id, 0);
        for overtaking in 0..u64::from(OVERTAKEN) {
            let small = queue.next().unwrap();
            assert_eq!(small.input.id, overtaking + 2);
            queue.done(small.share);
        }
        // now the large one is waited for: it begins when the first is done
        queue.done(60);
        assert_eq!(queue.next().unwrap().input.id, 1);
        assert_eq!(queue.next().unwrap().input.id, 66);
    }

    #[test]
    fn a_file_larger_than_all_is_read_alone() {
        let queue = queue(vec![1000, 1]);
        let large = queue.next().unwrap();
        assert_eq!((large.input.id, large.share), (0, 100));
        queue.done(large.share);
        assert_eq!(queue.next().unwrap().input.id, 1);
        queue.done(1);
        assert!(queue.next().is_none());
    }

    #[test]
    fn what_is_read_again_is_next_and_alone() {
        let queue = queue(vec![10, 10, 10]);
        let (first, second) = (queue.next().unwrap(), queue.next().unwrap());
        let share = first.share;
        queue.again(Job { attempts: 1, ..first });
        queue.done(share);
        let third = queue.next().unwrap();
        assert_eq!(third.input.id, 2, "one that fits goes before it");
        queue.done(third.share);
        queue.done(second.share);
        let again = queue.next().unwrap();
        assert_eq!((again.input.id, again.share, again.attempts), (0, 100, 1));
    }
}
