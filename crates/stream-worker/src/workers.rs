//! Warm worker processes for many files and many threads.

mod lease;
mod rules;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use stream_core::{Cancel, Result};
use stream_factory::Looked;

use crate::executable::{Executable, Settings};
use crate::process::Process;
use crate::remote::Remote;
use crate::worker;
pub(crate) use lease::Lease;
pub use rules::Rules;

/// Worker processes by program: started when a file needs one, leased for that file, used again for the next, replaced when a
/// file has taken one down or it has read enough of them.
///
/// Usable from many threads at once; clones share the processes. No lock is held while a file is read. When the last clone and
/// the last [`Remote`] are gone, so are the processes.
#[derive(Clone)]
pub struct Workers(Arc<Shared>);

struct Shared {
    rules: Rules,
    state: Mutex<State>,
    /// A lease ended.
    returned: Condvar,
}

#[derive(Default)]
struct State {
    /// Those that read nothing, the one used last at the end.
    idle: Vec<Idle>,
    leased: usize,
    /// All that may still run.
    all: Vec<Weak<Process>>,
    started: u64,
}

struct Idle {
    executable: Executable,
    process: Arc<Process>,
}

/// How long a wait for a worker lasts before the cancel flag is looked at again.
const PATIENCE: Duration = Duration::from_millis(50);

/// What a worker may keep of the files before, in address space: half of what its wall leaves beside the budget.
const KEPT: u64 = 32 << 20;

impl Workers {
    /// No worker yet.
    pub fn new(rules: Rules) -> Self {
        let (state, returned) = (Mutex::default(), Condvar::new());
        Self(Arc::new(Shared { rules, state, returned }))
    }

    /// Opens a file in a worker of `executable`, which goes back once the [`Remote`] and all that came from it are dropped. Waits
    /// while as many files are open as there may be workers: a thread that holds one open and opens another may wait for itself.
    ///
    /// A worker that died of the file before, after that was closed, is replaced without a word.
    ///
    /// # Errors
    /// As [`Worker::open_looked`](crate::Worker::open_looked); `Cancelled` while waiting, `Io` when no process can be started.
    pub fn open(&self, executable: &Executable, looked: &Looked) -> Result<Remote> {
        self.open_to(executable, looked, false)
    }

    /// The same for a file of which only the entries and the summary are wanted: the worker begins at once, and a small file
    /// costs one answer. A request for data is refused.
    ///
    /// # Errors
    /// As [`Workers::open`].
    pub fn list(&self, executable: &Executable, looked: &Looked) -> Result<Remote> {
        self.open_to(executable, looked, true)
    }

    fn open_to(&self, executable: &Executable, looked: &Looked, list: bool) -> Result<Remote> {
        loop {
            let (process, lease) = self.lease(executable, looked.context().cancel())?;
            match worker::open(&process, looked, (Some(lease), list)) {
                Ok(remote) => return Ok(remote),
                Err(refused) if !refused.begun && process.is_warm() => {}
                Err(refused) => return Err(refused.error),
            }
        }
    }

    /// Takes a worker of `executable`: one that is warm, or a new one; waits while there are as many as there may be.
    fn lease(&self, executable: &Executable, cancel: &Cancel) -> Result<(Arc<Process>, Lease)> {
        let mut state = self.0.lock();
        loop {
            cancel.check()?;
            let warm = state.idle.iter().rposition(|idle| idle.executable == *executable);
            let full = state.leased.saturating_add(state.idle.len()) >= self.0.rules.most.get();
            let leaves = match warm {
                Some(at) => Some(state.idle.swap_remove(at)),
                None if full && !state.idle.is_empty() => Some(state.idle.remove(0)),
                None => None,
            };
            if leaves.is_none() && full {
                let waited = self.0.returned.wait_timeout(state, PATIENCE);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            state.leased = state.leased.saturating_add(1);
            drop(state);
            let place = Lease::new(self.0.clone());
            let fit = leaves.filter(|_| warm.is_some()).map(|idle| idle.process).filter(fit);
            let process = match fit {
                Some(process) => process,
                None => self.0.start(executable)?,
            };
            return Ok((process.clone(), place.with(executable, process)));
        }
    }

    /// Ends the workers that read nothing: less memory, and a start for the next file.
    pub fn release(&self) {
        let idle = std::mem::take(&mut self.0.lock().idle);
        drop(idle);
        self.0.returned.notify_all();
    }

    /// Processes started so far.
    pub fn started(&self) -> u64 {
        self.0.lock().started
    }

    /// The numbers of the processes that run.
    pub fn ids(&self) -> Vec<u32> {
        self.0.alive().iter().map(|process| process.id()).collect()
    }

    /// The most memory that any of the workers that run had resident, in bytes.
    pub fn peak(&self) -> Option<u64> {
        self.0.alive().iter().filter_map(|process| process.peak()).max()
    }

    /// The proportional set of each worker that runs, in bytes: pages that several processes map count for a part in each.
    pub fn proportional(&self) -> Vec<u64> {
        self.ids().into_iter().filter_map(crate::memory::proportional).collect()
    }
}

/// Whether a warm worker can take another file: it runs, and the files before left their memory.
fn fit(process: &Arc<Process>) -> bool {
    let grown = process.data_size().map(|now| now.saturating_sub(process.idle()));
    process.is_alive() && grown.is_some_and(|grown| grown <= KEPT)
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, executable: &Executable) -> Result<Arc<Process>> {
        let settings = Settings::new(executable.clone())
            .with_deadlines(self.rules.deadlines)
            .with_sandbox(self.rules.sandbox);
        let process = Process::spawn(&settings)?;
        let mut state = self.lock();
        state.started = state.started.saturating_add(1);
        state.all.retain(|process| process.strong_count() > 0);
        state.all.push(Arc::downgrade(&process));
        Ok(process)
    }

    fn alive(&self) -> Vec<Arc<Process>> {
        let all: Vec<_> = self.lock().all.iter().filter_map(Weak::upgrade).collect();
        all.into_iter().filter(|process| process.is_alive()).collect()
    }
}
