//! What should hold at which level.

use super::Trim;
use crate::level::Level;
use crate::monitor::Sample;
use crate::sizer::MIN_CHUNK;
use crate::throttle::Limits;

/// Decides what a [`Governor`](super::Governor) does.
pub trait Policy: Send {
    /// What should hold from now on. Asked at each sample, on the thread that governs.
    fn plan(&mut self, level: Level, sample: &Sample) -> Plan;
}

/// What should hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What pools and caches give back now.
    pub trim: Trim,
    /// What work may use until the next plan.
    pub limits: Limits,
    /// When the allocator returns memory to the system.
    pub purge: Purge,
}

/// When the allocator returns memory to the system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purge {
    /// When it does so by itself.
    #[default]
    ByItself,
    /// Now, if trimming has just freed at least [`Purge::WORTH`].
    Trimmed,
    /// Now.
    Now,
}

impl Purge {
    /// What is worth a purge, in bytes: 1 MiB.
    pub const WORTH: u64 = 1 << 20;

    /// Whether to purge after so much was freed.
    pub(super) fn is_due(self, freed: u64) -> bool {
        match self {
            Self::ByItself => false,
            Self::Trimmed => freed >= Self::WORTH,
            Self::Now => true,
        }
    }
}

/// The usual policy.
///
/// | level | pools and caches give back | chunks at most | threads | ahead of each | memory returned | new work |
/// |---|---|---|---|---|---|---|
/// | elevated | half of the idle buffers | 4 MiB | all | any | no | yes |
/// | high | all idle buffers, half of the caches | 1 MiB | half | 1 | at once, after each trim of 1 MiB, and every 10 samples | yes |
/// | critical | everything | 256 KiB | one | 1 | at once, after each trim of 1 MiB, and every 10 samples | no, from the fourth sample on |
#[derive(Clone, Copy, Debug, Default)]
pub struct Graded {
    level: Level,
    /// Samples since the level was reached.
    samples: u32,
}

/// Samples between two purges: 5 s at the usual interval. A purge takes milliseconds.
const PURGE_EACH: u32 = 10;

/// Critical samples before new work is refused: the other steps need a moment to show.
const PATIENCE: u32 = 3;

impl Policy for Graded {
    fn plan(&mut self, level: Level, _: &Sample) -> Plan {
        let same = level == self.level;
        self.samples = if same { self.samples.saturating_add(1) } else { 0 };
        self.level = level;
        let due = self.samples.is_multiple_of(PURGE_EACH);
        let purge = if due { Purge::Now } else { Purge::Trimmed };
        let limits = Limits { level, ..Limits::NONE };
        match level {
            Level::Healthy => Plan::default(),
            Level::Elevated => {
                let limits = Limits { chunk: Some(4 << 20), ..limits };
                Plan { trim: Trim::Cold, limits, purge: Purge::ByItself }
            }
            Level::High => {
                let limits = Limits { chunk: Some(1 << 20), threads: 50, ahead: Some(1), ..limits };
                Plan { trim: Trim::Idle, limits, purge }
            }
            Level::Critical => {
                let (chunk, admits) = (Some(MIN_CHUNK), self.samples < PATIENCE);
                let limits = Limits { chunk, threads: 1, ahead: Some(1), admits, ..limits };
                Plan { trim: Trim::All, limits, purge }
            }
        }
    }
}
