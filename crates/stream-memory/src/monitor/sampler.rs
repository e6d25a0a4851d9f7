//! Looking, without allocating.

use std::path::Path;
use std::time::Instant;

use super::sample::{BudgetUse, Events, Heap, Room, Sample};
use super::{MonitorError, Pressure, process};
use crate::available::{Limit, data_total, memory};
use crate::budget::Budget;
use crate::cgroup::{Files, groups};
use crate::kernel::{Buffer, Kept, ROOM, text};

/// Asks an allocator for its figures. Must not allocate.
pub(super) type HeapMeter = Box<dyn FnMut() -> Option<Heap> + Send>;

/// Everything that is looked at, open.
pub(super) struct Sampler {
    started: Instant,
    process: process::Files,
    system: Option<Kept>,
    groups: Vec<(Files, Limit)>,
    data_total: Option<u64>,
    pressure: Option<Kept>,
    budget: Option<Budget>,
    heap: Option<HeapMeter>,
    /// Which of the groups was the tightest at the last look.
    tightest: Option<usize>,
    buffer: Box<Buffer>,
}

impl Sampler {
    pub(super) fn open(
        root: &Path,
        budget: Option<Budget>,
        heap: Option<HeapMeter>,
    ) -> Result<Sampler, MonitorError> {
        let groups = groups(root);
        let limits = text(&root.join("proc/self/limits"));
        Ok(Sampler {
            started: Instant::now(),
            process: process::Files::open(root)?,
            system: Kept::open(&root.join("proc/meminfo")),
            groups: groups.iter().map(|group| (group.open(), Limit::of(group))).collect(),
            data_total: limits.and_then(|limits| data_total(limits.as_bytes())),
            pressure: Kept::open(&root.join("proc/pressure/memory")),
            budget,
            heap,
            tightest: None,
            buffer: Box::new([0; ROOM]),
        })
    }

    pub(super) fn look(&mut self) -> Sample {
        let process = self.process.read(&mut self.buffer);
        let group = self.group();
        Sample {
            at: self.started.elapsed(),
            process,
            heap: self.heap.as_mut().map_or_else(Heap::now, |meter| meter()),
            budget: self.budget.as_ref().map(BudgetUse::of),
            system: self.system(),
            group,
            data: self.data_total.map(|total| Room { total, used: process.data }),
            events: self.events(),
            pressure: self.pressure(),
        }
    }

    pub(super) fn budget(&self) -> Option<&Budget> {
        self.budget.as_ref()
    }

    /// The group that was the tightest at the last look.
    pub(super) fn tightest(&self) -> Option<&Limit> {
        self.groups.get(self.tightest?).map(|(_, limit)| limit)
    }

    fn system(&mut self) -> Option<Room> {
        let (available, total) = memory(self.system.as_ref()?.read(&mut self.buffer)?)?;
        Some(Room { total, used: total.saturating_sub(available) })
    }

    fn group(&mut self) -> Option<Room> {
        let mut tightest: Option<(usize, Room)> = None;
        for (at, (files, _)) in self.groups.iter().enumerate() {
            let Some(total) = files.limit(&mut self.buffer) else { continue };
            let room = Room { total, used: files.used(&mut self.buffer) };
            if tightest.is_none_or(|(_, least)| room.left() < least.left()) {
                tightest = Some((at, room));
            }
        }
        self.tightest = tightest.map(|(at, _)| at);
        tightest.map(|(_, room)| room)
    }

    /// Of the group that limits, else of the process's own.
    fn events(&mut self) -> Option<Events> {
        let (files, _) = self.groups.get(self.tightest.unwrap_or(0))?;
        files.events(&mut self.buffer)
    }

    fn pressure(&mut self) -> Option<Pressure> {
        let nearest = self.groups.iter().find_map(|(files, _)| files.pressure());
        let file = nearest.or(self.pressure.as_ref())?;
        // a group's file is there but cannot be read where the kernel was started without PSI
        Pressure::parse(file.read(&mut self.buffer)?)
    }
}

impl BudgetUse {
    fn of(budget: &Budget) -> BudgetUse {
        let (limit, used, peak) = (budget.limit(), budget.used(), budget.peak());
        BudgetUse { limit, used, peak, held: budget.held(), top: budget.top() }
    }
}
