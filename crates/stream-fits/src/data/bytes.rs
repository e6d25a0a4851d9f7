//! Data as the bytes that stand in the file.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Place, Region, Result,
    Scratch, Span,
};

use super::read_exact;

/// Bytes `from` to `to` of a span, piece by piece.
pub(crate) struct Bytes {
    cx: Context,
    offset: u64,
    entry: usize,
    from: u64,
    to: u64,
    chunk: u64,
}

impl Bytes {
    pub(crate) fn new(
        cx: &Context,
        span: Span,
        entry: usize,
        region: &Region,
        chunk: usize,
    ) -> Result<Self> {
        let extents = region.resolve(&[span.length])?;
        let (from, count) = match *extents {
            [e] if e.step == 1 => (e.start, e.count),
            _ => return Err(Error::new(ErrorKind::Request, "bytes are read with a step of 1")),
        };
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX).max(1);
        let to = from.saturating_add(count);
        Ok(Self { cx: cx.clone(), offset: span.offset, entry, from, to, chunk })
    }

    /// Where the `index`-th piece starts within the region, and how long it is.
    fn piece(&self, index: usize) -> Option<(u64, u64)> {
        let skipped = u64::try_from(index).ok()?.checked_mul(self.chunk)?;
        let length = self.to.saturating_sub(self.from).checked_sub(skipped)?.min(self.chunk);
        (length > 0).then_some((skipped, length))
    }
}

impl ChunkPlan for Bytes {
    fn len(&self) -> usize {
        let count = self.to.saturating_sub(self.from).div_ceil(self.chunk);
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(DType::U8, [self.to.saturating_sub(self.from)]))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (at, length) = self.piece(index)?;
        Some(Place { entry: self.entry, origin: Dims::from([at]), shape: Dims::from([length]) })
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let (at, length) = self.piece(index).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let at = self.from.saturating_add(at);
        let mut buf = self.cx.buf(usize::try_from(length).unwrap_or(usize::MAX))?;
        read_exact(&self.cx, self.offset.saturating_add(at), &mut buf)?;
        Chunk::bytes_at(self.entry, at, buf)
    }
}
