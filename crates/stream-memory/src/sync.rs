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

use std::cell::Cell;
use std::sync::PoisonError;

/// Alone in its cache line, so that writing it takes nothing away from other processors but itself.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Apart<T>(pub(crate) T);

#[cfg(not(loom))]
static NUMBERED: AtomicU64 = AtomicU64::new(0);
#[cfg(loom)]
loom::lazy_static! {
    static ref NUMBERED: AtomicU64 = AtomicU64::new(0);
}

thread_local! {
    // loom's form of the macro does not know `const { … }`
    #[allow(clippy::missing_const_for_thread_local)]
    static NUMBER: Cell<Option<usize>> = Cell::new(None);
}

/// A number of this thread: 0, 1, 2 in the order in which threads first ask.
pub(crate) fn thread_number() -> usize {
    NUMBER.with(|number| {
        number.get().unwrap_or_else(|| {
            let next = NUMBERED.fetch_add(1, Ordering::Relaxed);
            let next = usize::try_from(next).unwrap_or(usize::MAX);
            number.set(Some(next));
            next
        })
    })
}

/// Locks, whatever happened to a thread that held the lock before.
///
/// Every critical section of this crate leaves its data consistent at each step that can unwind, so a
/// poisoned lock guards nothing broken, and giving memory back must not fail.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
