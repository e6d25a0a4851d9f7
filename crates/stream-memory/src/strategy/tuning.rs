//! What a strategy sets.

use std::num::NonZeroUsize;

use super::{Situation, Strategy, Tier};
use crate::allocator::Purging;
use crate::level::Level;
use crate::sizer::{CHUNKS_PER_THREAD, ChunkSizer, MAX_CHUNK};

/// What a strategy sets.
///
/// | strategy | chunks at most | ready ahead of each thread | the kernel reads ahead | the allocator gives back |
/// |---|---|---|---|---|
/// | aggressive | 10 MiB | 4 | the whole file, 64 MiB at most | within 10 s |
/// | balanced | 10 MiB | 2 | 8 MiB | within 1 s |
/// | conservative | 1 MiB | 1 | 1 MiB | at once |
///
/// Chunks are as large as the budget has room for, with all threads at work; where it has none for the smallest, fewer
/// threads work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// The size of chunks, in bytes.
    pub chunk: usize,
    /// Chunks that each thread may have ready ahead of who uses them.
    pub prefetch: NonZeroUsize,
    /// Threads that decode at once.
    pub threads: NonZeroUsize,
    /// Bytes that the kernel is asked to have read before they are needed.
    pub read_ahead: u64,
    /// When the allocator gives memory back.
    pub purging: Purging,
}

const MIB: u64 = 1 << 20;

impl Tuning {
    pub(super) fn of(strategy: Strategy, tier: Tier, situation: &Situation) -> Tuning {
        let whole = situation.size.unwrap_or(u64::MAX);
        let (most, prefetch, read_ahead, purging) = match strategy {
            Strategy::Aggressive => (MAX_CHUNK, 4, whole.min(64 * MIB), Purging::LAZY),
            Strategy::Balanced => (MAX_CHUNK, 2, whole.min(8 * MIB), Purging::STEADY),
            Strategy::Conservative => (1 << 20, 1, whole.min(MIB), Purging::EAGER),
        };
        let sizer = ChunkSizer::new(situation.threads.get());
        let sized = sizer.size(situation.budget, Level::Healthy).min(most);
        // one chunk, where all of it fits into one
        let all = usize::try_from(whole).ok().filter(|_| tier == Tier::Whole);
        let chunk = all.map_or(sized, |all| if all <= sized { all.max(1) } else { sized });
        let each = u64::try_from(sized.saturating_mul(CHUNKS_PER_THREAD)).unwrap_or(u64::MAX);
        let fit = situation.budget.checked_div(each).unwrap_or(u64::MAX);
        let fit = NonZeroUsize::new(usize::try_from(fit).unwrap_or(usize::MAX));
        Tuning {
            chunk,
            prefetch: NonZeroUsize::new(prefetch).unwrap_or(NonZeroUsize::MIN),
            threads: situation.threads.min(fit.unwrap_or(NonZeroUsize::MIN)),
            read_ahead,
            purging,
        }
    }
}
