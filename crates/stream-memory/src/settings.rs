//! What the whole process goes by, unless told otherwise.
//!
//! Under the names that operators know. [`Settings::current`] is what holds now; [`Settings::install`] changes it for
//! good, [`Settings::scoped`] until a guard is dropped.
//!
//! ```
//! use stream_memory::Settings;
//!
//! let guard = Settings { memory_limit: Some(64 << 20), ..Settings::current() }.scoped()?;
//! assert_eq!(Settings::current().memory_limit, Some(64 << 20));
//! drop(guard);
//! assert_eq!(Settings::current().memory_limit, None);
//! # Ok::<(), stream_memory::SettingsError>(())
//! ```

mod layers;

use std::time::Duration;
use std::{error, fmt};

pub use self::layers::SettingsGuard;
use crate::available::{Available, default_limit};
use crate::monitor::{INTERVAL, Pair, Thresholds};
use crate::strategy::Tiers;

/// The defaults of the process. Sizes are in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The memory that work may use: the limit of budgets that nobody gave one. `None`: a quarter of what is available.
    pub memory_limit: Option<u64>,
    /// The used part of a limit from which on it is warned: 0.80.
    pub warning_threshold: f64,
    /// The used part of a limit from which on it is critical: 0.90.
    pub critical_threshold: f64,
    /// Files over this size are fully streamed: 50 MB.
    pub streaming_threshold: u64,
    /// The size of chunks; `None`: what the budget allows.
    pub chunk_size: Option<usize>,
    /// How much of a chunk of bytes is given again at the beginning of the next, in bytes, to those who look for what may lie across
    /// its end (`stream_binary::Windows`): 0.
    pub chunk_overlap: usize,
    /// The time between two samples of a monitor: 500 ms.
    pub monitor_interval: Duration,
    /// Whether memory is followed by span.
    pub profiling: bool,
    /// Larger files are not opened; `None`: none is too large.
    pub max_file_size: Option<u64>,
}

impl Settings {
    /// What holds where nothing was set.
    pub const DEFAULT: Settings = Settings {
        memory_limit: None,
        warning_threshold: 0.80,
        critical_threshold: 0.90,
        streaming_threshold: 50_000_000,
        chunk_size: None,
        chunk_overlap: 0,
        monitor_interval: INTERVAL,
        profiling: false,
        max_file_size: None,
    };

    /// The limit for a budget that nobody gave one.
    pub fn limit(&self, available: &Available) -> u64 {
        self.memory_limit.unwrap_or_else(|| default_limit(available))
    }

    /// The lines that a monitor goes by.
    pub fn thresholds(&self) -> Thresholds {
        let usage = Pair { warning: self.warning_threshold, critical: self.critical_threshold };
        Thresholds { usage, ..Thresholds::default() }
    }

    /// The tiers of files. Those that may be read whole are never larger than those that are not streamed.
    pub fn tiers(&self) -> Tiers {
        Tiers { streamed_over: self.streaming_threshold, ..Tiers::default() }
    }

    /// Whether they can hold together.
    ///
    /// # Errors
    /// [`SettingsError`] that names the first that cannot.
    pub fn check(&self) -> Result<(), SettingsError> {
        let (warning, critical) = (self.warning_threshold, self.critical_threshold);
        let part = |value: f64| value > 0.0 && value <= 1.0;
        let checks = [
            (self.memory_limit != Some(0), "memory limit", "more than 0 bytes"),
            (part(warning), "warning threshold", "a part above 0 and up to 1"),
            (part(critical), "critical threshold", "a part above 0 and up to 1"),
            (warning <= critical, "warning threshold", "at most the critical threshold"),
            (self.chunk_size != Some(0), "chunk size", "more than 0 bytes"),
            (
                self.chunk_size.is_none_or(|size| self.chunk_overlap < size),
                "chunk overlap",
                "less than the chunk size",
            ),
            (!self.monitor_interval.is_zero(), "monitor interval", "more than 0 seconds"),
        ];
        match checks.into_iter().find(|(holds, ..)| !holds) {
            Some((_, name, expected)) => Err(SettingsError { name, expected }),
            None => Ok(()),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Settings::DEFAULT
    }
}

/// A setting that cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsError {
    name: &'static str,
    expected: &'static str,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.name, self.expected)
    }
}

impl error::Error for SettingsError {}

#[cfg(test)]
mod tests;
