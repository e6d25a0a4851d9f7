//! Who reads which block.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_core::memory::Buf;
use stream_core::{Context, Result};

use crate::holes::Holes;

/// Deals out blocks, in file order, to whoever asks.
pub(crate) struct Cursor {
    block_size: usize,
    /// Where the blocks end: known beforehand for a random source.
    end: Option<u64>,
    random: bool,
    holes: Holes,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    offset: u64,
    sequence: u64,
    ended: bool,
    partial: Option<Partial>,
}

/// The bytes read of a block when reading was cancelled or failed: a source that only goes forward cannot read them again.
pub(crate) struct Partial {
    pub(crate) offset: u64,
    pub(crate) buf: Buf,
    pub(crate) filled: usize,
}

/// A block that was dealt out: the `sequence`-th from the start.
pub(crate) struct Dealt {
    pub(crate) sequence: u64,
    pub(crate) offset: u64,
    pub(crate) length: usize,
    /// Nothing was read, and nothing has to be.
    pub(crate) hole: bool,
}

/// What came of asking for a block.
pub(crate) enum Deal {
    Block(Dealt),
    /// The block of this number could not be read.
    Failed(u64, stream_core::Error),
    End,
}

impl Cursor {
    pub(crate) fn new(cx: &Context, start: u64, stop: Option<u64>, block_size: usize) -> Self {
        let random = cx.is_random();
        let size = cx.source().size().filter(|_| random);
        let end = match (size, stop) {
            (Some(size), Some(stop)) => Some(size.min(stop)),
            (size, stop) => size.or(stop),
        };
        // a block larger than all there is would only cost memory
        let whole = end.map(|end| end.saturating_sub(start).max(1));
        let whole = whole.and_then(|whole| usize::try_from(whole).ok()).unwrap_or(usize::MAX);
        let state = State { offset: start, ..State::default() };
        Self {
            block_size: block_size.min(whole),
            end,
            random,
            holes: Holes::default(),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn block_size(&self) -> usize {
        self.block_size
    }

    /// How many blocks there can be.
    pub(crate) fn blocks_at_most(&self) -> usize {
        let Some(end) = self.end else { return usize::MAX };
        let size = u64::try_from(self.block_size).unwrap_or(u64::MAX).max(1);
        let left = end.saturating_sub(self.lock().offset);
        usize::try_from(left.div_ceil(size)).unwrap_or(usize::MAX)
    }

    /// Goes on with what another cursor had read.
    pub(crate) fn resume(&self, partial: Option<Partial>) {
        let mut state = self.lock();
        state.partial = partial.filter(|partial| partial.offset == state.offset);
    }

    pub(crate) fn take_partial(&self) -> Option<Partial> {
        self.lock().partial.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deals out the next block and reads it into `buf`, which is exchanged for another where one was read into already.
    ///
    /// A random source is read outside of the lock, by as many as ask.
    pub(crate) fn deal(&self, cx: &Context, buf: &mut Buf) -> Deal {
        let mut state = self.lock();
        if state.ended {
            return Deal::End;
        }
        let (offset, sequence) = (state.offset, state.sequence);
        let left = self.end.map(|end| end.saturating_sub(offset));
        let left = left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX);
        let length = left.min(self.block_size);
        if length == 0 {
            state.ended = true;
            return Deal::End;
        }
        let dealt = |length, hole| Dealt { sequence, offset, length, hole };
        if self.random {
            state.advance(length);
            drop(state);
            return match self.read(cx, offset, length, buf) {
                Ok(hole) => Deal::Block(dealt(length, hole)),
                Err(e) => Deal::Failed(sequence, e),
            };
        }
        match state.read_on(cx, length, buf) {
            Ok(0) => Deal::End,
            Ok(found) => {
                state.advance(found);
                Deal::Block(dealt(found, false))
            }
            Err(e) => {
                state.ended = true;
                Deal::Failed(sequence, e)
            }
        }
    }

    /// Reads a block of a random source, unless it is a hole.
    fn read(&self, cx: &Context, offset: u64, length: usize, buf: &mut Buf) -> Result<bool> {
        let end = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        if self.holes.cover(cx, offset, end)? {
            return Ok(true);
        }
        let bytes = buf.get_mut(..length).unwrap_or_default();
        cx.read_exact_at(offset, bytes)?;
        Ok(false)
    }
}

impl State {
    fn advance(&mut self, length: usize) {
        self.offset = self.offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
        self.sequence = self.sequence.saturating_add(1);
    }

    /// Reads the next block of a source whose end is not known; 0 at the end. Where reading fails, what was read stays.
    fn read_on(&mut self, cx: &Context, length: usize, buf: &mut Buf) -> Result<usize> {
        let mut filled = 0usize;
        if let Some(partial) = self.partial.take() {
            *buf = partial.buf;
            filled = partial.filled;
        }
        let length = length.min(buf.len());
        while filled < length {
            let at = self.offset.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match cx.read_at(at, buf.get_mut(filled..length).unwrap_or_default()) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => filled = filled.saturating_add(n),
                Err(e) => {
                    // the worker stops after an error: an empty buffer is enough for it
                    let empty = cx.buf(0)?;
                    let buf = std::mem::replace(buf, empty);
                    self.partial = Some(Partial { offset: self.offset, buf, filled });
                    return Err(e);
                }
            }
        }
        Ok(filled)
    }
}
