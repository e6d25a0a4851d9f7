//! What a format implements: entries, then their data.

use std::sync::Arc;

use stream_memory::Buf;

use crate::{Array, Chunk, Context, Dims, Entry, Progress, Request, Result, Summary};

/// A file's entries in file order, pulled one by one, and their data in chunks.
///
/// The calls follow this grammar, in which `read_entry` gives `true` until the last entry:
///
/// ```text
/// reader  = { read_entry , { chunks } } , finish
/// chunks  = { next_chunk }                     dropping it early skips the rest
/// ```
///
/// Over a source that only goes forward, an entry's data can be asked until the next `read_entry`; what lies behind
/// gives `Passed`. Over a random source any listed entry's data can be asked at any time.
///
/// After an error for which [`Error::resumable`](crate::Error::resumable) holds, the same call may be made again; any other
/// error is final: later calls give the end, and `finish` still tells what is known.
///
/// Why not an iterator: an entry that is filled again and again costs no allocation, and a million packets or cues
/// pass through here. Iterators stand in [`ReaderExt`](crate::ReaderExt).
pub trait Reader: Send {
    /// The context it reads within.
    fn context(&self) -> &Context;

    /// Fills `entry` with the next one in file order, reusing its memory; `Ok(false)` at the end.
    ///
    /// # Errors
    /// Any kind but `Request`. All entries before the error have been delivered.
    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool>;

    /// The data of one or several entries in one pass.
    ///
    /// # Errors
    /// `Unrecognized` for a path that does not exist or has no data, `Request` for a region or form that does not fit,
    /// `Passed` for what lies behind, and any kind that reading gives.
    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>>;

    /// How far the walk over the entries is.
    fn progress(&self) -> Progress;

    /// What is known only at the end. Called after the last entry or after a final error; called earlier, it tells
    /// what is known so far, with `complete` false.
    ///
    /// # Errors
    /// `OverBudget`.
    fn finish(&mut self) -> Result<Summary>;
}

/// Data in order, pulled chunk by chunk. Owns what it needs, so that several can be open at once.
pub trait Chunks: Send {
    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// Any kind; after one that is not resumable, the end.
    fn next_chunk(&mut self) -> Result<Option<Chunk>>;

    /// Random access to the same chunks; `None` where the source only goes forward or the chunks' places are not known
    /// beforehand.
    fn plan(&self) -> Option<Arc<dyn ChunkPlan>>;

    /// What all chunks of the first entry make up together, after region and form: element type and shape. `None` where
    /// that is not known beforehand.
    fn array(&self) -> Option<Array> {
        None
    }

    /// Asks whoever reads in another process to put the elements in C order there and to send them in pieces, before the first was
    /// asked for; says whether it will. Afterwards there is no plan, and origins count after the region.
    fn in_pieces(&mut self) -> bool {
        false
    }

    /// Whether it is known that no chunk is left, so that the next call only says so. False is always an answer.
    fn is_done(&self) -> bool {
        false
    }
}

/// Where a chunk lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the request's entries it belongs to, counted from 0.
    pub entry: usize,
    /// Where its first element stands in the entry's array, after the region.
    pub origin: Dims,
    /// How many elements along each axis.
    pub shape: Dims,
}

/// The same chunks by index, from any thread.
pub trait ChunkPlan: Send + Sync {
    /// How many chunks there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What all chunks of the first entry make up together; see [`Chunks::array`].
    fn array(&self) -> Option<Array> {
        None
    }

    /// Where the `index`-th chunk will lie, after the region, without reading it. Chunks lie where the file stores them: not
    /// always in C order, and edge chunks are cut to the array. `None` where only reading tells.
    fn place(&self, _index: usize) -> Option<Place> {
        None
    }

    /// Reads the `index`-th chunk. `scratch` belongs to the calling thread.
    ///
    /// # Errors
    /// Any kind; `Request` for an index beyond the end.
    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk>;
}

/// A thread's reusable buffer for what a chunk is decoded from.
#[derive(Debug, Default)]
pub struct Scratch {
    buf: Option<Buf>,
}

impl Scratch {
    /// No memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `len` bytes with unspecified content, charged to `cx`, reusing the last buffer where it is large enough.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub fn bytes(&mut self, cx: &Context, len: usize) -> Result<&mut [u8]> {
        // one that is too short is given back here, before a longer one is taken, so that both never count
        let long_enough = self.buf.take().filter(|buf| buf.len() >= len);
        let buf = match long_enough {
            Some(buf) => buf,
            None => cx.buf(len)?,
        };
        let bytes = self.buf.insert(buf);
        Ok(bytes.get_mut(..len).unwrap_or_default())
    }

    /// Gives the buffer back.
    pub fn release(&mut self) {
        self.buf = None;
    }
}

/// The data of nothing.
#[derive(Debug, Default)]
pub struct NoChunks;

impl Chunks for NoChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        Ok(None)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn is_done(&self) -> bool {
        true
    }
}

/// Walks a plan in order: the [`Chunks`] of any format that has a [`ChunkPlan`].
pub struct Planned {
    plan: Arc<dyn ChunkPlan>,
    next: usize,
    scratch: Scratch,
}

impl Planned {
    /// Before the first chunk of `plan`.
    pub fn new(plan: Arc<dyn ChunkPlan>) -> Self {
        Self { plan, next: 0, scratch: Scratch::new() }
    }
}

impl Chunks for Planned {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        if self.is_done() {
            return Ok(None);
        }
        match self.plan.read(self.next, &mut self.scratch) {
            Ok(chunk) => {
                self.next = self.next.saturating_add(1);
                Ok(Some(chunk))
            }
            Err(e) => {
                if !e.resumable() {
                    self.next = usize::MAX;
                }
                Err(e)
            }
        }
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        Some(self.plan.clone())
    }

    fn array(&self) -> Option<Array> {
        self.plan.array()
    }

    fn is_done(&self) -> bool {
        self.next >= self.plan.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemorySource;
    use stream_memory::Budget;

    #[test]
    fn a_scratch_that_grows_needs_the_memory_of_the_larger_buffer_only() {
        let budget = Budget::new("b", 100 << 10);
        let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &budget);
        let mut scratch = Scratch::new();
        assert_eq!(scratch.bytes(&cx, 60 << 10).unwrap().len(), 60 << 10);
        assert_eq!(scratch.bytes(&cx, 80 << 10).unwrap().len(), 80 << 10);
        assert!(scratch.bytes(&cx, 120 << 10).is_err());
    }
}
