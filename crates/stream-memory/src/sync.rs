//! The primitives whose interleavings loom explores under `--cfg loom`; std's own otherwise.
//!
//! `Arc` and `Weak` are std's in both: loom's `Arc` has no weak form, and what is modelled here is
//! the counting of bytes, not of references.

#[cfg(loom)]
pub(crate) use loom::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    thread_local,
};
#[cfg(not(loom))]
pub(crate) use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    thread_local,
};

use std::sync::PoisonError;

/// Locks, whatever happened to a thread that held the lock before.
///
/// Every critical section of this crate leaves its data consistent at each step that can unwind, so a
/// poisoned lock guards nothing broken, and giving memory back must not fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
