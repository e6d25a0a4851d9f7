//! Promise 2: the same file a hundred times longer peaks the same.

use std::sync::Arc;

use stream_core::MemorySource;

use super::plain::widen;
use super::{Contract, Long};
use crate::case::{Findings, run};
use crate::heap;
use crate::promise::Promise;

/// How many times longer.
const TIMES: usize = 100;
/// Bytes that two readings may differ by although nothing is kept: longer numbers in paths double a text's memory, and the
/// test harness allocates in between.
pub(crate) const TOLERANCE: u64 = 8 * 1024;

impl Contract {
    pub(super) fn look_at_growth(&self, found: &mut Findings) {
        if self.long.is_empty() {
            let name = self.setup.format.descriptor().name;
            return found.add(Promise::Growth, name, "no file of any length was given");
        }
        for long in &self.long {
            self.look_at_growth_of(long, found);
        }
    }

    /// Allocations for each entry of the first file of any length, once it is warm: between its length once and a hundred
    /// times. Its data is not read. A reader that reuses its memory has next to none.
    ///
    /// 0 where no such file was given, or one in which no entry repeats.
    pub fn allocations_per_entry(&self) -> f64 {
        let _alone = heap::lock();
        let Some(long) = self.long.first() else { return 0.0 };
        let mut setup = self.setup.clone();
        setup.request = Some(Arc::new(|_| None));
        let mut found = Findings::default();
        let mut read = |times| {
            let bytes = (long.make)(times);
            let size = widen(bytes.len());
            let case = self.case(long.name.clone(), Arc::new(MemorySource::new(bytes)), size);
            run(&setup, case, self.deadline, &mut found)
        };
        // the first makes what a process makes once
        let (Some(_), Some(one), Some(many)) = (read(1), read(1), read(TIMES)) else { return 0.0 };
        let allocations = many.allocations.saturating_sub(one.allocations);
        let entries = many.seen.entries.saturating_sub(one.seen.entries);
        // counts far below 2^53
        if entries == 0 { 0.0 } else { allocations as f64 / entries as f64 }
    }

    fn look_at_growth_of(&self, long: &Long, found: &mut Findings) {
        let mut peaks = Vec::new();
        // the first run makes what a process makes once
        for times in [1, 1, TIMES] {
            let bytes = (long.make)(times);
            let size = widen(bytes.len());
            let label = format!("{} {times} times as long ({size} bytes)", long.name);
            let case = self.case(label.clone(), Arc::new(MemorySource::new(bytes)), size);
            let Some(outcome) = self.run(case, found) else { return };
            if let Some(e) = outcome.seen.error() {
                let message = format!("a good file ends in the error {e:?}");
                return found.add(Promise::Survival, &label, message);
            }
            peaks.push((label, outcome));
        }
        let [_, (_, one), (label, many)] = &*peaks else { return };
        let index = long.index.saturating_mul(widen(TIMES.saturating_sub(1)));
        let allowed = TOLERANCE.saturating_add(index);
        for (what, one, many) in [
            ("the heap", one.heap_peak, many.heap_peak),
            ("the budget", one.budget_peak, many.budget_peak),
        ] {
            if many > one.saturating_add(allowed) {
                let message = format!(
                    "{what} peaks at {many} bytes (expected {one}, as for one time, and at most {allowed} more)"
                );
                found.add(Promise::Growth, label, message);
            }
        }
    }
}
