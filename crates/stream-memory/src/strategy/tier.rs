//! How a file of a size is read.

use std::fmt;

use super::Strategy;

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Fully streamed: nothing of it stays.
    Streamed,
    /// In chunks.
    Chunked,
    /// Small enough that all of it may be in memory.
    Whole,
}

/// Where the tiers end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// Smaller files may be read whole: 10 MB.
    pub whole_under: u64,
    /// Larger files are streamed: 50 MB.
    pub streamed_over: u64,
}

impl Default for Tiers {
    fn default() -> Self {
        Tiers { whole_under: 10_000_000, streamed_over: 50_000_000 }
    }
}

impl Tiers {
    /// The tier of a file of `size` bytes; one of unknown size is streamed.
    pub fn of(&self, size: Option<u64>) -> Tier {
        match size {
            Some(size) if size < self.whole_under.min(self.streamed_over) => Tier::Whole,
            Some(size) if size <= self.streamed_over => Tier::Chunked,
            _ => Tier::Streamed,
        }
    }
}

impl Tier {
    /// The most that a file of this tier is read with.
    pub fn most(self) -> Strategy {
        match self {
            Tier::Streamed => Strategy::Balanced,
            Tier::Chunked | Tier::Whole => Strategy::Aggressive,
        }
    }

    /// Its name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Streamed => "streamed",
            Self::Chunked => "chunked",
            Self::Whole => "whole",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
