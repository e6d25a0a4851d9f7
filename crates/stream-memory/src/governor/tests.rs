use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use super::{Action, Deed, Governor, Plan, Policy, Trim};
use crate::budget::{Budget, Reclaim};
use crate::level::Level::{self, Critical, Elevated, Healthy, High};
use crate::monitor::Sample;
use crate::throttle::Limits;
use crate::{Cache, Pool};

const MIB: u64 = 1 << 20;

/// Everything that a run of levels made a governor do: what, and what it freed.
fn deeds(governor: &mut Governor, levels: &[Level]) -> Vec<(Deed, u64)> {
    let before = governor.actions().last().len();
    levels.iter().for_each(|level| governor.act(*level, &Sample::default()));
    let deed = |action: &Action| (action.deed, action.freed);
    governor.actions().last().iter().skip(before).map(deed).collect()
}

/// A budget with 4 MiB idle in a pool and 1 MiB in a cache.
fn filled() -> (Budget, Pool, Cache<u32, ()>) {
    let budget = Budget::new("process", 64 * MIB);
    let file = budget.child("file", u64::MAX);
    let pool = Pool::new(&file);
    let four = [(); 4].map(|()| pool.take(&file, 1 << 20).unwrap());
    drop(four);
    let cache = Cache::new(&budget, 8 * MIB);
    for key in 0..4 {
        drop(cache.insert(key, (), MIB / 4 - Cache::<u32, ()>::OVERHEAD).unwrap());
    }
    (budget, pool, cache)
}

#[test]
fn at_each_level_more_is_done_in_order_and_all_is_undone() {
    let (budget, pool, cache) = filled();
    let mut governor = Governor::new(&budget).with_purge(|| Some(7));
    let throttle = governor.throttle().clone();
    assert_eq!(deeds(&mut governor, &[Healthy, Healthy]), []);

    let elevated = deeds(&mut governor, &[Elevated]);
    assert_eq!(elevated, [(Deed::TrimPools, 2 * MIB), (Deed::Chunk(Some(4 << 20)), 0)]);

    let high = deeds(&mut governor, &[High]);
    let expected = [
        (Deed::TrimPools, 2 * MIB),
        (Deed::TrimCaches, MIB / 2),
        (Deed::Chunk(Some(1 << 20)), 0),
        (Deed::Threads(50), 0),
        (Deed::Ahead(Some(1)), 0),
        (Deed::Purge, 7),
    ];
    assert_eq!(high, expected);

    let critical = deeds(&mut governor, &[Critical, Critical, Critical, Critical, Critical]);
    let expected = [
        (Deed::TrimCaches, MIB / 2),
        (Deed::Chunk(Some(256 << 10)), 0),
        (Deed::Threads(1), 0),
        (Deed::Purge, 7),
        (Deed::Admit(false), 0),
    ];
    assert_eq!(critical, expected);
    assert!(throttle.admit().is_err());
    assert_eq!(throttle.limits().threads(NonZeroUsize::new(8).unwrap()).get(), 1);
    assert_eq!((pool.stats().idle_bytes, cache.stats().bytes, budget.used()), (0, 0, 0));

    let undone = deeds(&mut governor, &[Healthy, Healthy]);
    let expected = [
        (Deed::Chunk(None), 0),
        (Deed::Threads(100), 0),
        (Deed::Ahead(None), 0),
        (Deed::Admit(true), 0),
    ];
    assert_eq!(undone, expected);
    assert_eq!(throttle.limits(), Limits::NONE);
    assert_eq!(governor.actions().freed(), 5 * MIB + 14);
}

#[test]
fn a_governor_that_goes_leaves_nothing_throttled() {
    let mut governor = Governor::new(&Budget::new("b", MIB));
    let throttle = governor.throttle().clone();
    governor.act(High, &Sample::default());
    assert_eq!(throttle.limits().level, High);
    drop(governor);
    assert_eq!(throttle.limits(), Limits::NONE);
}

#[test]
fn memory_is_returned_after_a_trim_that_is_worth_it() {
    let (budget, pool, _cache) = filled();
    pool.trim();
    let mut governor = Governor::new(&budget).with_purge(|| Some(1));
    deeds(&mut governor, &[High]);
    drop(pool.take(&budget, 512 << 10).unwrap());
    assert_eq!(deeds(&mut governor, &[High]).first(), Some(&(Deed::TrimPools, MIB / 2)));
    drop(pool.take(&budget, 1 << 20).unwrap());
    let worth = deeds(&mut governor, &[High]);
    assert!(
        worth.contains(&(Deed::TrimPools, MIB)) && worth.contains(&(Deed::Purge, 1)),
        "{worth:?}"
    );
}

#[test]
fn memory_is_returned_again_while_it_stays_tight() {
    let mut governor = Governor::new(&Budget::new("b", MIB)).with_purge(|| Some(1));
    let all = deeds(&mut governor, &[High; 21]);
    let purges = all.iter().filter(|(deed, _)| *deed == Deed::Purge).count();
    assert_eq!(purges, 3);
}

#[test]
fn every_action_is_told_in_words() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let (budget, _pool, _cache) = filled();
    let mut governor = Governor::new(&budget)
        .on_action(move |action| kept.lock().unwrap().push(action.to_string()));
    governor.act(Elevated, &Sample::default());
    governor.act(Healthy, &Sample::default());
    let expected = [
        "memory is elevated: trimmed pools, freed 2.0 MiB",
        "memory is elevated: chunks of at most 4.0 MiB",
        "memory is healthy: chunks as large as the budget allows",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

struct Own;

impl Policy for Own {
    fn plan(&mut self, level: Level, _: &Sample) -> Plan {
        let trim = if level == Healthy { Trim::Nothing } else { Trim::All };
        Plan { trim, ..Plan::default() }
    }
}

struct Keeps(Mutex<u64>);

impl Reclaim for Keeps {
    fn reclaim(&self, shortfall: u64) -> u64 {
        std::mem::take(&mut *self.0.lock().unwrap()).min(shortfall)
    }
}

#[test]
fn another_policy_is_one_trait_and_others_can_give_back_too() {
    let (budget, _pool, _cache) = filled();
    let other: Arc<Keeps> = Arc::new(Keeps(Mutex::new(5)));
    let weak: std::sync::Weak<Keeps> = Arc::downgrade(&other);
    budget.on_pressure(weak);
    let mut governor = Governor::new(&budget).with_policy(Own);
    let expected = [(Deed::TrimPools, 4 * MIB), (Deed::TrimCaches, MIB), (Deed::TrimOthers, 5)];
    assert_eq!(deeds(&mut governor, &[Elevated]), expected);
    assert_eq!(governor.throttle().limits(), Limits::NONE);
}
