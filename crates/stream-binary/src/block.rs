//! The facts of a block, and of all blocks together.
#![deny(clippy::arithmetic_side_effects)]

use crate::digest::Hasher;
use crate::{Digest, Histogram, Options, Runs};

/// What is known of one block of the source. The bytes themselves are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Block {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its bytes; less than asked for only at the end.
    pub length: u64,
    /// Whether all of it lies in a hole of the file; then nothing was read.
    pub hole: bool,
    /// Its digests, those that were asked for.
    pub digest: Digest,
    /// Shannon's entropy in bits per byte, 0 to 8, if asked for.
    pub entropy: Option<f64>,
    /// Its runs of printable bytes, if asked for; those that go on in a neighbour count here as far as they lie in this block.
    pub runs: Option<Runs>,
}

/// What is known of all blocks together, from the first on.
#[derive(Clone)]
pub struct Totals {
    start: u64,
    length: u64,
    blocks: u64,
    histogram: Option<Histogram>,
    runs: Option<Runs>,
    hasher: Hasher,
}

/// A block with what is merged of it.
#[derive(Clone)]
pub(crate) struct Facts {
    pub(crate) block: Block,
    histogram: Option<Histogram>,
}

/// The bytes of a block: read, or known to be zeros.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    Read(&'a [u8]),
    Zeros(u64),
}

impl Facts {
    pub(crate) fn of(offset: u64, content: Content<'_>, options: &Options) -> Self {
        let mut block = Block { offset, ..Block::default() };
        let mut histogram = options.entropy.then(Histogram::new);
        match content {
            Content::Read(bytes) => {
                block.length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                block.digest = Digest::of(options.digests, bytes);
                block.runs = options.runs.then(|| Runs::of(offset, bytes));
                if let Some(histogram) = &mut histogram {
                    histogram.add(bytes);
                }
            }
            Content::Zeros(length) => {
                block.length = length;
                block.hole = true;
                block.digest = Digest::of_zeros(options.digests, length);
                block.runs = options.runs.then(|| Runs::of_zeros(offset, length));
                if let Some(histogram) = &mut histogram {
                    histogram.add_zeros(length);
                }
            }
        }
        block.entropy = histogram.as_ref().map(Histogram::entropy);
        Self { block, histogram }
    }
}

impl Totals {
    /// Nothing yet, from `start` on.
    pub(crate) fn new(start: u64, options: &Options) -> Self {
        Self {
            start,
            length: 0,
            blocks: 0,
            histogram: options.entropy.then(Histogram::new),
            runs: options.runs.then(|| Runs::new(start)),
            hasher: Hasher::new(options.whole),
        }
    }

    /// Adds the block that follows.
    pub(crate) fn add(&mut self, facts: &Facts, content: Content<'_>) {
        if let (Some(all), Some(one)) = (&mut self.histogram, &facts.histogram) {
            all.merge(one);
        }
        if let (Some(all), Some(one)) = (&mut self.runs, &facts.block.runs) {
            all.merge(one);
        }
        match content {
            Content::Read(bytes) => self.hasher.update(bytes),
            Content::Zeros(n) => self.hasher.update_zeros(n),
        }
        self.length = self.length.saturating_add(facts.block.length);
        self.blocks = self.blocks.saturating_add(1);
    }

    /// Takes what lies before `end` as passed without a look at it.
    pub(crate) fn skip_to(&mut self, end: u64) {
        self.length = self.length.max(end.saturating_sub(self.start));
    }

    /// Where the first block starts.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The bytes of all blocks.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The offset after the last block.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(self.length)
    }

    /// How many blocks there were.
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// How often each byte value occurs, if entropy was asked for.
    pub fn histogram(&self) -> Option<&Histogram> {
        self.histogram.as_ref()
    }

    /// Shannon's entropy in bits per byte, if asked for.
    pub fn entropy(&self) -> Option<f64> {
        self.histogram.as_ref().map(Histogram::entropy)
    }

    /// The runs of printable bytes, if asked for.
    pub fn runs(&self) -> Option<&Runs> {
        self.runs.as_ref()
    }

    /// The digests of all blocks together, those that were asked for.
    pub fn digest(&self) -> Digest {
        self.hasher.digest()
    }
}

impl std::fmt::Debug for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Totals")
            .field("start", &self.start)
            .field("length", &self.length)
            .field("blocks", &self.blocks)
            .field("entropy", &self.entropy())
            .field("runs", &self.runs)
            .field("digest", &self.digest())
            .finish()
    }
}
