//! What a reader did so far, for progress, catalogues and tests.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one context, shared by its clones. All are monotone.
#[derive(Debug, Default)]
pub struct Counters {
    bytes_read: AtomicU64,
    reads: AtomicU64,
}

impl Counters {
    /// Bytes delivered by the source.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Reads asked of the source.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Counts what somebody else read for this context, such as a worker process.
    pub fn add(&self, bytes: u64, reads: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
        self.reads.fetch_add(reads, Ordering::Relaxed);
    }

    pub(crate) fn add_read(&self, bytes: u64) {
        self.bytes_read.fetch_add(bytes, Ordering::Relaxed);
        self.reads.fetch_add(1, Ordering::Relaxed);
    }
}
