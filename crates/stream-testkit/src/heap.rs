//! What the process really holds on the heap: a counting allocator for Rust and for C.
//!
//! Rust's allocations are counted by the bytes asked for, C's by what glibc made of them (`malloc_usable_size`), since `free`
//! is not told a size. The counter never refuses, never unwinds and never allocates.

#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod glibc;
#[cfg(not(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
mod portable;

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two counters instead of a signed one: what another thread frees between two loads cannot make it negative.
static GIVEN: AtomicU64 = AtomicU64::new(0);
static BACK: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);
static COUNT: AtomicU64 = AtomicU64::new(0);
static LOCK: Mutex<()> = Mutex::new(());

fn allocated(bytes: usize) {
    let bytes = widen(bytes);
    let given = GIVEN.fetch_add(bytes, Relaxed).wrapping_add(bytes);
    PEAK.fetch_max(given.saturating_sub(BACK.load(Relaxed)), Relaxed);
    COUNT.fetch_add(1, Relaxed);
}

fn freed(bytes: usize) {
    BACK.fetch_add(widen(bytes), Relaxed);
}

fn widen(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Bytes that the process holds on its heap now.
pub fn live() -> u64 {
    GIVEN.load(Relaxed).saturating_sub(BACK.load(Relaxed))
}

/// Allocations since the process started, growing in place included.
pub fn allocations() -> u64 {
    COUNT.load(Relaxed)
}

/// Waits until nobody else in the process measures.
pub(crate) fn lock() -> MutexGuard<'static, ()> {
    // a test that failed while measuring leaves nothing broken behind
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a piece of work did to the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The most bytes that were held at once, above what was held at the start.
    pub peak: u64,
    /// Bytes still held at the end, above what was held at the start; 0 when there are fewer.
    pub left: u64,
    /// Allocations made.
    pub allocations: u64,
}

/// The point from which a usage is counted. Only one is meaningful at a time: taking it resets the process's peak.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    live: u64,
    allocations: u64,
}

impl Mark {
    pub(crate) fn now() -> Self {
        let live = live();
        PEAK.store(live, Relaxed);
        Self { live, allocations: allocations() }
    }

    pub(crate) fn usage(self) -> Usage {
        Usage {
            peak: PEAK.load(Relaxed).saturating_sub(self.live),
            left: live().saturating_sub(self.live),
            allocations: allocations().saturating_sub(self.allocations),
        }
    }
}

/// Runs `work` and says what it did to the process's heap, other threads included; one measurement at a time.
///
/// ```
/// let (v, usage) = stream_testkit::heap::measure(|| vec![0u8; 100_000]);
/// assert!(usage.peak >= 100_000 && usage.left >= 100_000);
/// drop(v);
/// ```
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Usage) {
    let _alone = lock();
    let mark = Mark::now();
    let result = work();
    (result, mark.usage())
}
