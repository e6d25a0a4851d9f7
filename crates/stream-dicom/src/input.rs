//! The bytes that the walk goes over, with a small read-ahead.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod inflate;

use stream_core::{Context, Result};
use stream_memory::Buf;

/// After a jump the walk mostly wants one header; reading whole windows there would read the whole file.
const AFTER_JUMP: usize = 256;

/// A window over a source whose positions start at `base`: 0, or where a deflated data set starts.
///
/// `stream_core::Window` reads its whole capacity at each refill; a walk that hops over 100,000 fragments would copy
/// gigabytes, so this one starts small after each jump and doubles while it goes on.
pub(crate) struct Input {
    cx: Context,
    base: u64,
    buf: Buf,
    start: u64,
    len: usize,
    ahead: usize,
}

impl Input {
    /// A window of `capacity` bytes.
    pub(crate) fn new(cx: Context, base: u64, capacity: usize) -> Result<Self> {
        let buf = cx.buf(capacity)?;
        Ok(Self { cx, base, buf, start: base, len: 0, ahead: capacity })
    }

    /// Goes on with another source whose first byte has position `base`; keeps the window's memory.
    pub(crate) fn switch(&mut self, cx: Context, base: u64) {
        self.cx = cx;
        self.base = base;
        self.start = base;
        self.len = 0;
        self.ahead = self.buf.len();
    }

    pub(crate) fn context(&self) -> &Context {
        &self.cx
    }

    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// The position behind the last byte, when that is known.
    pub(crate) fn end(&self) -> Option<u64> {
        Some(self.base.saturating_add(self.cx.source().size()?))
    }

    pub(crate) fn capacity(&self) -> usize {
        self.buf.len()
    }

    fn held(&self, pos: u64) -> &[u8] {
        let at = pos.checked_sub(self.start).and_then(|n| usize::try_from(n).ok());
        let held = self.buf.get(..self.len).unwrap_or_default();
        at.and_then(|at| held.get(at..)).unwrap_or_default()
    }

    /// At least `want` bytes from `pos` on (at most the capacity), fewer only where the source ends.
    pub(crate) fn peek(&mut self, pos: u64, want: usize) -> Result<&[u8]> {
        if self.held(pos).len() < want {
            self.fill(pos, want)?;
        }
        Ok(self.held(pos))
    }

    #[cold]
    fn fill(&mut self, pos: u64, want: usize) -> Result<()> {
        let keep = self.held(pos).len();
        let old_end = self.start.saturating_add(u64::try_from(self.len).unwrap_or(u64::MAX));
        let first = self.len == 0 && pos == self.start;
        if !first {
            // going on where the window ended, or jumping away
            self.ahead = if keep > 0 || pos == old_end {
                self.ahead.saturating_mul(2).min(self.buf.len())
            } else {
                AFTER_JUMP.min(self.buf.len())
            };
        }
        self.buf.copy_within(self.len.saturating_sub(keep)..self.len, 0);
        self.start = pos;
        self.len = keep;
        let target = keep.saturating_add(self.ahead).max(want).min(self.buf.len());
        while self.len < want {
            let at = pos.saturating_add(u64::try_from(self.len).unwrap_or(u64::MAX));
            let room = self.buf.get_mut(self.len..target).unwrap_or_default();
            let n = self.cx.read_at(at.saturating_sub(self.base), room)?;
            if n == 0 {
                break;
            }
            self.len = self.len.saturating_add(n);
        }
        Ok(())
    }
}
