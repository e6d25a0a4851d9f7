//! Read-ahead over a source, for parsers that walk onwards.

use stream_memory::Buf;

use crate::{Context, Result};

/// A piece of the source in memory that follows a parser: it asks for bytes at a position and gets a slice, and
/// the next read comes only when the slice is used up. Grows when one thing is longer than the window, by the
/// budget's leave.
pub struct Window {
    cx: Context,
    buf: Option<Buf>,
    capacity: usize,
    start: u64,
    len: usize,
    end: Option<u64>,
}

impl Window {
    /// A window that reads `capacity` bytes ahead (at least 1). Memory is taken at the first read.
    pub fn new(cx: Context, capacity: usize) -> Self {
        Self { cx, buf: None, capacity: capacity.max(1), start: 0, len: 0, end: None }
    }

    /// The context it reads from.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// Where the source ends, once that was seen.
    pub fn end(&self) -> Option<u64> {
        self.end
    }

    /// The bytes from `offset` on that are in memory, at least `want` of them unless the source ends first.
    /// One call reads only when fewer than `want` are there. What lies before `offset` is given up then.
    ///
    /// # Errors
    /// `OverBudget` (resumable; nothing moved) when `want` exceeds the window and the budget; what the source says.
    pub fn at(&mut self, offset: u64, want: usize) -> Result<&[u8]> {
        if self.held(offset) < want {
            self.fill(offset, want)?;
        }
        Ok(self.held_slice(offset))
    }

    /// The bytes from `offset` on that are in memory, without reading.
    pub fn held_slice(&self, offset: u64) -> &[u8] {
        let at = offset.checked_sub(self.start).and_then(|n| usize::try_from(n).ok());
        let held = self.buf.as_deref().and_then(|b| b.get(..self.len)).unwrap_or_default();
        at.and_then(|at| held.get(at..)).unwrap_or_default()
    }

    fn held(&self, offset: u64) -> usize {
        self.held_slice(offset).len()
    }

    #[cold]
    fn fill(&mut self, offset: u64, want: usize) -> Result<()> {
        let keep = self.held(offset);
        let room = self.buf.as_ref().map_or(0, |b| b.len());
        if room < want || self.buf.is_none() {
            let mut larger = self.cx.buf(want.max(self.capacity))?;
            if let (Some(to), held) = (larger.get_mut(..keep), self.held_slice(offset)) {
                to.copy_from_slice(held);
            }
            self.buf = Some(larger);
        } else if let Some(buf) = &mut self.buf {
            let from = self.len.saturating_sub(keep);
            buf.copy_within(from..self.len, 0);
        }
        self.start = offset;
        self.len = keep;
        let Some(buf) = &mut self.buf else { return Ok(()) };
        while self.len < want {
            let at = offset.saturating_add(u64::try_from(self.len).unwrap_or(u64::MAX));
            let n = self.cx.read_at(at, buf.get_mut(self.len..).unwrap_or_default())?;
            if n == 0 {
                // a position past the end says nothing about where the end is
                if self.len > 0 || self.cx.source().size() == Some(at) {
                    self.end = Some(at);
                }
                break;
            }
            self.len = self.len.saturating_add(n);
        }
        Ok(())
    }

    /// Gives a grown window back, keeping at most the usual size.
    pub fn shrink(&mut self) {
        if self.buf.as_ref().is_some_and(|b| b.len() > self.capacity) {
            self.buf = None;
            self.len = 0;
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::source::MemorySource;
    use std::sync::Arc;
    use stream_memory::Budget;

    fn window(len: usize, capacity: usize, limit: u64) -> Window {
        let bytes: Vec<u8> = (0..=255).cycle().take(len).collect();
        let source = Arc::new(MemorySource::new(bytes));
        Window::new(Context::new(source, &Budget::new("b", limit)), capacity)
    }

    #[test]
    fn a_walk_onwards_reads_each_byte_once() {
        let mut w = window(100_000, 4096, 1 << 20);
        for at in 0..100_000u64 {
            assert_eq!(w.at(at, 1).unwrap().first(), Some(&(at as u8)));
        }
        assert!(w.at(100_000, 1).unwrap().is_empty());
        assert_eq!(w.end(), Some(100_000));
        assert_eq!(w.context().counters().bytes_read(), 100_000);
    }

    #[test]
    fn a_thing_longer_than_the_window_grows_it_or_is_refused() {
        let mut w = window(100_000, 1000, 64 * 1024);
        assert!(w.at(10, 20_000).unwrap().len() >= 20_000);
        let e = w.at(20, 90_000).unwrap_err();
        assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
        assert_eq!(w.at(20, 100).unwrap().first(), Some(&20));
    }
}
