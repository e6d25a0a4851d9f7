//! A long value as bytes, piece by piece.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Chunk, ChunkPlan, Context, Error, ErrorKind, Region, Result, Scratch};

use crate::pixel_data::read_exact;

pub(super) struct Values {
    cx: Context,
    base: u64,
    /// Where the value starts.
    offset: u64,
    entry: usize,
    /// The bytes asked for, counted within the value.
    from: u64,
    to: u64,
    chunk: u64,
}

impl Values {
    pub(super) fn new(
        cx: Context,
        base: u64,
        offset: u64,
        length: u64,
        entry: usize,
        region: &Region,
        chunk: usize,
    ) -> Result<Self> {
        let extents = region.resolve(&[length])?;
        let (from, count) = match *extents {
            [e] if e.step == 1 => (e.start, e.count),
            _ => return Err(Error::new(ErrorKind::Request, "bytes are read with a step of 1")),
        };
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX).max(1);
        Ok(Self { cx, base, offset, entry, from, to: from.saturating_add(count), chunk })
    }
}

impl ChunkPlan for Values {
    fn len(&self) -> usize {
        let count = self.to.saturating_sub(self.from).div_ceil(self.chunk);
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let skipped = u64::try_from(index).unwrap_or(u64::MAX).saturating_mul(self.chunk);
        let from = self.from.saturating_add(skipped);
        let length = self.to.saturating_sub(from).min(self.chunk);
        if length == 0 {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        }
        let mut buf = self.cx.buf(usize::try_from(length).unwrap_or(usize::MAX))?;
        read_exact(&self.cx, self.base, self.offset.saturating_add(from), &mut buf)?;
        Chunk::bytes_at(self.entry, from, buf)
    }
}
