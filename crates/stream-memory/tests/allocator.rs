//! The system's allocator behind the same interface: what it says, and what it says it cannot do.
#![cfg(all(not(loom), target_os = "linux", target_env = "gnu"))]

use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_memory::allocator::{self, Capability, Purging, Refusal};

/// One at a time: the heap is everybody's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn touched(bytes: usize) -> Vec<u8> {
    let mut memory = vec![0; bytes];
    memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
    std::hint::black_box(memory)
}

#[test]
fn live_bytes_follow_what_is_held() {
    let _alone = alone();
    let before = allocator::usage().unwrap().live;
    let held = touched(48 << 20);
    let grown = allocator::usage().unwrap().live.saturating_sub(before);
    assert!((48 << 20..50 << 20).contains(&grown), "{grown}");
    drop(held);
    let left = allocator::usage().unwrap().live.saturating_sub(before);
    assert!(left < 1 << 20, "{left}");
}

#[test]
fn purging_gives_back_what_lies_between_live_blocks() {
    let _alone = alone();
    // below the size from which each is mapped alone: freed, they stay in the heap
    let mut held: Vec<_> = (0..1024).map(|_| touched(64 << 10)).collect();
    let last = held.pop();
    drop(held);
    let purged = allocator::purge().unwrap();
    assert!(purged.freed >= 32 << 20, "{purged:?}");
    drop(last);
}

#[test]
fn what_it_cannot_do_is_named() {
    let _alone = alone();
    let lacks = |what| Refusal::Unsupported { allocator: "glibc", what };
    assert_eq!(allocator::arenas(), Err(lacks(Capability::Arenas)));
    assert_eq!(allocator::purging(), Err(lacks(Capability::Decay)));
    assert_eq!(allocator::set_purging(Purging::EAGER), Err(lacks(Capability::Decay)));
    assert_eq!(allocator::thread(), Err(lacks(Capability::Threads)));
    assert_eq!(allocator::current().thread_peak(), Err(lacks(Capability::ThreadPeak)));
    let usage = allocator::usage().unwrap();
    assert_eq!(usage.resident, None, "addresses are not memory");
    assert_eq!(
        lacks(Capability::Decay).to_string(),
        "allocator glibc: cannot be told when to give memory back"
    );
}

#[test]
fn a_critical_section_holds_off_purges_and_says_that_the_rest_goes_on() {
    let _alone = alone();
    let outer = allocator::critical();
    assert!(matches!(outer.automatic(), Err(Refusal::Unsupported { .. })));
    let inner = allocator::critical();
    assert_eq!(allocator::purge(), Err(Refusal::Critical));
    drop(outer);
    assert_eq!(allocator::purge(), Err(Refusal::Critical));
    drop(inner);
    assert!(allocator::purge().is_ok());
}
