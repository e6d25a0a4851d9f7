//! How large a chunk should be.

use crate::level::Level;

/// The smallest chunk, in bytes: 256 KiB.
///
/// Below it the fixed cost of a read (a system call, a dispatch to a thread: some microseconds) shows
/// beside the time the bytes themselves take (some 25 microseconds at 10 GB/s).
pub const MIN_CHUNK: usize = 256 << 10;

/// The largest chunk, in bytes: 10 MiB.
///
/// Beyond it nothing gets faster, chunks fall out of the last-level cache between two passes, and
/// cancelling, which waits for a chunk at most, gets slower.
pub const MAX_CHUNK: usize = 10 << 20;

/// How many chunks a thread is taken to have in flight at once.
///
/// One being read, one being decoded out of it, one result waiting to be merged, and one spare for what
/// formats hold besides (indexes, a library's own buffers).
pub const CHUNKS_PER_THREAD: usize = 4;

/// The sizes in between: few, so that a pool's buffers fit again when the size changes.
const STEPS: [usize; 7] = [MAX_CHUNK, 8 << 20, 4 << 20, 2 << 20, 1 << 20, 512 << 10, MIN_CHUNK];

/// Chooses the size of chunks from the memory available, the number of threads and the pressure.
#[derive(Clone, Copy, Debug)]
pub struct ChunkSizer {
    threads: usize,
    fixed: Option<usize>,
}

impl ChunkSizer {
    /// Creates one for work on `threads` threads at once (none is read as one).
    pub fn new(threads: usize) -> ChunkSizer {
        ChunkSizer { threads: threads.max(1), fixed: None }
    }

    /// Makes every chunk `bytes` long, whatever is available; at least 1.
    ///
    /// For users who say so and for tests: neither the least nor the greatest size apply.
    pub fn with_fixed(self, bytes: usize) -> ChunkSizer {
        ChunkSizer { fixed: Some(bytes.max(1)), ..self }
    }

    /// The size of a chunk, in bytes: the largest step from [`MIN_CHUNK`] to [`MAX_CHUNK`] of which each
    /// thread can have [`CHUNKS_PER_THREAD`] within `available` bytes: those of
    /// [`Budget::attainable`](crate::Budget::attainable), which do not shrink as a pool warms up.
    ///
    /// `Elevated` counts half of what is available, `High` a quarter, `Critical` nothing. Where not even
    /// the least fits it is [`MIN_CHUNK`] all the same: fewer of them are then in flight, since each is
    /// reserved.
    pub fn size(&self, available: u64, level: Level) -> usize {
        if let Some(fixed) = self.fixed {
            return fixed;
        }
        let usable = match level {
            Level::Healthy => available,
            Level::Elevated => available / 2,
            Level::High => available / 4,
            Level::Critical => 0,
        };
        let in_flight = self.threads.saturating_mul(CHUNKS_PER_THREAD);
        // what does not fit into the type is more than the greatest step
        let usable = usize::try_from(usable).unwrap_or(usize::MAX);
        let share = usable.checked_div(in_flight).unwrap_or(0);
        STEPS.into_iter().find(|step| *step <= share).unwrap_or(MIN_CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkSizer, MAX_CHUNK, MIN_CHUNK};
    use crate::level::Level;

    const MIB: u64 = 1 << 20;

    #[test]
    fn each_thread_can_have_four_chunks_of_what_is_available() {
        let sizer = ChunkSizer::new(2);
        let sizes = [1, 2, 4, 16, 32, 63, 64, 79, 80, 4096]
            .map(|mib| (mib, sizer.size(mib * MIB, Level::Healthy) >> 10));
        let expected = [
            (1, 256),
            (2, 256),
            (4, 512),
            (16, 2048),
            (32, 4096),
            (63, 4096),
            (64, 8192),
            (79, 8192),
            (80, 10240),
            (4096, 10240),
        ];
        assert_eq!(sizes, expected);
    }

    #[test]
    fn pressure_makes_chunks_smaller() {
        let sizer = ChunkSizer::new(1);
        let levels = [Level::Healthy, Level::Elevated, Level::High, Level::Critical];
        let sizes = levels.map(|level| sizer.size(32 * MIB, level) >> 10);
        assert_eq!(sizes, [8192, 4096, 2048, 256]);
    }

    #[test]
    fn any_input_gives_a_size_within_bounds() {
        for threads in [0, 1, 64, usize::MAX] {
            for available in [0, 1, MIB, u64::MAX] {
                let size = ChunkSizer::new(threads).size(available, Level::Healthy);
                assert!((MIN_CHUNK..=MAX_CHUNK).contains(&size));
            }
        }
    }

    #[test]
    fn a_fixed_size_is_taken_as_it_is() {
        let sizer = ChunkSizer::new(8).with_fixed(7);
        assert_eq!(sizer.size(u64::MAX, Level::Healthy), 7);
        assert_eq!(sizer.size(0, Level::Critical), 7);
        assert_eq!(sizer.with_fixed(0).size(0, Level::Healthy), 1);
    }
}
