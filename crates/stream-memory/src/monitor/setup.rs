//! What is watched, and how.

use std::path::PathBuf;
use std::time::Duration;

use super::sampler::{HeapMeter, Sampler};
use super::{Heap, Monitor, MonitorError, Thresholds, Watcher};
use crate::budget::Budget;
use crate::settings::Settings;

/// The usual time between two looks: half a second.
pub const INTERVAL: Duration = Duration::from_millis(500);

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(1);

/// Samples that are kept unless asked otherwise: ten minutes at the usual interval, 77 KB.
const KEPT: usize = 1200;

/// What a [`Monitor`] watches. By default this process and what limits it, at the interval and by the thresholds of
/// [`Settings::current`], that is every half second.
pub struct Setup {
    root: PathBuf,
    interval: Duration,
    thresholds: Thresholds,
    kept: usize,
    budget: Option<Budget>,
    heap: Option<HeapMeter>,
}

impl Setup {
    /// The defaults.
    #[allow(clippy::new_without_default, reason = "the closure has no useful default")]
    pub fn new() -> Setup {
        let settings = Settings::current();
        let (thresholds, kept) = (settings.thresholds(), KEPT);
        let interval = settings.monitor_interval.max(SHORTEST);
        Setup { root: PathBuf::from("/"), interval, thresholds, kept, budget: None, heap: None }
    }

    /// Watches this budget and those below it, with their pools and caches.
    pub fn with_budget(self, budget: &Budget) -> Setup {
        Setup { budget: Some(budget.clone()), ..self }
    }

    /// Looks at these intervals; at least a millisecond.
    pub fn with_interval(self, interval: Duration) -> Setup {
        Setup { interval: interval.max(SHORTEST), ..self }
    }

    /// Judges by these lines.
    pub fn with_thresholds(self, thresholds: Thresholds) -> Setup {
        Setup { thresholds, ..self }
    }

    /// Keeps this many samples, at least 2.
    pub fn with_history(self, samples: usize) -> Setup {
        Setup { kept: samples, ..self }
    }

    /// Reads `proc` and `sys` below another root.
    pub fn with_root(self, root: impl Into<PathBuf>) -> Setup {
        Setup { root: root.into(), ..self }
    }

    /// Asks this closure for the allocator's figures instead of [`allocator::usage`](crate::allocator::usage). It
    /// must not allocate.
    pub fn with_heap(self, meter: impl FnMut() -> Option<Heap> + Send + 'static) -> Setup {
        Setup { heap: Some(Box::new(meter)), ..self }
    }

    /// Watches step by step, on the caller's thread.
    ///
    /// # Errors
    /// [`MonitorError::Unreadable`] where there is no `/proc/self/status`.
    pub fn watcher(self) -> Result<Watcher, MonitorError> {
        let sampler = Sampler::open(&self.root, self.budget, self.heap)?;
        Ok(Watcher::new(sampler, self.thresholds, self.kept))
    }

    /// Starts to watch, on a thread of its own.
    ///
    /// # Errors
    /// As [`watcher`](Setup::watcher), and [`MonitorError::Thread`].
    pub fn start(self) -> Result<Monitor, MonitorError> {
        let interval = self.interval;
        Monitor::start(self.watcher()?, interval)
    }
}
