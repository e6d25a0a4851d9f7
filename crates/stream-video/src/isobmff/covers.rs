//! Pictures in the metadata: FFmpeg makes a stream of each, whose one packet comes before all others.

use stream_core::{Result, Window};

use super::boxes::{Children, Frame};
use super::track::head;
use crate::index::{Refusal, be32, fourcc};

/// More pictures than this are left to the demuxer.
const MOST: usize = 8;

/// The places and sizes of pictures, in file order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Covers {
    held: [(u64, u64); MOST],
    count: usize,
}

impl Covers {
    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Place and size of one.
    pub(crate) fn get(&self, index: usize) -> Option<(u64, u64)> {
        self.held.get(..self.count)?.get(index).copied()
    }

    /// Looks for pictures in a box of metadata; what of them is left to the demuxer.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn find(
        &mut self,
        w: &mut Window,
        f: &Frame,
        depth: u32,
    ) -> Result<Option<Refusal>> {
        let skip = match &f.kind {
            // QuickTime's has no version before its first box
            b"meta" if fourcc(head(w, f, 8)?, 4) != Some(*b"hdlr") => 4,
            _ => 0,
        };
        let mut children = Children::between(f.body.saturating_add(skip), f.end);
        let mut refused = None;
        while let Some(found) = children.next(w)? {
            let within = match &found.kind {
                b"covr" => self.take(w, &found)?,
                b"meta" | b"ilst" if depth < 4 => self.find(w, &found, depth.saturating_add(1))?,
                _ => None,
            };
            refused = refused.or(within);
        }
        Ok(refused)
    }

    /// The picture of a `covr` box: its `data` box says of what type it is.
    fn take(&mut self, w: &mut Window, covr: &Frame) -> Result<Option<Refusal>> {
        let refused = |reason| Ok(Some(Refusal::new(reason).at(covr.start)));
        let bytes = head(w, covr, 16)?;
        let (size, kind) = (be32(bytes, 0).map_or(0, u64::from), be32(bytes, 8));
        if fourcc(bytes, 4) != Some(*b"data") || size <= 16 || size != covr.len() {
            return refused("a cover is none, or several");
        }
        if !matches!(kind, Some(0xd | 0xe | 0x1b)) {
            // of another type, FFmpeg makes no stream
            return Ok(None);
        }
        let Some(free) = self.held.get_mut(self.count) else {
            return refused("more covers than are kept");
        };
        *free = (covr.body.saturating_add(16), size.saturating_sub(16));
        self.count = self.count.saturating_add(1);
        Ok(None)
    }
}
