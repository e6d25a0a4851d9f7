//! The most that a thread held between two borders of spans.
#![deny(clippy::arithmetic_side_effects)]

use crate::allocator::{self, ThreadCounters};

/// What may be missing from a peak: bytes that were allocated and freed again between two borders. Below it the allocator
/// is not asked, which looks at its own peak every 64 KiB anyway (jemalloc) and takes longer to say than all else that a
/// border costs.
const SLACK: u64 = 4096;

/// What a thread held, by its counters at borders, and by the allocator's own peak where they do not tell.
///
/// Between two borders `a` bytes were allocated and `f` freed. With `f` zero the most was held at the later border, with `a`
/// zero at the earlier one; else it is up to `min(a, f)` more than the greater of the two, and only then is the allocator asked.
#[derive(Debug)]
pub(super) struct Watch {
    /// Held at the last border.
    held: i64,
    /// Held when the allocator's peak was reset.
    base: i64,
    /// Not more was held since then, so that what the allocator says beyond it was held after the last border.
    ceiling: i64,
}

/// Whether anybody wants the peak up to a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Peak,
    Nothing,
}

impl Watch {
    pub(super) const fn new() -> Watch {
        Watch { held: 0, base: 0, ceiling: 0 }
    }

    /// The most that was held since the border before, within [`SLACK`] and what the allocator follows; `now` is held, after
    /// `done` since then.
    #[inline]
    pub(super) fn border(&mut self, now: i64, done: ThreadCounters, want: Want) -> i64 {
        let least = self.held.max(now);
        let most = self.held.saturating_add_unsigned(done.allocated);
        self.held = now;
        if most.abs_diff(least) > SLACK && want == Want::Peak {
            return self.ask(least, most);
        }
        self.ceiling = self.ceiling.max(most);
        if self.ceiling.abs_diff(now) > SLACK {
            self.restart();
        }
        least
    }

    #[cold]
    fn ask(&mut self, least: i64, most: i64) -> i64 {
        // where no peak is followed, what is held at borders stands for it
        let risen = allocator::current().thread_peak().unwrap_or(0);
        let seen = self.base.saturating_add_unsigned(risen);
        let peak = if seen > self.ceiling { seen.clamp(least, most) } else { least };
        self.restart();
        peak
    }

    /// Follows the allocator's peak from what is held now.
    #[cold]
    pub(super) fn restart(&mut self) {
        self.base = self.held;
        self.ceiling = self.held;
        let _ = allocator::current().reset_thread_peak();
    }
}
