//! Windows of bytes that overlap, for whoever looks for something that may lie across the end of one.
#![deny(clippy::arithmetic_side_effects)]

use std::ops::Deref;

use stream_core::memory::{Buf, Settings};
use stream_core::{Context, Error, ErrorKind, Result};

use crate::format::located;

/// The bytes of a source in windows, each of which begins with the last bytes of the one before.
///
/// Something of at most `overlap + 1` bytes lies whole in at least one window. To find each only once, take those that end among the
/// [fresh](Window::fresh) bytes.
///
/// Holds one window and the bytes that are repeated.
///
/// ```
/// use std::sync::Arc;
/// use stream_binary::Reader;
/// use stream_core::memory::Budget;
/// use stream_core::{Context, MemorySource};
///
/// let source = Arc::new(MemorySource::new(&b"abcdefgh"[..]));
/// let reader = Reader::open(Context::new(source, &Budget::new("example", 1 << 20)))?;
/// let mut windows = reader.windows().with_size(4).with_overlap(1);
/// let mut all = Vec::new();
/// while let Some(window) = windows.next_window()? {
///     all.push((window.offset(), String::from_utf8_lossy(&window).into_owned()));
/// }
/// assert_eq!(all, [(0, "abcd".into()), (3, "defg".into()), (6, "gh".into())]);
/// # Ok::<(), stream_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Windows {
    cx: Context,
    size: Option<usize>,
    overlap: usize,
    /// The first byte that no window had yet.
    at: u64,
    /// The bytes before it, as many as the next window repeats.
    tail: Option<Buf>,
    /// A window that is not full yet, and how much of it is: reading stopped.
    held: Option<(Window, usize)>,
    ended: bool,
}

/// Some bytes of a source, charged until dropped.
#[derive(Debug)]
pub struct Window {
    offset: u64,
    repeated: usize,
    bytes: Buf,
}

impl Windows {
    pub(crate) fn new(cx: &Context) -> Self {
        let overlap = Settings::current().chunk_overlap;
        let cx = cx.clone();
        Self { cx, size: None, overlap, at: 0, tail: None, held: None, ended: false }
    }

    /// Makes windows of `bytes` bytes instead of the context's chunk size (or twice the overlap, where that is more).
    pub fn with_size(mut self, bytes: usize) -> Self {
        self.size = Some(bytes);
        self
    }

    /// Repeats `bytes` bytes instead of the process's [chunk overlap](Settings::chunk_overlap).
    pub fn with_overlap(mut self, bytes: usize) -> Self {
        self.overlap = bytes;
        self
    }

    /// The next window, in file order; `None` at the end. The last may be shorter, but always has a fresh byte.
    ///
    /// # Errors
    /// `Request` for an overlap that is not less than the window; `OverBudget` and `Cancelled`, both resumable: what was read is
    /// kept; what the source says.
    pub fn next_window(&mut self) -> Result<Option<Window>> {
        if self.ended {
            return Ok(None);
        }
        self.fill().map_err(located)
    }

    fn fill(&mut self) -> Result<Option<Window>> {
        let (mut window, mut filled) = match self.held.take() {
            Some(held) => held,
            None => self.begin()?,
        };
        let full = window.bytes.len();
        while filled < full {
            let fresh = widen(filled.saturating_sub(window.repeated));
            let into = window.bytes.get_mut(filled..).unwrap_or_default();
            match self.cx.read_at(self.at.saturating_add(fresh), into) {
                Ok(0) => break,
                Ok(n) => filled = filled.saturating_add(n),
                Err(e) => {
                    self.ended = !e.resumable();
                    self.held = Some((window, filled));
                    return Err(e);
                }
            }
        }
        self.ended = filled < full;
        if filled == window.repeated {
            return Ok(None);
        }
        window.bytes.truncate(filled);
        let overlap = self.overlap.min(filled);
        if let (false, Some(tail)) = (self.ended, &mut self.tail)
            && tail.set_len(overlap).is_ok()
        {
            tail.copy_from_slice(window.get(filled.saturating_sub(overlap)..).unwrap_or_default());
        }
        self.at = self.at.saturating_add(widen(filled.saturating_sub(window.repeated)));
        Ok(Some(window))
    }

    /// An empty window that begins with what is repeated.
    fn begin(&mut self) -> Result<(Window, usize)> {
        let size = self
            .size
            .unwrap_or_else(|| self.cx.chunk_size().max(self.overlap.saturating_mul(2)).max(1));
        if self.overlap >= size {
            let message = format!(
                "window of {size} bytes: an overlap of less is expected (found {})",
                self.overlap
            );
            return Err(Error::new(ErrorKind::Request, message));
        }
        if self.tail.is_none() {
            let mut tail = self.cx.buf(self.overlap)?;
            tail.truncate(0);
            self.tail = Some(tail);
        }
        let mut bytes = self.cx.buf(size)?;
        let tail = self.tail.as_deref().unwrap_or_default();
        if let Some(start) = bytes.get_mut(..tail.len()) {
            start.copy_from_slice(tail);
        }
        let (repeated, offset) = (tail.len(), self.at.saturating_sub(widen(tail.len())));
        Ok((Window { offset, repeated, bytes }, repeated))
    }
}

impl Window {
    /// Where its first byte stands in the source.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes at its beginning the window before had too.
    pub fn repeated(&self) -> usize {
        self.repeated
    }

    /// The bytes that no window before had.
    pub fn fresh(&self) -> &[u8] {
        self.get(self.repeated..).unwrap_or_default()
    }
}

impl Deref for Window {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
