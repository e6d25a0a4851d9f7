//! A worker while it has a file.

use std::sync::Arc;

use super::{Idle, Shared};
use crate::executable::Executable;
use crate::process::Process;

/// The place of a worker among those that there may be, and that worker, until it is dropped.
pub(crate) struct Lease {
    shared: Arc<Shared>,
    worker: Option<Idle>,
}

impl Lease {
    /// A place that was counted already.
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, worker: None }
    }

    pub(super) fn with(mut self, executable: &Executable, process: Arc<Process>) -> Self {
        self.worker = Some(Idle { executable: executable.clone(), process });
        self
    }
}

impl Drop for Lease {
    /// Gives the worker back if it can go on.
    fn drop(&mut self) {
        let goes_on = |process: &Process| {
            process.is_alive() && process.files() < self.shared.rules.files.get()
        };
        // one that cannot has ended before its place is free
        let worker = self.worker.take().filter(|idle| goes_on(&idle.process));
        let mut state = self.shared.lock();
        state.leased = state.leased.saturating_sub(1);
        state.idle.extend(worker);
        drop(state);
        self.shared.returned.notify_one();
    }
}
