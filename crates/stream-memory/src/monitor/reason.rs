//! Why a level is what it is.

use std::fmt;

use crate::level::Level;
use crate::size::Bytes;

/// What is compared with a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// How full the control group is.
    GroupUsage,
    /// How full `RLIMIT_DATA` is.
    DataUsage,
    /// How much of the budget is in firm use.
    BudgetUsage,
    /// What the control group leaves.
    GroupAvailable,
    /// What `RLIMIT_DATA` leaves.
    DataAvailable,
    /// What the machine has left.
    SystemAvailable,
    /// How much more there is than before that no reservation accounts for.
    Growth,
    /// The control group had nothing left to give back.
    OutOfMemory,
}

/// A measure, what it was, and the line it passed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// What was measured.
    pub measure: Measure,
    /// How bad that is by itself.
    pub level: Level,
    /// What was found: a part of 1 for usage, bytes else, a count for [`Measure::OutOfMemory`].
    pub found: f64,
    /// The line of that level, in the same unit.
    pub line: f64,
}

impl Measure {
    /// What is measured, in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GroupUsage => "the control group's usage",
            Self::DataUsage => "RLIMIT_DATA's usage",
            Self::BudgetUsage => "the budget's usage",
            Self::GroupAvailable => "what the control group leaves",
            Self::DataAvailable => "what RLIMIT_DATA leaves",
            Self::SystemAvailable => "what the machine has left",
            Self::Growth => "growth beyond what is reserved",
            Self::OutOfMemory => "times the control group was out of memory",
        }
    }

    /// What a person can do about it.
    pub fn recommendation(self) -> &'static str {
        match self {
            Self::GroupUsage | Self::GroupAvailable | Self::OutOfMemory => {
                "lower the memory limit of this process, or raise the container's"
            }
            Self::DataUsage | Self::DataAvailable => {
                "lower the memory limit of this process, or raise its RLIMIT_DATA"
            }
            Self::BudgetUsage => {
                "raise the memory limit, or work with fewer threads or smaller chunks"
            }
            Self::SystemAvailable => "lower the memory limit, or end what else uses memory here",
            Self::Growth => {
                "look for memory that is kept without a reservation: profile by span, or purge the allocator"
            }
        }
    }

    fn unit(self) -> Unit {
        match self {
            Self::GroupUsage | Self::DataUsage | Self::BudgetUsage => Unit::Part,
            Self::OutOfMemory => Unit::Count,
            _ => Unit::Bytes,
        }
    }

    fn falls(self) -> bool {
        matches!(self, Self::GroupAvailable | Self::DataAvailable | Self::SystemAvailable)
    }
}

enum Unit {
    Part,
    Bytes,
    Count,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let than = if self.measure.falls() { "under" } else { "over" };
        write!(f, "{}: ", self.measure.as_str())?;
        // never negative, never beyond 64 bits
        match self.measure.unit() {
            Unit::Part => {
                write!(f, "{:.1} % ({than} {:.1} %)", self.found * 100.0, self.line * 100.0)
            }
            Unit::Bytes => {
                write!(f, "{} ({than} {})", Bytes(self.found as u64), Bytes(self.line as u64))
            }
            Unit::Count => write!(f, "{}", self.found as u64),
        }
    }
}
