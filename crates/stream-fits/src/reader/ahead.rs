//! Reads of headers: few and small.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Buf;
use stream_core::{Context, Result};

use crate::header::BLOCK;

/// Blocks read ahead where data follow that are not wanted: a header of up to 100 cards in one read.
const FEW: usize = 3;
/// Blocks read ahead where HDUs are short: several of them in one read. What was read ahead of a stream stays readable
/// within its window of 64 KiB.
const MANY: usize = 22;

/// A piece of the source in memory that moves on.
pub(super) struct Ahead {
    buf: Option<Buf>,
    start: u64,
    len: usize,
    blocks: usize,
}

impl Ahead {
    pub(super) fn new() -> Self {
        Self { buf: None, start: 0, len: 0, blocks: FEW }
    }

    /// Reads further ahead when HDUs are short: `bytes` is the length of the last one.
    pub(super) fn expect(&mut self, bytes: u64) {
        self.blocks = if bytes <= 24 * 1024 { MANY } else { FEW };
    }

    /// The block at `offset`: shorter only where the source ends.
    pub(super) fn block(&mut self, cx: &Context, offset: u64) -> Result<&[u8]> {
        if self.held(offset).len() < BLOCK {
            self.fill(cx, offset)?;
        }
        let held = self.held(offset);
        Ok(held.get(..BLOCK).unwrap_or(held))
    }

    fn held(&self, offset: u64) -> &[u8] {
        let at = offset.checked_sub(self.start).and_then(|n| usize::try_from(n).ok());
        let all = self.buf.as_deref().and_then(|buf| buf.get(..self.len)).unwrap_or_default();
        at.and_then(|at| all.get(at..)).unwrap_or_default()
    }

    fn fill(&mut self, cx: &Context, offset: u64) -> Result<()> {
        let keep = self.held(offset).len();
        let wanted = self.blocks.saturating_mul(BLOCK);
        match &mut self.buf {
            Some(buf) if buf.len() >= wanted => {
                let from = self.len.saturating_sub(keep);
                buf.copy_within(from..self.len, 0);
            }
            _ => {
                let mut larger = cx.buf(wanted)?;
                if let Some(to) = larger.get_mut(..keep) {
                    to.copy_from_slice(self.held(offset));
                }
                self.buf = Some(larger);
            }
        }
        self.start = offset;
        self.len = keep;
        let Some(buf) = &mut self.buf else { return Ok(()) };
        // what lies behind the end of a source of known size is not asked for
        let size = cx.source().size().filter(|_| cx.is_random());
        while self.len < BLOCK {
            let at = offset.saturating_add(u64::try_from(self.len).unwrap_or(u64::MAX));
            if size.is_some_and(|size| at >= size) {
                break;
            }
            match cx.read_at(at, buf.get_mut(self.len..wanted).unwrap_or_default())? {
                0 => break,
                n => self.len = self.len.saturating_add(n),
            }
        }
        Ok(())
    }
}
