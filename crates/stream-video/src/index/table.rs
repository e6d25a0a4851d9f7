//! A table of rows of one width, read through a window.

use stream_core::{Context, Error, Result, Window};

/// Bytes of a window over a table: one read for a thousand rows, and a movie of many tracks still small.
pub(crate) const WINDOW: usize = 8 << 10;

/// Rows of `width` bytes at a place of the source, of which a window is in memory.
pub(crate) struct Table {
    window: Window,
    start: u64,
    rows: u64,
    width: u8,
}

impl Table {
    /// `rows` rows of `width` bytes from `start` on. Memory is taken at the first read.
    pub(crate) fn new(cx: &Context, start: u64, rows: u64, width: u8) -> Self {
        Self { window: Window::new(cx.clone(), WINDOW), start, rows, width }
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The bytes of a row; `None` past the last.
    ///
    /// # Errors
    /// What the source says; `Truncated` where it ends before the row.
    pub(crate) fn row(&mut self, index: u64) -> Result<Option<&[u8]>> {
        if index >= self.rows {
            return Ok(None);
        }
        let offset = self.start.saturating_add(index.saturating_mul(u64::from(self.width)));
        let width = usize::from(self.width);
        if self.window.held_slice(offset).len() < width {
            let found = self.window.at(offset, width)?.len();
            if found < width {
                return Err(Error::truncated(offset, "a table ends with the file"));
            }
        }
        Ok(self.window.held_slice(offset).get(..width))
    }
}
