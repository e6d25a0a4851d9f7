//! The allocator that is linked: what it holds, when it gives back, and moments in which it must not.
//!
//! Which allocator a program links is known to its author alone. He says so once, at the start, with
//! [`install`]; until then everything here answers for the [`System`]'s. What an allocator cannot do is a
//! [`Refusal`] with a name, never a number that looks like one.
//!
//! ```
//! use stream_memory::allocator;
//!
//! // what it cannot say is `None`, or a refusal that names it
//! if let Ok(usage) = allocator::usage() {
//!     assert!(usage.live > 0);
//! }
//! let quiet = allocator::critical();
//! // nothing is purged here, whoever asks for it
//! assert!(allocator::purge().is_err());
//! drop(quiet);
//! ```
//!
//! Reading ([`usage`], [`arena`], [`thread`]) allocates nothing and may be done from any thread.

mod control;
mod jemalloc;
#[cfg(feature = "jemalloc")]
mod linked;
mod refusal;
mod system;
mod usage;

use std::sync::OnceLock;

pub use self::control::{
    Critical, Purged, PurgedBy, Purging, critical, purge, purging, set_purging,
};
pub use self::jemalloc::{Jemalloc, Mallctl};
#[cfg(feature = "jemalloc")]
pub use self::linked::JEMALLOC;
pub use self::refusal::{Capability, Refusal};
pub use self::system::System;
pub use self::usage::{ArenaUsage, ThreadCounters, Usage};

/// What an allocator can be asked, and told. Implement it for one that is not known here.
///
/// Callers use the functions of this module, which keep [`critical`] sections, rather than these methods.
/// Every method that is not overridden answers [`Refusal::Unsupported`]. None may allocate.
pub trait Allocator: Send + Sync {
    /// The name in reports, e.g. `jemalloc`.
    fn name(&self) -> &'static str;

    /// What the process holds through this allocator.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it is not counted.
    fn usage(&self) -> Result<Usage, Refusal> {
        Err(self.unsupported(Capability::Usage))
    }

    /// The number of arenas that may exist: `0..arenas()` are the indices for [`arena`](Allocator::arena).
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it has none, or says nothing about them.
    fn arenas(&self) -> Result<u32, Refusal> {
        Err(self.unsupported(Capability::Arenas))
    }

    /// What one arena holds; `None` if it was never used.
    ///
    /// The numbers are of the moment of the last [`usage`](Allocator::usage).
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] as for [`arenas`](Allocator::arenas).
    fn arena(&self, index: u32) -> Result<Option<ArenaUsage>, Refusal> {
        let _ = index;
        Err(self.unsupported(Capability::Arenas))
    }

    /// When freed memory goes back to the system.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it cannot be asked.
    fn purging(&self) -> Result<Purging, Refusal> {
        Err(self.unsupported(Capability::Decay))
    }

    /// Sets when freed memory goes back to the system, for all arenas, those to come included.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it cannot be set. An allocator that can set the decay but has no
    /// background thread sets the former and refuses naming the latter.
    fn set_purging(&self, purging: Purging) -> Result<(), Refusal> {
        let _ = purging;
        Err(self.unsupported(Capability::Decay))
    }

    /// Gives all freed memory back to the system now; returns how many bytes that were.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it cannot be asked to.
    fn purge(&self) -> Result<u64, Refusal> {
        Err(self.unsupported(Capability::Purge))
    }

    /// Counts as free what the calling thread freed and keeps in a cache of its own, so that [`usage`](Allocator::usage)
    /// tells what is live to the byte. Does nothing where it cannot be done.
    fn settle(&self) {}

    /// What the calling thread has allocated and freed since it started.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where threads are not told apart.
    fn thread(&self) -> Result<ThreadCounters, Refusal> {
        Err(self.unsupported(Capability::Threads))
    }

    /// The most that the calling thread had allocated and not freed at once, since it started or since
    /// [`reset_thread_peak`](Allocator::reset_thread_peak), in bytes above what it had then.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it is not followed.
    fn thread_peak(&self) -> Result<u64, Refusal> {
        Err(self.unsupported(Capability::ThreadPeak))
    }

    /// Starts a new peak of the calling thread, at zero.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] as for [`thread_peak`](Allocator::thread_peak).
    fn reset_thread_peak(&self) -> Result<(), Refusal> {
        Err(self.unsupported(Capability::ThreadPeak))
    }

    /// The refusal that names this allocator.
    fn unsupported(&self, what: Capability) -> Refusal {
        Refusal::Unsupported { allocator: self.name(), what }
    }
}

static INSTALLED: OnceLock<&'static dyn Allocator> = OnceLock::new();

/// Says which allocator is linked. The first call counts; a program links but one.
pub fn install(allocator: &'static dyn Allocator) {
    let _ = INSTALLED.set(allocator);
}

/// The allocator that was installed, else the [`System`]'s.
pub fn current() -> &'static dyn Allocator {
    INSTALLED.get().copied().unwrap_or(&System)
}

/// What the process holds through the allocator. Takes some ten microseconds.
///
/// # Errors
/// [`Refusal::Unsupported`] where it is not counted.
pub fn usage() -> Result<Usage, Refusal> {
    current().usage()
}

/// The number of arenas; see [`Allocator::arenas`].
///
/// # Errors
/// [`Refusal::Unsupported`] where there are none.
pub fn arenas() -> Result<u32, Refusal> {
    current().arenas()
}

/// What one arena held at the last [`usage`]; `None` if it was never used.
///
/// # Errors
/// [`Refusal::Unsupported`] where there are none.
pub fn arena(index: u32) -> Result<Option<ArenaUsage>, Refusal> {
    current().arena(index)
}

/// What the calling thread has allocated and freed since it started. Takes a few nanoseconds.
///
/// # Errors
/// [`Refusal::Unsupported`] where threads are not told apart.
pub fn thread() -> Result<ThreadCounters, Refusal> {
    current().thread()
}
