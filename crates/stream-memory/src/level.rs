//! How tight memory is.

use std::fmt;

/// How tight memory is, from plenty to almost none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Plenty: nothing needs to change.
    #[default]
    Healthy,
    /// Less than usual: grow nothing.
    Elevated,
    /// Little: give back what is idle.
    High,
    /// Almost none: do one thing at a time, as small as possible.
    Critical,
}

impl Level {
    /// All of them, the easiest first.
    pub const ALL: [Level; 4] = [Level::Healthy, Level::Elevated, Level::High, Level::Critical];

    /// Its name in lower case: `healthy`, `elevated`, `high`, `critical`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Healthy => "healthy",
            Level::Elevated => "elevated",
            Level::High => "high",
            Level::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
