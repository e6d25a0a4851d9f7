//! How long a worker may take.

use std::fmt;
use std::time::Duration;

/// What a worker is doing for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Opening the reader.
    Open,
    /// Walking over the entries.
    Listing,
    /// Reading data, running a task, summing up.
    Data,
}

impl Stage {
    /// All stages, in their order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Listing, Self::Data];

    /// The stable name used in catalogues.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Listing => "listing",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How long one stage may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// How long the worker may neither answer nor show a sign of life: entries, chunks and reads of the file are signs.
    pub silence: Duration,
    /// How long its caller waits for one answer, or one stream of them, all in all; for ever where there is none. What the
    /// caller does between the parts of a stream does not count.
    pub total: Option<Duration>,
}

/// How long each stage may take before the worker is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines([Deadline; 3]);

impl Deadlines {
    /// Longer than any library call over a healthy file was seen to take, shorter than a user's patience.
    pub const SILENCE: Duration = Duration::from_secs(60);

    /// This much silence in every stage, which may take any time in total.
    pub const fn new(silence: Duration) -> Self {
        Self([Deadline { silence, total: None }; 3])
    }

    /// The same with another deadline for one stage.
    pub fn with(mut self, stage: Stage, deadline: Deadline) -> Self {
        match (&mut self.0, stage) {
            ([open, ..], Stage::Open) => *open = deadline,
            ([_, listing, _], Stage::Listing) => *listing = deadline,
            ([.., data], Stage::Data) => *data = deadline,
        }
        self
    }

    /// That of a stage.
    pub fn of(&self, stage: Stage) -> Deadline {
        let [open, listing, data] = self.0;
        match stage {
            Stage::Open => open,
            Stage::Listing => listing,
            Stage::Data => data,
        }
    }
}

impl Default for Deadlines {
    fn default() -> Self {
        Self::new(Self::SILENCE)
    }
}
