//! What a cache keeps, evicts and counts.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use stream_memory::{Budget, Cache, Pinned};

const OVERHEAD: u64 = Cache::<u8, u64>::OVERHEAD;
const ENTRY: u64 = 1000 + OVERHEAD;

fn filled(budget: &Budget, room_for: u64, keys: &[u8]) -> Cache<u8, u64> {
    let cache = Cache::new(budget, room_for * ENTRY);
    keys.iter().for_each(|key| drop(cache.insert(*key, u64::from(*key) * 10, 1000).unwrap()));
    cache
}

fn present(cache: &Cache<u8, u64>, keys: &[u8]) -> Vec<u8> {
    keys.iter().copied().filter(|key| cache.get(key).is_some()).collect()
}

#[test]
fn the_least_recently_used_goes_first() {
    let budget = Budget::new("file", 1 << 20);
    let cache = filled(&budget, 3, &[1, 2, 3]);
    assert_eq!(cache.get(&1).as_deref(), Some(&10));
    drop(cache.insert(4, 40, 1000).unwrap());
    assert_eq!(present(&cache, &[1, 2, 3, 4]), [1, 3, 4]);
    let stats = cache.stats();
    assert_eq!((stats.hits, stats.misses, stats.insertions), (4, 1, 4));
    assert_eq!((stats.evictions, stats.entries, stats.bytes), (1, 3, 3 * ENTRY));
    assert_eq!(budget.used(), 3 * ENTRY);
}

#[test]
fn a_pinned_entry_is_passed_over() {
    let budget = Budget::new("file", 1 << 20);
    let cache = filled(&budget, 3, &[1, 2, 3]);
    let pins = [cache.get(&1).unwrap(), cache.get(&2).unwrap()];
    drop(cache.insert(4, 40, 1000).unwrap());
    assert_eq!(present(&cache, &[1, 2, 3, 4]), [1, 2, 4]);
    let last = cache.get(&4);
    let refusal = cache.insert(5, 50, 1000).unwrap_err();
    assert_eq!((refusal.budget(), refusal.limit()), ("cache", 3 * ENTRY));
    assert_eq!(present(&cache, &[1, 2, 4, 5]), [1, 2, 4], "a refusal evicts nothing pinned");
    drop((pins, last));
    drop(cache.insert(5, 50, 1000).unwrap());
    assert_eq!(cache.stats().entries, 3);
}

#[test]
fn what_is_removed_while_pinned_stays_charged_until_unpinned() {
    let budget = Budget::new("file", 1 << 20);
    let cache = filled(&budget, 3, &[1, 2, 3]);
    let pinned = cache.get(&1).unwrap();
    drop(cache.remove(&1));
    assert_eq!((cache.stats().entries, cache.stats().bytes), (2, 3 * ENTRY));
    let replaced = cache.get(&2).unwrap();
    drop(cache.insert(2, 21, 1000).unwrap());
    assert_eq!((*replaced, cache.get(&2).as_deref()), (20, Some(&21)));
    cache.clear();
    assert_eq!((cache.stats().entries, budget.used()), (0, 2 * ENTRY));
    assert_eq!(*pinned, 10);
    drop((pinned, replaced));
    assert_eq!(budget.used(), 0);
}

#[test]
fn it_gives_way_to_others_of_the_same_budget() {
    let budget = Budget::new("file", 4 * ENTRY);
    let cache = filled(&budget, 4, &[1, 2, 3, 4]);
    let held = budget.reserve(ENTRY + 1).unwrap();
    assert_eq!(present(&cache, &[1, 2, 3, 4]), [3, 4]);
    assert_eq!(cache.trim(), 2 * ENTRY);
    assert_eq!(budget.used(), held.bytes());
}

#[test]
fn what_can_never_fit_is_refused_and_evicts_nothing() {
    let budget = Budget::new("file", 1 << 20);
    let cache = filled(&budget, 2, &[1, 2]);
    assert!(cache.insert(3, 30, 2 * ENTRY).is_err());
    assert!(cache.insert(3, 30, u64::MAX).is_err());
    assert_eq!(present(&cache, &[1, 2, 3]), [1, 2]);
}

#[test]
fn the_last_handle_takes_everything_along() {
    let budget = Budget::new("file", 1 << 20);
    let cache = filled(&budget, 3, &[1, 2, 3]);
    let pinned = cache.get(&1).unwrap();
    let clone = cache.clone();
    drop(cache);
    assert_eq!(budget.used(), 3 * ENTRY);
    drop(clone);
    assert_eq!((*pinned, budget.used()), (10, ENTRY));
}

#[derive(Clone, Debug)]
enum Step {
    Insert { key: u8, bytes: u64 },
    Get { key: u8 },
    Pin { key: u8 },
    Unpin { key: u8 },
    Remove { key: u8 },
    Press { bytes: u64 },
    Trim,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = 0..12u8;
    let step = prop_oneof![
        4 => (key.clone(), 0..4000u64).prop_map(|(key, bytes)| Step::Insert { key, bytes }),
        2 => key.clone().prop_map(|key| Step::Get { key }),
        2 => key.clone().prop_map(|key| Step::Pin { key }),
        2 => key.clone().prop_map(|key| Step::Unpin { key }),
        1 => key.prop_map(|key| Step::Remove { key }),
        1 => (0..16_000u64).prop_map(|bytes| Step::Press { bytes }),
        1 => Just(Step::Trim),
    ];
    vec(step, 1..120)
}

proptest! {
    #[test]
    fn it_never_exceeds_its_bytes_and_pinned_entries_survive(
        steps in steps(),
        max_bytes in 1000..12_000u64,
    ) {
        let budget = Budget::new("file", 16_000);
        let cache: Cache<u8, u64> = Cache::new(&budget, max_bytes);
        let mut pins: HashMap<u8, Pinned<u64>> = HashMap::new();
        // what was inserted last under each key: a hit may give nothing else
        let mut truth: HashMap<u8, u64> = HashMap::new();
        for (value, step) in (0u64..).zip(&steps) {
            match *step {
                Step::Insert { key, bytes } => {
                    pins.remove(&key);
                    match cache.insert(key, value, bytes) {
                        Ok(entry) => {
                            prop_assert_eq!((*entry, entry.reserved()), (value, bytes + OVERHEAD));
                            truth.insert(key, value);
                        }
                        Err(_) => drop(truth.remove(&key)),
                    }
                }
                Step::Get { key } => {
                    if let Some(entry) = cache.get(&key) {
                        prop_assert_eq!(Some(&*entry), truth.get(&key));
                    }
                }
                Step::Pin { key } => pins.extend(cache.get(&key).map(|entry| (key, entry))),
                Step::Unpin { key } => drop(pins.remove(&key)),
                Step::Remove { key } => {
                    pins.remove(&key);
                    drop(cache.remove(&key));
                    prop_assert!(cache.get(&key).is_none());
                }
                Step::Press { bytes } => drop(budget.reserve(bytes)),
                Step::Trim => {
                    cache.trim();
                    prop_assert_eq!(cache.stats().entries, pins.len() as u64);
                }
            }
            prop_assert!(cache.stats().bytes <= max_bytes);
            for (key, pinned) in &pins {
                let found = cache.get(key).map(|entry| *entry);
                prop_assert_eq!(found, Some(**pinned), "a pinned entry left");
            }
        }
        pins.clear();
        cache.trim();
        prop_assert_eq!((cache.stats().entries, budget.used()), (0, 0));
    }
}
