//! What jemalloc says and does when it is linked.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "jemalloc/global.rs"]
mod global;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stream_memory::allocator::{self, JEMALLOC, PurgedBy, Purging, Refusal};

const MIB: usize = 1 << 20;

/// One at a time: decay is the process's. The allocator is said to be jemalloc.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    allocator::install(&JEMALLOC);
    assert_eq!(allocator::current().name(), "jemalloc");
    guard
}

/// Memory that is really there.
fn touched(bytes: usize) -> Vec<u8> {
    let mut memory = vec![0; bytes];
    memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
    std::hint::black_box(memory)
}

fn resident() -> u64 {
    allocator::usage().unwrap().resident.unwrap()
}

#[test]
fn live_active_and_resident_follow_what_is_held() {
    let _alone = alone();
    let before = allocator::usage().unwrap();
    let held = touched(64 * MIB);
    let during = allocator::usage().unwrap();
    let grown = during.live - before.live;
    assert!((64 << 20..72 << 20).contains(&grown), "{grown}");
    assert!(during.active.unwrap() >= during.live, "{during:?}");
    assert!(during.resident.unwrap() >= during.active.unwrap(), "{during:?}");
    drop(held);
    let after = allocator::usage().unwrap();
    assert!(after.live < before.live + (1 << 20), "{before:?} {after:?}");
}

#[test]
fn the_arenas_add_up_to_the_whole() {
    let _alone = alone();
    let _held = touched(8 * MIB);
    let whole = allocator::usage().unwrap();
    let arenas: Vec<_> = (0..allocator::arenas().unwrap())
        .filter_map(|index| allocator::arena(index).unwrap())
        .collect();
    assert!(!arenas.is_empty());
    assert_eq!(arenas.iter().map(|arena| arena.live).sum::<u64>(), whole.live);
    assert_eq!(arenas.iter().map(|arena| arena.active).sum::<u64>(), whole.active.unwrap());
    assert!(arenas.iter().map(|arena| arena.threads).sum::<u32>() > 0);
    assert_eq!(allocator::arena(u32::MAX).unwrap(), None);
}

#[test]
fn purging_gives_back_what_was_freed_and_says_how_much() {
    let _alone = alone();
    allocator::set_purging(Purging::NEVER).unwrap();
    let before = resident();
    drop(touched(64 * MIB));
    let kept = resident();
    assert!(kept >= before + (60 << 20), "{before} {kept}");
    let purged = allocator::purge().unwrap();
    assert!(purged.freed >= 60 << 20, "{purged:?}");
    assert!(resident() <= kept - (60 << 20));
    allocator::set_purging(Purging::LAZY).unwrap();
}

#[test]
fn eager_purging_gives_back_at_once() {
    let _alone = alone();
    allocator::set_purging(Purging::EAGER).unwrap();
    assert_eq!(allocator::purging().unwrap(), Purging::EAGER);
    let before = resident();
    drop(touched(64 * MIB));
    assert!(resident() < before + (4 << 20), "{before} {}", resident());
    allocator::set_purging(Purging::STEADY).unwrap();
    assert_eq!(allocator::purging().unwrap().dirty, Some(Duration::from_secs(1)));
    allocator::set_purging(Purging::LAZY).unwrap();
}

#[test]
fn nothing_is_purged_within_a_critical_section_whoever_frees() {
    let _alone = alone();
    allocator::set_purging(Purging::EAGER).unwrap();
    let before = resident();
    let outer = allocator::critical();
    outer.automatic().unwrap();
    let inner = allocator::critical();
    std::thread::spawn(|| drop(touched(64 * MIB))).join().unwrap();
    drop(inner);
    std::thread::spawn(|| {
        drop(touched(MIB));
        assert_eq!(allocator::purge(), Err(Refusal::Critical));
    })
    .join()
    .unwrap();
    assert!(resident() >= before + (60 << 20), "{before} {}", resident());

    // what is set meanwhile holds from the end on
    allocator::set_purging(Purging { dirty: None, ..Purging::EAGER }).unwrap();
    allocator::set_purging(Purging::EAGER).unwrap();
    assert_eq!(allocator::purging().unwrap(), Purging::EAGER);
    assert!(resident() >= before + (60 << 20));
    drop(outer);
    assert_eq!(allocator::purging().unwrap(), Purging::EAGER);
    assert!(resident() < before + (4 << 20), "{before} {}", resident());
    allocator::set_purging(Purging::LAZY).unwrap();
}

#[test]
fn a_thread_of_its_own_purges_while_everybody_sleeps() {
    let _alone = alone();
    let by_itself = Purging {
        dirty: Some(Duration::from_millis(100)),
        by: PurgedBy::Background,
        ..Purging::STEADY
    };
    allocator::set_purging(by_itself).unwrap();
    assert_eq!(allocator::purging().unwrap().by, PurgedBy::Background);
    let before = resident();
    drop(touched(64 * MIB));
    let start = Instant::now();
    while resident() > before + (8 << 20) {
        assert!(start.elapsed() < Duration::from_secs(20), "{before} {}", resident());
        std::thread::sleep(Duration::from_millis(50));
    }
    allocator::set_purging(Purging::LAZY).unwrap();
    assert_eq!(allocator::purging().unwrap().by, PurgedBy::Users);
}

#[test]
fn a_thread_counts_what_it_does_and_not_what_others_do() {
    let _alone = alone();
    let start = allocator::thread().unwrap();
    let held = touched(3 * MIB);
    std::thread::spawn(|| drop(touched(32 * MIB))).join().unwrap();
    let done = allocator::thread().unwrap().since(start);
    assert!((3 << 20..4 << 20).contains(&done.allocated), "{done:?}");
    assert!(done.freed < 1 << 20, "{done:?}");
    // freed elsewhere, counted there
    let freed = std::thread::spawn(move || {
        let start = allocator::thread().unwrap();
        drop(held);
        allocator::thread().unwrap().since(start).freed
    });
    assert!(freed.join().unwrap() >= 3 << 20);
}

#[test]
fn a_threads_peak_is_above_where_it_was_reset() {
    let _alone = alone();
    let jemalloc = allocator::current();
    let _held = touched(2 * MIB);
    jemalloc.reset_thread_peak().unwrap();
    drop(touched(5 * MIB));
    drop(touched(MIB));
    let peak = jemalloc.thread_peak().unwrap();
    assert!((5 << 20..6 << 20).contains(&peak), "{peak}");
}

#[test]
fn reading_allocates_nothing() {
    let _alone = alone();
    let read = || {
        allocator::usage().unwrap();
        for index in 0..allocator::arenas().unwrap() {
            allocator::arena(index).unwrap();
        }
        allocator::purging().unwrap();
        allocator::current().thread_peak().unwrap();
    };
    // the first time names are looked up
    read();
    let start = allocator::thread().unwrap();
    read();
    assert_eq!(allocator::thread().unwrap().since(start).allocated, 0);
}
