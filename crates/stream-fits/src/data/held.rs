//! Blocks of rows that several chunks are made of, read once.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::memory::Buf;
use stream_core::{ErrorKind, Result};

/// The blocks that were read last.
pub(super) struct Held {
    slots: Mutex<Vec<Slot>>,
    moved: Condvar,
    most: usize,
}

struct Slot {
    block: u64,
    /// `None` while a thread reads it.
    buf: Option<Arc<Buf>>,
}

impl Held {
    pub(super) fn new(most: usize) -> Self {
        Self { slots: Mutex::default(), moved: Condvar::new(), most: most.max(1) }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of a block: those that are held, or what `load` reads. A thread that comes while another reads waits for it.
    pub(super) fn get(&self, block: u64, load: impl Fn() -> Result<Buf>) -> Result<Arc<Buf>> {
        let mut slots = self.lock();
        while let Some(slot) = slots.iter().find(|slot| slot.block == block) {
            match &slot.buf {
                Some(buf) => return Ok(buf.clone()),
                None => slots = self.moved.wait(slots).unwrap_or_else(PoisonError::into_inner),
            }
        }
        // the earliest block is the one that is needed least
        while slots.len() >= self.most {
            let ready = slots.iter().enumerate().filter(|(_, slot)| slot.buf.is_some());
            let Some((at, _)) = ready.min_by_key(|(_, slot)| slot.block) else { break };
            slots.swap_remove(at);
        }
        slots.push(Slot { block, buf: None });
        drop(slots);
        let reading = Reading { held: self, block };
        let mut result = load();
        if result.as_ref().is_err_and(|e| e.kind() == ErrorKind::OverBudget) {
            // nobody but this cache may be in the way
            self.lock().retain(|slot| slot.buf.is_none());
            result = load();
        }
        let buf = Arc::new(result?);
        if let Some(slot) = self.lock().iter_mut().find(|slot| slot.block == block) {
            slot.buf = Some(buf.clone());
        }
        drop(reading);
        Ok(buf)
    }

    /// Gives everything back that nobody is reading.
    pub(super) fn forget(&self) {
        self.lock().retain(|slot| slot.buf.is_none());
    }
}

/// Takes the slot away again where reading failed, and wakes those who wait for it.
struct Reading<'h> {
    held: &'h Held,
    block: u64,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.held.lock().retain(|slot| slot.block != self.block || slot.buf.is_some());
        self.held.moved.notify_all();
    }
}
