//! Chunks of a random source by index.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Chunk, ChunkPlan, Context, Error, ErrorKind, Extent, Result, Scratch};

use crate::format::located;
use crate::holes::Holes;

/// `extent.count` bytes from `extent.start`, `extent.step` apart, `chunk` of them at a time.
#[derive(Debug)]
pub(super) struct Plan {
    cx: Context,
    extent: Extent,
    chunk: u64,
    holes: Holes,
}

/// Steps from which bytes are read one by one: reading a page for each costs no more.
const FAR: u64 = 4096;
/// Bytes read at once where the step is shorter.
const PIECE: usize = 64 << 10;

impl Plan {
    pub(super) fn new(cx: &Context, extent: Extent, chunk: usize) -> Self {
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX).max(1);
        Self { cx: cx.clone(), extent, chunk, holes: Holes::default() }
    }

    pub(super) fn context(&self) -> &Context {
        &self.cx
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    /// Bytes of the chunk that starts after `done` bytes, in memory.
    pub(super) fn length_after(&self, done: u64) -> usize {
        let left = self.extent.count.saturating_sub(done).min(self.chunk);
        usize::try_from(left).unwrap_or(usize::MAX)
    }

    /// The place in the source of the byte after `done` bytes.
    pub(super) fn offset_after(&self, done: u64) -> u64 {
        self.extent.start.saturating_add(done.saturating_mul(self.extent.step))
    }

    /// The number of the chunk that starts after `done` bytes.
    pub(super) fn index_after(&self, done: u64) -> usize {
        usize::try_from(done.div_ceil(self.chunk)).unwrap_or(usize::MAX)
    }

    fn read_block(&self, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.holes.cover(&self.cx, offset, offset.saturating_add(length))? {
            bytes.fill(0);
            return Ok(());
        }
        self.cx.read_exact_at(offset, bytes)
    }

    /// Every `step`-th byte from `offset` on.
    fn read_strided(&self, offset: u64, bytes: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        let step = self.extent.step;
        let mut at = offset;
        if step >= FAR {
            for byte in bytes {
                self.cx.read_exact_at(at, std::slice::from_mut(byte))?;
                at = at.saturating_add(step);
            }
            return Ok(());
        }
        let stride = usize::try_from(step).unwrap_or(usize::MAX);
        let per_piece = PIECE.div_ceil(stride.max(1)).max(1);
        for some in bytes.chunks_mut(per_piece) {
            let span = some.len().saturating_sub(1).saturating_mul(stride).saturating_add(1);
            let piece = scratch.bytes(&self.cx, span)?;
            self.cx.read_exact_at(at, piece)?;
            for (to, from) in some.iter_mut().zip(piece.iter().step_by(stride)) {
                *to = *from;
            }
            let count = u64::try_from(some.len()).unwrap_or(u64::MAX);
            at = at.saturating_add(count.saturating_mul(step));
        }
        Ok(())
    }
}

impl ChunkPlan for Plan {
    fn len(&self) -> usize {
        usize::try_from(self.extent.count.div_ceil(self.chunk)).unwrap_or(usize::MAX)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let done = u64::try_from(index).unwrap_or(u64::MAX).saturating_mul(self.chunk);
        let length = self.length_after(done);
        if length == 0 {
            let message = format!("chunk {index} is beyond the last (there are {})", self.len());
            return Err(located(Error::new(ErrorKind::Request, message)));
        }
        let offset = self.offset_after(done);
        let mut read = || {
            let mut buf = self.cx.buf(length)?;
            match self.extent.step {
                1 => self.read_block(offset, &mut buf)?,
                _ => self.read_strided(offset, &mut buf, scratch)?,
            }
            Chunk::bytes_at(0, offset, buf)
        };
        read().map_err(located)
    }
}
