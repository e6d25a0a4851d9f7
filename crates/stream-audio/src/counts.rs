//! What was counted while samples were read, for the end.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counted frames of streams that were read to their end, shared by a reader and its chunks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(Arc<Mutex<Vec<Option<u64>>>>);

impl Counts {
    pub(crate) fn new(streams: usize) -> Self {
        Self(Arc::new(Mutex::new(vec![None; streams])))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Option<u64>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The frames of a stream end before frame `end`.
    pub(crate) fn ended(&self, stream: u32, end: u64) {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        if let Some(slot) = self.lock().get_mut(index) {
            *slot = Some(end);
        }
    }

    /// How many frames a stream has, where its end was reached.
    pub(crate) fn of(&self, stream: u32) -> Option<u64> {
        let index = usize::try_from(stream).unwrap_or(usize::MAX);
        self.lock().get(index).copied().flatten()
    }
}
