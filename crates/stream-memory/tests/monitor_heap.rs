//! Watching allocates nothing.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use stream_memory::monitor::Setup;
use stream_memory::{Budget, Cache, Pool};

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
}

/// Counts the allocations of each thread.
struct Counting;

// SAFETY: every call is handed on to `System` as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        CALLS.set(CALLS.get() + 1);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

#[test]
#[cfg_attr(miri, ignore = "asks the running system")]
fn a_thousand_samples_of_this_process_allocate_nothing() {
    let budget = Budget::new("process", 1 << 30);
    let files: Vec<Budget> = (0..40).map(|i| budget.child(format!("f{i}"), u64::MAX)).collect();
    let pools: Vec<Pool> = files.iter().map(Pool::new).collect();
    let cache: Cache<u32, u32> = Cache::new(&budget, 1 << 20);
    drop(cache.insert(1, 1, 10_000).unwrap());
    let live: Vec<_> = pools.iter().zip(&files).map(|(p, f)| p.take(f, 100_000).unwrap()).collect();
    let mut watcher = Setup::new().with_budget(&budget).with_history(100).watcher().unwrap();
    let mut told = 0;
    // the first steps have something to tell where the machine is short right now
    for _ in 0..100 {
        watcher.step(|_| told += 1);
    }
    let (before, told_before) = (CALLS.get(), told);
    for _ in 0..1000 {
        watcher.step(|_| told += 1);
    }
    let calls = CALLS.get() - before;
    // an alert names the group that limits, in a string of its own
    assert!(calls <= 4 * (told - told_before), "{calls} allocations, {told} alerts");
    assert_eq!(watcher.latest().budget.unwrap().held.pools.allocations, 40);
    drop(live);
}
