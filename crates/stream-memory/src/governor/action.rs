//! What a governor did.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::level::Level;
use crate::size::Bytes;

/// One step of a governor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Time since the monitor started.
    pub at: Duration,
    /// The level that it was done at.
    pub level: Level,
    /// What was done.
    pub deed: Deed,
    /// Bytes that it freed at once.
    pub freed: u64,
}

/// What a governor can do. A limit is raised in the same way as it is lowered, when the pressure is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deed {
    /// Pools freed idle buffers.
    TrimPools,
    /// Caches evicted entries.
    TrimCaches,
    /// Others who registered with [`Budget::on_pressure`](crate::Budget::on_pressure) gave back.
    TrimOthers,
    /// Chunks have at most this many bytes from now on; `None`: as many as the budget allows.
    Chunk(Option<usize>),
    /// Of 100 threads so many work from now on.
    Threads(u8),
    /// Each thread has at most so many chunks ready ahead from now on; `None`: as many as usual.
    Ahead(Option<u8>),
    /// The allocator returned memory to the system.
    Purge,
    /// New work is admitted from now on, or refused.
    Admit(bool),
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "memory is {}: {}", self.level, self.deed)?;
        match self.deed {
            Deed::TrimPools | Deed::TrimCaches | Deed::TrimOthers | Deed::Purge => {
                write!(f, ", freed {}", Bytes(self.freed))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TrimPools => f.write_str("trimmed pools"),
            Self::TrimCaches => f.write_str("trimmed caches"),
            Self::TrimOthers => f.write_str("trimmed what others keep"),
            // 64 bits hold every usize
            Self::Chunk(Some(bytes)) => write!(f, "chunks of at most {}", Bytes(*bytes as u64)),
            Self::Chunk(None) => f.write_str("chunks as large as the budget allows"),
            Self::Threads(1) => f.write_str("one thread at work"),
            Self::Threads(share) => write!(f, "{share} % of the threads"),
            Self::Ahead(Some(each)) => write!(f, "at most {each} ready ahead of each thread"),
            Self::Ahead(None) => f.write_str("reading ahead as usual"),
            Self::Purge => f.write_str("returned memory to the system"),
            Self::Admit(true) => f.write_str("new work is admitted"),
            Self::Admit(false) => f.write_str("new work is refused"),
        }
    }
}

/// The last actions of a governor, and who is told; shared by its clones.
#[derive(Clone, Default)]
pub struct Actions(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    last: VecDeque<Action>,
    freed: u64,
    callbacks: Vec<Callback>,
}

type Callback = Box<dyn FnMut(&Action) + Send>;

/// Actions that are kept; the oldest give way.
const MOST: usize = 256;

impl Actions {
    /// The last ones, the oldest first.
    pub fn last(&self) -> Vec<Action> {
        self.kept().last.iter().copied().collect()
    }

    /// What all actions so far freed, in bytes.
    pub fn freed(&self) -> u64 {
        self.kept().freed
    }

    pub(super) fn call(&self, callback: impl FnMut(&Action) + Send + 'static) {
        self.kept().callbacks.push(Box::new(callback));
    }

    pub(super) fn add(&self, action: Action) {
        #[cfg(feature = "tracing")]
        crate::events::action(&action);
        let mut kept = self.kept();
        kept.freed = kept.freed.saturating_add(action.freed);
        if kept.last.len() >= MOST {
            kept.last.pop_front();
        }
        kept.last.push_back(action);
        // not under the lock: a callback may ask what was done
        let mut callbacks = std::mem::take(&mut kept.callbacks);
        drop(kept);
        callbacks.iter_mut().for_each(|callback| callback(&action));
        let mut kept = self.kept();
        callbacks.append(&mut kept.callbacks);
        kept.callbacks = callbacks;
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kept().last.iter()).finish()
    }
}
