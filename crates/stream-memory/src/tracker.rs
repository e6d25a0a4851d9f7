//! Labelled snapshots of memory, against a baseline.
#![deny(clippy::arithmetic_side_effects)]

mod report;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::allocator;
use crate::budget::Budget;
use crate::kernel::{kib_after, text};

pub use self::report::{Growth, Report, Spike};

/// Follows memory through the stages of some work.
///
/// ```
/// use stream_memory::{Budget, Tracker};
///
/// let budget = Budget::new("memory", 64 << 20);
/// let mut tracker = Tracker::new(&budget);
/// tracker.snapshot("opened");
/// let held = budget.reserve(32 << 20)?;
/// tracker.snapshot("decoded");
/// let report = tracker.report();
/// assert_eq!(report.growth.reserved, 32 << 20);
/// assert_eq!(report.spikes[0].to, "decoded");
/// # Ok::<(), stream_memory::OverBudget>(())
/// ```
#[derive(Debug)]
pub struct Tracker {
    budget: Budget,
    started: Instant,
    baseline: Snapshot,
    snapshots: Vec<Snapshot>,
    most: usize,
    spike: u64,
    dropped: u64,
}

/// What was held at a moment, in bytes; `None` is what the allocator or the system does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// What it was called.
    pub label: String,
    /// When, counted from the tracker's start.
    pub at: Duration,
    /// Reserved from the budget.
    pub reserved: u64,
    /// Allocated and not freed, by whomever.
    pub live: Option<u64>,
    /// In memory, as the kernel counts for the process.
    pub resident: Option<u64>,
}

/// Snapshots that are kept; see [`Tracker::with_most`].
const MOST: usize = 1024;

/// The smallest step that is called a spike, in bytes; see [`Tracker::with_spike`].
const SPIKE: u64 = 16 << 20;

impl Tracker {
    /// Starts with a baseline taken now.
    pub fn new(budget: &Budget) -> Tracker {
        let started = Instant::now();
        let baseline = Snapshot::take("baseline", started, budget);
        Tracker {
            budget: budget.clone(),
            started,
            baseline,
            snapshots: Vec::new(),
            most: MOST,
            spike: SPIKE,
            dropped: 0,
        }
    }

    /// Keeps this many snapshots, the newest; 1024 unless told.
    pub fn with_most(mut self, snapshots: usize) -> Tracker {
        self.most = snapshots.max(1);
        self
    }

    /// Calls a step of this many bytes up between neighbours a spike; 16 MiB unless told.
    pub fn with_spike(mut self, bytes: u64) -> Tracker {
        self.spike = bytes;
        self
    }

    /// Takes a new baseline, and forgets the snapshots.
    pub fn baseline(&mut self) -> &Snapshot {
        self.snapshots.clear();
        self.dropped = 0;
        self.baseline = Snapshot::take("baseline", self.started, &self.budget);
        &self.baseline
    }

    /// Takes a snapshot. Costs some 30 µs.
    pub fn snapshot(&mut self, label: impl Into<String>) -> &Snapshot {
        if self.snapshots.len() >= self.most {
            self.snapshots.remove(0);
            self.dropped = self.dropped.saturating_add(1);
        }
        self.snapshots.push(Snapshot::take(label, self.started, &self.budget));
        self.snapshots.last().unwrap_or(&self.baseline)
    }

    /// What was kept, with the growth since the baseline and the spikes between neighbours.
    pub fn report(&self) -> Report {
        Report::new(&self.baseline, &self.snapshots, self.dropped, self.spike)
    }
}

impl Snapshot {
    fn take(label: impl Into<String>, started: Instant, budget: &Budget) -> Snapshot {
        let status = text(Path::new("/proc/self/status"));
        Snapshot {
            label: label.into(),
            at: started.elapsed(),
            reserved: budget.used(),
            live: allocator::usage().ok().map(|usage| usage.live),
            resident: status.and_then(|status| kib_after(status.as_bytes(), "VmRSS:")),
        }
    }
}
