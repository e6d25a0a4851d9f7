//! From a sample to a level.

use super::reason::{Measure, Reason};
use super::sample::{Room, Sample};
use super::threshold::{Pair, Thresholds};
use crate::level::Level;

/// How far a measure has to come back behind its line before the level falls: a sixteenth of the line (80 %
/// is left at 75 %), so that a level does not flicker around it.
const EASE: f64 = 15.0 / 16.0;

/// Samples in a row that have to be easier before the level falls: two seconds at the usual interval.
const CALM: u32 = 4;

/// Keeps the level, with hysteresis: it rises at once, and falls when all was easier for a while.
#[derive(Debug, Default)]
pub(super) struct Judge {
    level: Level,
    reason: Option<Reason>,
    calm: u32,
    /// The worst among the calm samples: that is where the level falls to.
    calmest: Level,
    killed_or_short: u64,
    seen_events: bool,
}

impl Judge {
    /// The level after this sample. `growth` as in [`Thresholds::growth`].
    pub(super) fn judge(&mut self, sample: &Sample, growth: u64, lines: &Thresholds) -> Level {
        let short = self.new_shortages(sample);
        let worst = worst(sample, growth, short, lines, 1.0);
        let now = worst.map_or(Level::Healthy, |reason| reason.level);
        if now >= self.level {
            (self.level, self.reason, self.calm) = (now, worst, 0);
            return now;
        }
        let held = worst_level(sample, growth, lines);
        if held >= self.level {
            self.calm = 0;
            return self.level;
        }
        self.calmest = if self.calm == 0 { held } else { self.calmest.max(held) };
        self.calm = self.calm.saturating_add(1);
        if self.calm >= CALM {
            (self.level, self.reason, self.calm) = (self.calmest, worst, 0);
        }
        self.level
    }

    pub(super) fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// How often the group was out of memory since the last look; the first look only learns the count.
    fn new_shortages(&mut self, sample: &Sample) -> u64 {
        let Some(events) = sample.events else { return 0 };
        let count = events.oom.saturating_add(events.oom_kill);
        let before = std::mem::replace(&mut self.killed_or_short, count);
        let known = std::mem::replace(&mut self.seen_events, true);
        if known { count.saturating_sub(before) } else { 0 }
    }
}

fn worst_level(sample: &Sample, growth: u64, lines: &Thresholds) -> Level {
    worst(sample, growth, 0, lines, EASE).map_or(Level::Healthy, |reason| reason.level)
}

/// The worst of all measures; `None` where none passed a line.
fn worst(
    sample: &Sample,
    growth: u64,
    short: u64,
    lines: &Thresholds,
    ease: f64,
) -> Option<Reason> {
    let mut worst: Option<Reason> = None;
    let mut add = |reason: Reason| {
        if reason.level > worst.map_or(Level::Healthy, |worst| worst.level) {
            worst = Some(reason);
        }
    };
    let rooms = [
        (sample.group, Some(Measure::GroupUsage), Measure::GroupAvailable),
        (sample.data, Some(Measure::DataUsage), Measure::DataAvailable),
        // a machine that is 80 % full may have plenty left: what is left is what counts
        (sample.system, None, Measure::SystemAvailable),
    ];
    for (room, usage, available) in rooms {
        let Some(room) = room else { continue };
        if let Some(usage) = usage {
            add(rising(usage, part(room), lines.usage, ease));
        }
        add(falling(available, room.left() as f64, floats(lines.available_of(room.total)), ease));
    }
    if let Some(budget) = sample.budget {
        let room = Room { total: budget.limit, used: budget.firm() };
        let reason = rising(Measure::BudgetUsage, part(room), lines.usage, ease);
        // it refuses by itself: nobody is killed for it
        let level = reason.level.min(Level::Elevated);
        add(Reason { level, line: lines.usage.warning, ..reason });
    }
    add(rising(Measure::Growth, growth as f64, floats(lines.growth), ease));
    if short > 0 {
        let (measure, level) = (Measure::OutOfMemory, Level::Critical);
        add(Reason { measure, level, found: short as f64, line: 0.0 });
    }
    worst
}

fn part(room: Room) -> f64 {
    if room.total == 0 { 1.0 } else { room.used as f64 / room.total as f64 }
}

fn floats(pair: Pair<u64>) -> Pair<f64> {
    Pair { warning: pair.warning as f64, critical: pair.critical as f64 }
}

fn rising(measure: Measure, found: f64, lines: Pair<f64>, ease: f64) -> Reason {
    let passed = |line: f64| found >= line * ease;
    let (level, line) = place(lines, passed);
    Reason { measure, level, found, line }
}

fn falling(measure: Measure, found: f64, lines: Pair<f64>, ease: f64) -> Reason {
    let passed = |line: f64| found < line / ease;
    let (level, line) = place(lines, passed);
    Reason { measure, level, found, line }
}

fn place(lines: Pair<f64>, passed: impl Fn(f64) -> bool) -> (Level, f64) {
    let middle = (lines.warning + lines.critical) / 2.0;
    let order = [
        (Level::Critical, lines.critical),
        (Level::High, middle),
        (Level::Elevated, lines.warning),
    ];
    let found = order.into_iter().find(|(_, line)| passed(*line));
    found.unwrap_or((Level::Healthy, lines.warning))
}

#[cfg(test)]
mod tests;
