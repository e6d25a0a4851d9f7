//! What the heap really holds is never more than what is charged, and a little besides.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use stream_memory::{Budget, Buf, Cache, Pool};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// Counts what is allocated, as the layouts say.
struct Counting;

// SAFETY: every call is handed on to `System` as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::SeqCst) + layout.size();
        PEAK.fetch_max(live, Ordering::SeqCst);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

/// One at a time: the heap is everybody's.
static ALONE: Mutex<()> = Mutex::new(());

/// Runs `act` and returns by how much the heap rose meanwhile, at most, in bytes.
fn rise(act: impl FnOnce()) -> u64 {
    let before = LIVE.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    act();
    (PEAK.load(Ordering::SeqCst) - before) as u64
}

/// What budgets, pools and caches are themselves made of: names, counters, a short list for each of some
/// 25 size classes (256 bytes each), and the tests' own vectors.
const BESIDES: u64 = 16 << 10;
const ENTRIES: u64 = if cfg!(miri) { 300 } else { 20_000 };

#[test]
fn a_cache_of_small_entries_is_charged_for_its_tables_even_while_they_grow() {
    let _alone = ALONE.lock().unwrap();
    let budget = Budget::new("file", u64::MAX);
    let empty = LIVE.load(Ordering::SeqCst);
    let cache: Cache<u64, u64> = Cache::new(&budget, u64::MAX);
    for key in 0..ENTRIES {
        // the peak of each insertion alone: tables that double are there twice while they move
        let held = (LIVE.load(Ordering::SeqCst) - empty) as u64;
        let risen = rise(|| drop(cache.insert(key, key, 0).unwrap()));
        let charged = budget.used();
        assert!(held + risen <= charged + BESIDES, "entry {key}: {held} + {risen} of {charged}");
    }
}

#[test]
fn buffers_live_idle_and_moving_are_charged_for_all_they_take() {
    let _alone = ALONE.lock().unwrap();
    let budget = Budget::new("file", 1 << 20);
    let risen = rise(|| {
        let pool = Pool::new(&budget);
        let mut held: Vec<Buf> = Vec::with_capacity(64);
        let mut state = 1u64;
        for _ in 0..if cfg!(miri) { 100 } else { 5_000 } {
            // Knuth's 64-bit linear congruential generator
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (what, len) = (state >> 61, (state >> 40) as usize % 200_000);
            match what {
                0..4 => held.extend(pool.take(&budget, len).ok()),
                4 => held.extend(Buf::unpooled(&budget, len).ok()),
                5 => held.iter_mut().take(1).for_each(|buf| drop(buf.grow(len))),
                _ if held.is_empty() => {}
                _ => drop(held.swap_remove(len % held.len())),
            }
            held.truncate(60);
            assert_eq!(pool.stats().idle_bytes, pool.budget().used());
        }
    });
    assert!(budget.peak() > 1_000_000, "the budget was really pressed: {}", budget.peak());
    assert!(risen <= budget.peak() + BESIDES, "{risen} of {}", budget.peak());
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_refusal_allocates_nothing_to_speak_of() {
    let _alone = ALONE.lock().unwrap();
    let budget = Budget::new("file", 1 << 20);
    let pool = Pool::new(&budget);
    let risen = rise(|| {
        for _ in 0..100 {
            drop(pool.take(&budget, 1 << 40).unwrap_err());
        }
    });
    assert!(risen < 4096, "{risen}");
}
