//! The bytes of the source, in chunks.
#![deny(clippy::arithmetic_side_effects)]

mod feed;
mod plan;

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Context, DType, Error, ErrorKind, Extent, Region, Result,
    Scratch,
};

pub(crate) use self::feed::Feed;
use self::plan::Plan;
use crate::blocks::Partial;
use crate::format::located;

/// The bytes of a region, in order. Holds nothing between two chunks, but what was read of one when reading stopped.
pub struct Bytes {
    plan: Arc<Plan>,
    feed: Arc<Feed>,
    /// Elements delivered.
    done: u64,
    scratch: Scratch,
    ended: bool,
    /// What was read of a strided chunk when reading stopped.
    held: Option<Partial>,
}

impl Bytes {
    pub(crate) fn new(
        cx: &Context,
        region: &Region,
        chunk_size: Option<usize>,
        feed: Arc<Feed>,
    ) -> Result<Self> {
        let size = cx.source().size();
        let from_end = |bound: Option<i64>| bound.is_some_and(i64::is_negative);
        let counts_back =
            region.axes().iter().any(|axis| from_end(axis.start) || from_end(axis.stop));
        if size.is_none() && counts_back {
            return Err(Error::new(
                ErrorKind::Request,
                format!(
                    "region {region} counts from the end, which is not known before it is reached"
                ),
            ));
        }
        let extents = region.resolve(&[size.unwrap_or(u64::MAX)])?;
        let all = Extent { start: 0, count: size.unwrap_or(u64::MAX), step: 1 };
        let extent = extents.first().copied().unwrap_or(all);
        let chunk = chunk_size.unwrap_or_else(|| cx.chunk_size()).max(1);
        let plan = Arc::new(Plan::new(cx, extent, chunk));
        Ok(Self { plan, feed, done: 0, scratch: Scratch::new(), ended: false, held: None })
    }

    /// The next chunk of a source that only goes forward. What was read before an error is kept for the next call.
    fn next_forward(&mut self) -> Result<Option<Chunk>> {
        let (cx, step) = (self.plan.context(), self.plan.extent().step);
        let offset = self.plan.offset_after(self.done);
        let wanted = self.plan.length_after(self.done);
        if wanted == 0 {
            return Ok(None);
        }
        if self.feed.computes() {
            // what lies between counts for the whole, and cannot be read later
            self.feed.read_to(cx, Some(offset))?;
        }
        let held = self.held.take().or_else(|| self.feed.take_partial(offset));
        let (mut buf, mut filled) = match held {
            Some(partial) => (partial.buf, partial.filled),
            None => (cx.buf(wanted)?, 0),
        };
        let wanted = wanted.min(buf.len());
        while filled < wanted {
            let before = u64::try_from(filled).unwrap_or(u64::MAX);
            let at = offset.saturating_add(before.saturating_mul(step));
            // strided: byte by byte, since a stream's bytes cannot be read a second time after an error
            let end = if step == 1 { wanted } else { filled.saturating_add(1) };
            match cx.read_at(at, buf.get_mut(filled..end).unwrap_or_default()) {
                Ok(0) => break,
                Ok(n) => filled = filled.saturating_add(n),
                Err(e) => {
                    let partial = Partial { offset, buf, filled };
                    match step {
                        // whoever goes on from here, these chunks or the pass at the end, finds it
                        1 => self.feed.keep_partial(partial),
                        _ => self.held = Some(partial),
                    }
                    return Err(e);
                }
            }
        }
        self.ended = filled < wanted;
        if filled == 0 {
            return Ok(None);
        }
        buf.truncate(filled);
        Chunk::bytes_at(0, offset, buf).map(Some)
    }

    fn next_planned(&mut self) -> Result<Option<Chunk>> {
        let index = self.plan.index_after(self.done);
        if index >= self.plan.len() {
            return Ok(None);
        }
        self.plan.read(index, &mut self.scratch).map(Some)
    }
}

impl Chunks for Bytes {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if self.ended {
            return Ok(None);
        }
        let next = match self.plan.context().is_random() {
            true => self.next_planned(),
            false => self.next_forward(),
        };
        match next {
            Ok(Some(chunk)) => {
                self.done = self.done.saturating_add(chunk.elements());
                self.feed.passed(&chunk, self.plan.extent().step);
                Ok(Some(chunk))
            }
            Ok(None) => {
                self.ended = true;
                Ok(None)
            }
            Err(e) => {
                self.ended = !e.resumable();
                Err(located(e))
            }
        }
    }

    fn array(&self) -> Option<Array> {
        let count = self.plan.extent().count;
        // a stream's end is not known: its bytes are taken for as many as there can be
        let known = self.plan.context().source().size().is_some();
        known.then(|| Array::new(DType::U8, [count]))
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        let random = self.plan.context().is_random();
        random.then(|| self.plan.clone() as Arc<dyn ChunkPlan>)
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bytes")
            .field("extent", &self.plan.extent())
            .field("done", &self.done)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
