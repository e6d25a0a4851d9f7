//! The reader, which one thread at a time has.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use stream_core::{Context, Format, Reader, Result};

/// Where the reader lies while nobody uses it. The walk that runs ahead gives way to whoever has something to ask.
pub(super) struct Desk {
    format: &'static dyn Format,
    cx: Context,
    state: Mutex<State>,
    moved: Condvar,
}

struct State {
    slot: Slot,
    /// Who has something to ask and waits.
    asking: usize,
    /// Threads that wait for the reader: telling nobody would cost a system call for each entry.
    waiting: usize,
}

enum Slot {
    /// Somebody has it.
    Taken,
    /// A task has used it up: the next who needs one opens it.
    Closed,
    /// It stands before the first entry, and nothing was asked of it.
    Fresh(Box<dyn Reader>),
    Used(Box<dyn Reader>),
}

impl Desk {
    /// Opens the reader.
    pub(super) fn open(format: &'static dyn Format, cx: Context) -> Result<Self> {
        let slot = Slot::Fresh(open(format, &cx)?);
        let state = Mutex::new(State { slot, asking: 0, waiting: 0 });
        Ok(Self { format, cx, state, moved: Condvar::new() })
    }

    /// The format's name.
    pub(super) fn name(&self) -> &'static str {
        self.format.descriptor().name
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, asks: bool) -> Slot {
        let mut state = self.lock();
        if asks {
            state.asking = state.asking.saturating_add(1);
        }
        while matches!(state.slot, Slot::Taken) || (!asks && state.asking > 0) {
            state.waiting = state.waiting.saturating_add(1);
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting = state.waiting.saturating_sub(1);
        }
        if asks {
            state.asking = state.asking.saturating_sub(1);
        }
        std::mem::replace(&mut state.slot, Slot::Taken)
    }

    fn put(&self, slot: Slot) {
        let mut state = self.lock();
        state.slot = slot;
        let waiting = state.waiting > 0;
        drop(state);
        if waiting {
            self.moved.notify_all();
        }
    }

    /// For a question.
    pub(super) fn ask<T>(&self, act: impl FnOnce(&mut dyn Reader) -> Result<T>) -> Result<T> {
        self.with(true, act)
    }

    /// For the walk: waits while anybody asks.
    pub(super) fn walk<T>(&self, act: impl FnOnce(&mut dyn Reader) -> Result<T>) -> Result<T> {
        self.with(false, act)
    }

    fn with<T>(&self, asks: bool, act: impl FnOnce(&mut dyn Reader) -> Result<T>) -> Result<T> {
        let mut reader = match self.take(asks) {
            Slot::Fresh(reader) | Slot::Used(reader) => reader,
            Slot::Closed | Slot::Taken => {
                open(self.format, &self.cx).inspect_err(|_| self.put(Slot::Closed))?
            }
        };
        let done = act(&mut *reader);
        self.put(Slot::Used(reader));
        done
    }

    /// For a task: a reader that nobody has used. One that nobody will use again is not kept.
    pub(super) fn task<T>(&self, act: impl FnOnce(&mut dyn Reader) -> Result<T>) -> Result<T> {
        let mut reader = match self.take(true) {
            Slot::Fresh(reader) => {
                self.put(Slot::Closed);
                reader
            }
            used => {
                self.put(used);
                open(self.format, &self.cx)?
            }
        };
        act(&mut *reader)
    }
}

fn open(format: &'static dyn Format, cx: &Context) -> Result<Box<dyn Reader>> {
    stream_core::open_reader(format, cx.clone())
}
