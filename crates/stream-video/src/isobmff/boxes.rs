//! Boxes: sizes, types, and walking over them by position (ISO/IEC 14496-12, 4.2).

use stream_core::{Result, Window};

use crate::index::{be32, be64, fourcc};

/// Where a box lies. Its end is cut to its parent's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Type.
    pub(crate) kind: [u8; 4],
    /// Byte of its header.
    pub(crate) start: u64,
    /// Byte after its header.
    pub(crate) body: u64,
    /// Byte after it.
    pub(crate) end: u64,
    /// Whether it says that it is longer than its parent.
    pub(crate) cut: bool,
}

impl Frame {
    /// Bytes of its body.
    pub(crate) fn len(&self) -> u64 {
        self.end.saturating_sub(self.body)
    }
}

/// The box at `at` within a parent that ends at `end`; `None` where no box is: fewer than 8 bytes, or a size below its own header.
///
/// # Errors
/// What the source says.
pub(crate) fn frame(window: &mut Window, at: u64, end: u64) -> Result<Option<Frame>> {
    if end.saturating_sub(at) < 8 {
        return Ok(None);
    }
    let bytes = window.at(at, 16)?;
    let (Some(size), Some(kind)) = (be32(bytes, 0), fourcc(bytes, 4)) else { return Ok(None) };
    let (size, header) = match size {
        // to the end of the parent
        0 => (end.saturating_sub(at), 8),
        1 => match be64(bytes, 8) {
            Some(size) => (size, 16),
            None => return Ok(None),
        },
        size => (u64::from(size), 8),
    };
    if size < header {
        return Ok(None);
    }
    let claimed = at.saturating_add(size);
    Ok(Some(Frame {
        kind,
        start: at,
        body: at.saturating_add(header).min(end),
        end: claimed.min(end),
        cut: claimed > end,
    }))
}

/// Walks over the boxes of a parent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Children {
    at: u64,
    end: u64,
}

impl Children {
    /// The boxes from `at` to `end`.
    pub(crate) fn between(at: u64, end: u64) -> Self {
        Self { at, end }
    }

    /// The boxes of a box.
    pub(crate) fn of(parent: &Frame) -> Self {
        Self::between(parent.body, parent.end)
    }

    /// The next box.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self, window: &mut Window) -> Result<Option<Frame>> {
        let found = frame(window, self.at, self.end)?;
        self.at = found.map_or(self.end, |f| f.end);
        Ok(found)
    }
}
