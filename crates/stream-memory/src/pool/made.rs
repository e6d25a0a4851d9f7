//! What a pool allocated and freed: counted apart from what is idle, since it seldom changes.

use super::PoolStats;
use crate::sync::{AtomicU64, Ordering};

#[derive(Debug)]
pub(super) struct Made {
    allocations: AtomicU64,
    frees: AtomicU64,
    /// Of all buffers that exist, idle and live: what moves between the two changes nothing here.
    bytes: AtomicU64,
    peak: AtomicU64,
}

impl Made {
    pub(super) fn new() -> Made {
        let zero = || AtomicU64::new(0);
        Made { allocations: zero(), frees: zero(), bytes: zero(), peak: zero() }
    }

    /// A buffer of so many bytes was allocated.
    pub(super) fn allocated(&self, bytes: u64) {
        self.allocations.fetch_add(1, Ordering::SeqCst);
        let now = self.bytes.fetch_add(bytes, Ordering::SeqCst).saturating_add(bytes);
        if now > self.peak.load(Ordering::SeqCst) {
            self.peak.fetch_max(now, Ordering::SeqCst);
        }
    }

    /// A buffer of so many bytes is about to be freed: said before, so that the peak is never above what was charged.
    pub(super) fn freed(&self, bytes: u64) {
        self.frees.fetch_add(1, Ordering::SeqCst);
        self.bytes.fetch_sub(bytes, Ordering::SeqCst);
    }

    /// Completes what the idle buffers come to.
    pub(super) fn complete(&self, stats: PoolStats) -> PoolStats {
        let bytes = self.bytes.load(Ordering::SeqCst);
        PoolStats {
            allocations: self.allocations.load(Ordering::SeqCst),
            frees: self.frees.load(Ordering::SeqCst),
            live_bytes: bytes.saturating_sub(stats.idle_bytes),
            peak_bytes: self.peak.load(Ordering::SeqCst),
            ..stats
        }
    }
}
