//! Chunk after chunk: four characters, a length, bytes.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result, Span, Window};

use super::header::MOST;
use super::{Defect, Header, Id, Order};

/// A chunk's header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) id: Id,
    /// Its first byte behind the header.
    pub(super) offset: u64,
    /// Its length by the header.
    pub(super) claimed: u64,
    /// What the source has from `offset` on, when known.
    pub(super) present: Option<u64>,
}

impl Chunk {
    /// The bytes that are there.
    pub(super) fn span(&self) -> Span {
        let present = self.present.unwrap_or(u64::MAX);
        Span { offset: self.offset, length: self.claimed.min(present) }
    }
}

/// How lengths stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sizes {
    /// 32 bits; odd lengths are padded: RIFF, AIFF.
    Padded,
    /// 64 bits, not padded: CAF.
    Wide,
}

/// A walk over chunks.
pub(super) struct Walk {
    window: Window,
    order: Order,
    sizes: Sizes,
    at: u64,
    seen: usize,
}

impl Walk {
    /// Before the chunk at `at`.
    pub(super) fn new(cx: &Context, order: Order, sizes: Sizes, at: u64) -> Self {
        Self { window: Window::new(cx.clone(), 4096), order, sizes, at, seen: 0 }
    }

    /// The byte order of the file's numbers.
    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// The next chunk's header; `None` at the end, or where no chunk stands.
    pub(super) fn next(&mut self, header: &mut Header) -> Result<Option<Chunk>> {
        let at = self.at;
        let (order, sizes) = (self.order, self.sizes);
        let size = self.window.context().source().size();
        if size.is_some_and(|size| at >= size) {
            return Ok(None);
        }
        if self.seen >= MOST {
            header.deviate(at, Defect::TooMany)?;
            return Ok(None);
        }
        self.seen = self.seen.saturating_add(1);
        let head = self.window.at(at, 12)?;
        let (claimed, length) = match sizes {
            Sizes::Padded => (order.u32(head, 4).map(u64::from), 8),
            Sizes::Wide => (order.u64(head, 4), 12),
        };
        let (Some(id), Some(claimed)) = (head.first_chunk::<4>(), claimed) else {
            if head.iter().any(|&b| b != 0) {
                header.deviate(at, Defect::TrailingBytes)?;
            }
            return Ok(None);
        };
        // zeros to fill up the last sector, or text: nothing that a writer of chunks wrote
        if id.iter().any(|b| !(0x20..0x7f).contains(b)) {
            header.deviate(at, Defect::TrailingBytes)?;
            return Ok(None);
        }
        let id = Id(*id);
        let offset = at.saturating_add(length);
        let present = size.map(|size| size.saturating_sub(offset));
        self.at = offset.saturating_add(claimed);
        Ok(Some(Chunk { id, offset, claimed, present }))
    }

    /// Goes on behind a chunk, whose length is known better than its header told or is right.
    pub(super) fn pass(&mut self, chunk: Chunk, header: &mut Header) -> Result<()> {
        if let Some(present) = chunk.present.filter(|present| chunk.claimed > *present) {
            let Chunk { id, claimed, .. } = chunk;
            header.deviate(chunk.offset, Defect::ChunkBeyondEnd { id, claimed, present })?;
        }
        self.at = chunk.offset.saturating_add(chunk.claimed);
        if self.sizes == Sizes::Padded && chunk.claimed % 2 == 1 {
            let next = self.window.at(self.at, 5)?;
            // a writer that does not pad: the next chunk's name stands at once
            let unpadded = next.len() >= 5
                && next.first() != Some(&0)
                && next.iter().take(4).all(|b| (0x20..0x7f).contains(b))
                && !next.iter().skip(1).all(|b| (0x20..0x7f).contains(b));
            if unpadded {
                header.deviate(self.at, Defect::PaddingMissing { id: chunk.id })?;
            } else {
                self.at = self.at.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Up to `want` bytes from `offset` on: fewer where the source ends. `want` is a length of a standard's fields, never one of
    /// the file's.
    pub(super) fn bytes(&mut self, offset: u64, want: usize) -> Result<&[u8]> {
        let held = self.window.at(offset, want)?;
        Ok(held.get(..want.min(held.len())).unwrap_or_default())
    }

    /// The fixed fields at a chunk's beginning; `None`, and a note, where the chunk is shorter.
    pub(super) fn fields(
        &mut self,
        chunk: &Chunk,
        want: usize,
        header: &mut Header,
    ) -> Result<Option<&[u8]>> {
        let expected = u64::try_from(want).unwrap_or(u64::MAX);
        let found = chunk.span().length;
        if found < expected {
            header.deviate(chunk.offset, Defect::ChunkShort { id: chunk.id, expected, found })?;
            return Ok(None);
        }
        let bytes = self.bytes(chunk.offset, want)?;
        Ok((bytes.len() >= want).then_some(bytes))
    }
}
