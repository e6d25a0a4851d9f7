//! A handle that keeps an entry where it is.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::budget::Reservation;

/// A cached value that cannot be evicted while this handle, or a clone of it, is alive.
pub struct Pinned<V>(Arc<Entry<V>>);

struct Entry<V> {
    // before the reservation: memory goes first
    value: V,
    reservation: Reservation,
}

impl<V> Pinned<V> {
    pub(super) fn new(value: V, reservation: Reservation) -> Pinned<V> {
        Pinned(Arc::new(Entry { value, reservation }))
    }

    /// What the entry is charged, in bytes.
    pub fn reserved(&self) -> u64 {
        self.0.reservation.bytes()
    }

    /// Whether nobody else holds the entry. Only the cache can ask, of its own handle and under its lock:
    /// handles are made from others, so none can appear when there is none outside.
    pub(super) fn is_alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// What an entry takes in memory, in bytes, beside what its value points to.
    pub(super) const SIZE: usize = size_of::<Entry<V>>().saturating_add(2 * size_of::<usize>());
}

impl<V> Clone for Pinned<V> {
    fn clone(&self) -> Self {
        Pinned(Arc::clone(&self.0))
    }
}

impl<V> Deref for Pinned<V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.value
    }
}

impl<V: fmt::Debug> fmt::Debug for Pinned<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.value.fmt(f)
    }
}
