//! What is computed of each block and of the whole.
#![deny(clippy::arithmetic_side_effects)]

use std::ops::Range;

use crate::Digests;

/// What [`Reader::blocks`](crate::Reader::blocks) computes. By default nothing but the blocks' places.
///
/// The size of blocks decides where blocks lie, never what [`Totals`](crate::Totals) say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Bytes of a block, at least 1; `None` takes the context's chunk size.
    pub block_size: Option<usize>,
    /// Which bytes of the source, cut to its size; `None` for all.
    pub range: Option<Range<u64>>,
    /// Digests of each block, computed in parallel.
    pub digests: Digests,
    /// Digests of all blocks together, computed in file order: one thread at a time hashes while the others read and count.
    pub whole: Digests,
    /// Whether bytes are counted by value, for the entropy.
    pub entropy: bool,
    /// Whether runs of printable bytes are looked for.
    pub runs: bool,
}

impl Options {
    /// Nothing but the blocks' places.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes blocks of `bytes` bytes; 0 is taken as 1.
    pub fn with_block_size(mut self, bytes: usize) -> Self {
        self.block_size = Some(bytes.max(1));
        self
    }

    /// Takes only these bytes of the source.
    pub fn with_range(mut self, range: Range<u64>) -> Self {
        self.range = Some(range);
        self
    }

    /// Computes these digests of each block.
    pub fn with_digests(mut self, digests: Digests) -> Self {
        self.digests = digests;
        self
    }

    /// Computes these digests of the whole.
    pub fn with_whole(mut self, digests: Digests) -> Self {
        self.whole = digests;
        self
    }

    /// Counts bytes by value, for the entropy of each block and the whole.
    pub fn with_entropy(mut self) -> Self {
        self.entropy = true;
        self
    }

    /// Looks for runs of printable bytes in each block and the whole.
    pub fn with_runs(mut self) -> Self {
        self.runs = true;
        self
    }
}
