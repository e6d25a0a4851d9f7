//! How a file is best read, by its size against the memory that is available.

mod estimate;
mod past;
mod tier;
mod tuning;

use std::fmt;
use std::num::NonZeroUsize;

pub use self::estimate::{Basis, Estimate, Facts};
pub use self::past::{Past, PastPeaks};
pub use self::tier::{Tier, Tiers};
pub use self::tuning::Tuning;
use crate::size::Bytes;

/// How much memory reading a file may spend on speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// The file is larger than what is available: small chunks, little ahead, memory returned at once.
    Conservative,
    /// It fits one to three times: as fast as the budget allows.
    Balanced,
    /// It fits more than three times: far ahead, memory kept for the next file.
    Aggressive,
}

/// A file is read [`Aggressive`](Strategy::Aggressive)ly where more than this many of it fit into what is available.
pub const AGGRESSIVE_OVER: f64 = 3.0;

/// A file is read [`Conservative`](Strategy::Conservative)ly where fewer than this many of it fit.
pub const CONSERVATIVE_UNDER: f64 = 1.0;

/// What a choice is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The file's size, in bytes; `None` where it is not known, as of a pipe.
    pub size: Option<u64>,
    /// What may be used, by the machine and all limits, in bytes.
    pub available: u64,
    /// What the budget may hold, in bytes.
    pub budget: u64,
    /// Threads that may work at once.
    pub threads: NonZeroUsize,
    /// Where the tiers end.
    pub tiers: Tiers,
}

/// What was chosen, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Choice {
    /// What holds.
    pub strategy: Strategy,
    /// What the ratio alone would have given.
    pub by_ratio: Strategy,
    /// How the file is read.
    pub tier: Tier,
    /// Available memory over the file's size; `None` where that is not known.
    pub ratio: Option<f64>,
    /// What follows from it.
    pub tuning: Tuning,
    /// What it was made from.
    pub situation: Situation,
}

impl Situation {
    /// Chooses. The ratio of available memory to the file's size decides; the tier only lowers: what is streamed
    /// is not read aggressively. An unknown size is read as a large one.
    pub fn choose(&self) -> Choice {
        // a file of no bytes fits any number of times
        let ratio = self.size.map(|size| self.available as f64 / size.max(1) as f64);
        let by_ratio = match ratio {
            Some(ratio) if ratio > AGGRESSIVE_OVER => Strategy::Aggressive,
            Some(ratio) if ratio < CONSERVATIVE_UNDER => Strategy::Conservative,
            Some(_) => Strategy::Balanced,
            None => Strategy::Balanced,
        };
        let tier = self.tiers.of(self.size);
        let strategy = by_ratio.min(tier.most());
        let tuning = Tuning::of(strategy, tier, self);
        Choice { strategy, by_ratio, tier, ratio, tuning, situation: *self }
    }
}

impl Choice {
    /// The same with a strategy that somebody asked for.
    pub fn with_strategy(self, strategy: Strategy) -> Choice {
        Choice { strategy, tuning: Tuning::of(strategy, self.tier, &self.situation), ..self }
    }
}

impl Strategy {
    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conservative => "conservative",
            Self::Balanced => "balanced",
            Self::Aggressive => "aggressive",
        }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why, in a line: `3.4 GiB available, 2.1 times the file: balanced`.
impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let available = Bytes(self.situation.available);
        match self.ratio {
            Some(ratio) if ratio < 1000.0 => {
                write!(f, "{available} available, {ratio:.1} times the file: {}", self.by_ratio)?;
            }
            Some(_) => {
                write!(f, "{available} available, over 1000 times the file: {}", self.by_ratio)?;
            }
            None => {
                write!(f, "{available} available, for a file of unknown size: {}", self.by_ratio)?
            }
        }
        match self.strategy {
            by_ratio if by_ratio == self.by_ratio => Ok(()),
            lowered if lowered == self.by_ratio.min(self.tier.most()) => {
                write!(f, "; {lowered} since it is {}", self.tier)
            }
            asked => write!(f, "; {asked} was asked for"),
        }
    }
}

#[cfg(test)]
mod tests;
