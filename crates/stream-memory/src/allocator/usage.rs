//! What allocators count, in bytes.
#![deny(clippy::arithmetic_side_effects)]

/// What the process holds through its allocator. All in bytes; `None` is what this allocator does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Allocated and not freed, as the allocator rounds sizes.
    pub live: u64,
    /// In pages that hold at least one live allocation, or, for the system's allocator, all that it took
    /// from the system.
    pub active: Option<u64>,
    /// In memory: active pages, those freed and not yet given back, and the allocator's own tables.
    pub resident: Option<u64>,
    /// Freed, and kept for later: as addresses without memory (jemalloc), or as memory (the system's).
    pub retained: Option<u64>,
}

/// What one arena holds, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArenaUsage {
    /// Allocated and not freed.
    pub live: u64,
    /// In pages that hold at least one live allocation.
    pub active: u64,
    /// In pages that were freed and not given back.
    pub dirty: u64,
    /// In pages of which the system was told that it may have them back.
    pub muzzy: u64,
    /// In memory.
    pub resident: u64,
    /// Addresses without memory, kept for later.
    pub retained: u64,
    /// Threads that allocate here.
    pub threads: u32,
}

/// What a thread has allocated and freed since it started, in bytes; both only grow.
///
/// A thread that frees what another one allocated has freed more than it allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ThreadCounters {
    /// Allocated.
    pub allocated: u64,
    /// Freed.
    pub freed: u64,
}

impl ThreadCounters {
    /// What happened between `earlier` and this.
    #[must_use]
    pub fn since(self, earlier: ThreadCounters) -> ThreadCounters {
        // counters of 64 bits that wrap are those of a program that ran for centuries
        ThreadCounters {
            allocated: self.allocated.wrapping_sub(earlier.allocated),
            freed: self.freed.wrapping_sub(earlier.freed),
        }
    }
}
