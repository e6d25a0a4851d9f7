//! One look at memory.

use std::time::Duration;

use super::{Pressure, Process};
use crate::allocator;
use crate::budget::{Held, Top};
pub use crate::cgroup::Events;

/// What was seen at one moment. All sizes are in bytes. Copied, never allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sample {
    /// Time since the monitor started.
    pub at: Duration,
    /// This process.
    pub process: Process,
    /// The allocator; `None` where none tells.
    pub heap: Option<Heap>,
    /// The budget that is watched, if any.
    pub budget: Option<BudgetUse>,
    /// What the machine has left and has; `None` without `/proc/meminfo`.
    pub system: Option<Room>,
    /// The tightest control group on the path to the root; `None` where none limits.
    pub group: Option<Room>,
    /// The process's own `RLIMIT_DATA`, if there is one.
    pub data: Option<Room>,
    /// How often the control group came to its limit so far.
    pub events: Option<Events>,
    /// Stalls for want of memory: of the control group, else of the machine.
    pub pressure: Option<Pressure>,
}

/// What an allocator holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heap {
    /// What the program asked for and did not give back.
    pub live: u64,
    /// What is in memory for it: live bytes, their surroundings, and pages kept for the next request. Zero
    /// where the allocator does not tell.
    pub resident: u64,
}

impl Heap {
    /// What the linked allocator says.
    pub(super) fn now() -> Option<Heap> {
        let usage = allocator::usage().ok()?;
        Some(Heap { live: usage.live, resident: usage.resident.or(usage.active).unwrap_or(0) })
    }
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetUse {
    /// The most that may be reserved.
    pub limit: u64,
    /// What is reserved.
    pub used: u64,
    /// The highest of it so far.
    pub peak: u64,
    /// The pools and caches below it.
    pub held: Held,
    /// Who holds most.
    pub top: Top,
}

impl BudgetUse {
    /// What is reserved and would not give way: without idle buffers and caches.
    pub fn firm(&self) -> u64 {
        let idle = self.held.pools.idle_bytes.saturating_add(self.held.caches.bytes);
        self.used.saturating_sub(idle)
    }
}

/// How full something with a limit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// The limit.
    pub total: u64,
    /// What is used of it; of a control group without the file cache that can be dropped.
    pub used: u64,
}

impl Room {
    /// What is left.
    pub fn left(&self) -> u64 {
        self.total.saturating_sub(self.used)
    }
}

impl Sample {
    /// What may still be used: the least of what the machine, the control group and the process's own
    /// limit leave.
    pub fn available(&self) -> Option<u64> {
        self.rooms().map(|room| room.left()).min()
    }

    /// All that limits.
    pub(super) fn rooms(&self) -> impl Iterator<Item = Room> {
        [self.system, self.group, self.data].into_iter().flatten()
    }

    /// Memory that no reservation accounts for: live bytes, where no allocator tells them resident ones,
    /// beyond what is reserved. What was reserved and never touched does not count against it.
    pub fn unaccounted(&self) -> u64 {
        let used = self.budget.map_or(0, |budget| budget.used);
        let held = self.heap.map_or(self.process.resident, |heap| heap.live);
        held.saturating_sub(used)
    }
}
