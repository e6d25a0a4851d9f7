use super::super::sample::{BudgetUse, Events, Heap, Room, Sample};
use super::{Judge, Measure, Thresholds};
use crate::level::Level::{self, Critical, Elevated, Healthy, High};

const MB: u64 = 1_000_000;

fn group(total: u64, used: u64) -> Sample {
    Sample { group: Some(Room { total: total * MB, used: used * MB }), ..Sample::default() }
}

fn fresh(sample: &Sample, growth: u64) -> (Level, Option<Measure>) {
    let mut judge = Judge::default();
    let level = judge.judge(sample, growth, &Thresholds::default());
    (level, judge.reason().map(|reason| reason.measure))
}

#[test]
fn usage_warns_at_80_and_is_critical_at_90_percent() {
    // large enough that what is left is more than 500 MB
    let levels = [79, 80, 84, 86, 89, 90, 100].map(|used| fresh(&group(100_000, used * 1000), 0).0);
    assert_eq!(levels, [Healthy, Elevated, Elevated, High, High, Critical, Critical]);
    assert_eq!(fresh(&group(100_000, 90_000), 0).1, Some(Measure::GroupUsage));
}

#[test]
fn growth_warns_at_100_and_is_critical_at_500_mb() {
    let levels = [99, 100, 299, 300, 499, 500].map(|mb| fresh(&Sample::default(), mb * MB).0);
    assert_eq!(levels, [Healthy, Elevated, Elevated, High, High, Critical]);
}

#[test]
fn available_warns_under_500_and_is_critical_under_200_mb() {
    let left = |mb: u64| Sample {
        system: Some(Room { total: 64_000 * MB, used: (64_000 - mb) * MB }),
        ..Sample::default()
    };
    let levels = [501, 500, 499, 350, 349, 200, 199].map(|mb| fresh(&left(mb), 0).0);
    assert_eq!(levels, [Healthy, Healthy, Elevated, Elevated, High, High, Critical]);
    assert_eq!(fresh(&left(199), 0).1, Some(Measure::SystemAvailable));
}

#[test]
fn a_small_container_is_judged_by_shares_of_its_limit() {
    let lines = Thresholds::default().available_of(256 << 20);
    assert_eq!((lines.warning, lines.critical), (53_687_091, 21_474_836));
    let room = |used: u64| Sample {
        group: Some(Room { total: 256 << 20, used: used << 20 }),
        ..Sample::default()
    };
    // under 500 MB from the start, and not alarmed
    assert_eq!(fresh(&room(20), 0).0, Healthy);
    assert_eq!(fresh(&room(203), 0).0, Healthy);
    assert_eq!(fresh(&room(206), 0).0, Elevated);
    assert_eq!(fresh(&room(236), 0).0, Critical);
}

#[test]
fn a_level_rises_at_once_and_falls_after_four_calm_samples_behind_its_line() {
    let mut judge = Judge::default();
    let mut levels = Vec::new();
    //          up  flicker around the line         behind it: four calm samples
    for used in [81, 79, 79, 79, 79, 79, 76, 74, 74, 74, 74, 74] {
        levels.push(judge.judge(&group(100_000, used * 1000), 0, &Thresholds::default()));
    }
    let expected = [[Elevated; 10].as_slice(), &[Healthy; 2]].concat();
    assert_eq!(levels, expected);
    assert_eq!(judge.reason(), None);
}

#[test]
fn a_level_falls_to_the_worst_of_the_calm_samples() {
    let mut judge = Judge::default();
    let mut level = Healthy;
    for used in [95, 70, 78, 70, 70] {
        level = judge.judge(&group(100_000, used * 1000), 0, &Thresholds::default());
    }
    assert_eq!(level, Elevated);
}

#[test]
fn a_full_budget_is_warned_about_but_never_more() {
    let mut budget = BudgetUse { limit: 100, used: 95, ..BudgetUse::default() };
    let of = |budget| Sample { budget: Some(budget), ..Sample::default() };
    assert_eq!(fresh(&of(budget), 0), (Elevated, Some(Measure::BudgetUsage)));
    // idle buffers and caches give way by themselves
    budget.held.pools.idle_bytes = 10;
    budget.held.caches.bytes = 10;
    assert_eq!(fresh(&of(budget), 0), (Healthy, None));
}

#[test]
fn being_out_of_memory_since_the_last_look_is_critical() {
    let mut judge = Judge::default();
    let with = |oom| Sample {
        events: Some(Events { oom, max: oom * 100, ..Events::default() }),
        ..Sample::default()
    };
    let lines = Thresholds::default();
    // what was before is not ours; file cache at the limit (`max`) is usual
    assert_eq!(judge.judge(&with(7), 0, &lines), Healthy);
    assert_eq!(judge.judge(&with(8), 0, &lines), Critical);
    assert_eq!(judge.reason().map(|reason| reason.measure), Some(Measure::OutOfMemory));
}

#[test]
fn what_is_reserved_is_accounted_for() {
    let mut sample = Sample::default();
    sample.process.resident = 300;
    assert_eq!(sample.unaccounted(), 300);
    sample.budget = Some(BudgetUse { used: 250, ..BudgetUse::default() });
    assert_eq!(sample.unaccounted(), 50);
    sample.heap = Some(Heap { live: 240, resident: 290 });
    assert_eq!(sample.unaccounted(), 0);
}
