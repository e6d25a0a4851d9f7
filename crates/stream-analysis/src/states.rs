//! One set of running statistics a thread, as many as the budget allows.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::memory::Budget;
use stream_core::{Chunk, ErrorKind, Result};

use crate::{Measures, Set};

/// Sets that threads take, fill and give back. Which chunk goes into which set changes nothing, since sets merge exactly.
pub(crate) struct States {
    measures: Measures,
    budget: Budget,
    held: Mutex<Held>,
    given_back: Condvar,
}

struct Held {
    idle: Vec<Set>,
    /// Sets there are, idle or in the hands of threads.
    all: usize,
    /// Sets there may be: lowered when the budget refuses one more.
    most: usize,
}

impl States {
    pub(crate) fn new(measures: Measures, budget: &Budget) -> Self {
        let held = Held { idle: Vec::new(), all: 0, most: usize::MAX };
        let held = Mutex::new(held);
        Self { measures, budget: budget.clone(), held, given_back: Condvar::new() }
    }

    /// Adds a chunk to one of the sets. Where the budget has no room for another set, waits for one.
    ///
    /// # Errors
    /// As [`Set::add`]; `OverBudget` only where not even one set fits.
    pub(crate) fn add(&self, chunk: &Chunk) -> Result<()> {
        loop {
            let mut set = self.take();
            match set.add(chunk) {
                Err(e) if e.kind() == ErrorKind::OverBudget && e.resumable() => {
                    let alone = self.fewer(set);
                    if alone {
                        return Err(e);
                    }
                }
                result => {
                    self.lock().idle.push(set);
                    self.given_back.notify_one();
                    return result;
                }
            }
        }
    }

    /// All sets in one.
    pub(crate) fn into_set(self) -> Set {
        let held = self.held.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut all = Set::new(self.measures, &self.budget);
        held.idle.into_iter().for_each(|set| all.merge(set));
        all
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Set {
        let mut held = self.lock();
        loop {
            if held.all > held.most
                && held.idle.len() > 1
                && let Some(one) = held.idle.pop()
                && let Some(other) = held.idle.last_mut()
            {
                other.merge(one);
                held.all = held.all.saturating_sub(1);
                continue;
            }
            if held.all <= held.most
                && let Some(set) = held.idle.pop()
            {
                return set;
            }
            if held.all < held.most {
                held.all = held.all.saturating_add(1);
                return Set::new(self.measures, &self.budget);
            }
            held = self.given_back.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes back a set that could not grow, and allows one fewer; whether it is the only one, so that nothing helps.
    fn fewer(&self, set: Set) -> bool {
        let mut held = self.lock();
        held.idle.push(set);
        let alone = held.all <= 1;
        if !alone {
            held.most = held.all.saturating_sub(1).max(1);
        }
        drop(held);
        self.given_back.notify_all();
        alone
    }
}
