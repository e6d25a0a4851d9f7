//! The typed reader.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Access, Context, Region, Result};

use crate::bytes::{Bytes, Feed};
use crate::format::located;
use crate::{Blocks, Extents, Magic, Options, Totals, Windows};

/// A file as bytes.
///
/// Reads through a shared reference: blocks and chunks of one reader can be open at once, from any thread. Over a source that
/// only goes forward what was read once is gone, and asking again gives `Passed`.
#[derive(Debug)]
pub struct Reader {
    cx: Context,
    magic: Magic,
}

impl Reader {
    /// Reads the first 4 KiB, which are given back; holds nothing.
    ///
    /// # Errors
    /// `OverBudget` and `Cancelled` (over a random source both resumable: open again), and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        let most = match cx.source().access() {
            Access::Random => u64::MAX,
            // what is looked at has to stay readable
            Access::Forward { window } => window,
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(Magic::HEAD);
        let mut head = cx.buf(most).map_err(located)?;
        let found = cx.read_full_at(0, &mut head).map_err(located)?;
        let magic = Magic::of(head.get(..found).unwrap_or_default());
        drop(head);
        Ok(Self { cx, magic })
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// What the file is, by its first bytes.
    pub fn magic(&self) -> Magic {
        self.magic
    }

    /// The number of bytes, when known: for a source that only goes forward, at its end.
    pub fn size(&self) -> Option<u64> {
        self.cx.source().size()
    }

    /// Where the file has holes. Reads no byte, and costs two system calls for each hole.
    ///
    /// # Errors
    /// `Cancelled` (resumable), and what the source says.
    pub fn extents(&self) -> Result<Extents> {
        Extents::of(&self.cx).map_err(located)
    }

    /// The facts of block after block, in file order, computed by up to [`Context::threads`] threads.
    ///
    /// Holds one block per thread, fewer where the budget is short.
    ///
    /// # Errors
    /// `OverBudget` when not even one block fits, and `Cancelled`; both resumable.
    pub fn blocks(&self, options: &Options) -> Result<Blocks> {
        let start = options.range.as_ref().map_or(0, |range| range.start);
        Blocks::new(&self.cx, options, Totals::new(start, options), &mut None).map_err(located)
    }

    /// The bytes themselves: the region of one axis, in chunks of about `chunk_size` bytes (the context's size if not given).
    ///
    /// Over a random source the chunks have a plan, and can be read by any thread.
    ///
    /// # Errors
    /// `Request` for a region of more than one axis, or counted from an end that is not known yet.
    pub fn bytes(&self, region: &Region, chunk_size: Option<usize>) -> Result<Bytes> {
        let feed = Arc::new(Feed::new(Options::default()));
        Bytes::new(&self.cx, region, chunk_size, feed).map_err(located)
    }
    /// The bytes in windows of the context's chunk size, each of which repeats the end of the one before, as much as the
    /// process's settings say for the overlap of chunks.
    pub fn windows(&self) -> Windows {
        Windows::new(&self.cx)
    }
}
