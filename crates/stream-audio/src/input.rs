//! Header bytes: a position over a window, and numbers from it.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result, Window};

/// Bytes read at once while headers are parsed.
const WINDOW: usize = 8 * 1024;

/// A position in the source that goes onwards, within an end.
pub(crate) struct Input {
    window: Window,
    pos: u64,
    end: u64,
}

impl Input {
    /// Stands at `pos`; nothing from `end` on is given.
    pub(crate) fn new(cx: &Context, pos: u64, end: u64) -> Self {
        Self::with_window(cx, pos, end, WINDOW)
    }

    /// As [`Input::new`], reading `window` bytes at once.
    pub(crate) fn with_window(cx: &Context, pos: u64, end: u64, window: usize) -> Self {
        Self { window: Window::new(cx.clone(), window), pos, end }
    }

    pub(crate) fn context(&self) -> &Context {
        self.window.context()
    }

    pub(crate) fn pos(&self) -> u64 {
        self.pos
    }

    /// Moves anywhere.
    pub(crate) fn go(&mut self, pos: u64) {
        self.pos = pos;
    }

    pub(crate) fn set_end(&mut self, end: u64) {
        self.end = end;
    }

    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Bytes up to the end.
    pub(crate) fn left(&self) -> u64 {
        self.end.saturating_sub(self.pos)
    }

    pub(crate) fn skip(&mut self, bytes: u64) {
        self.pos = self.pos.saturating_add(bytes);
    }

    /// Up to `want` bytes from the position on; fewer where the end or the source's end comes first.
    ///
    /// # Errors
    /// `OverBudget`, what the source says.
    pub(crate) fn peek(&mut self, want: usize) -> Result<&[u8]> {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let want = want.min(left);
        let bytes = self.window.at(self.pos, want)?;
        Ok(bytes.get(..want.min(bytes.len())).unwrap_or_default())
    }

    /// The next `N` bytes, passed over; `None` where fewer are left.
    ///
    /// # Errors
    /// As [`Input::peek`].
    pub(crate) fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>> {
        let bytes = self.peek(N)?;
        let Some(bytes) = bytes.get(..N).and_then(|b| b.try_into().ok()) else { return Ok(None) };
        self.skip(u64::try_from(N).unwrap_or(0));
        Ok(Some(bytes))
    }

    /// A big-endian number of four bytes.
    ///
    /// # Errors
    /// As [`Input::peek`].
    pub(crate) fn u32_be(&mut self) -> Result<Option<u32>> {
        Ok(self.array()?.map(u32::from_be_bytes))
    }

    /// A little-endian number of four bytes.
    ///
    /// # Errors
    /// As [`Input::peek`].
    pub(crate) fn u32_le(&mut self) -> Result<Option<u32>> {
        Ok(self.array()?.map(u32::from_le_bytes))
    }
}
