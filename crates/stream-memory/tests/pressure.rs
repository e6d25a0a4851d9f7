//! Pools, caches and plain reservations that press on one another from many threads.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use stream_memory::{Budget, Buf, Cache, OverBudget, Pinned, Pool, Reservation};

/// Compiles only if all of these may be sent to and shared with other threads.
const _: () = {
    const fn threads_may_share<T: Send + Sync>() {}
    threads_may_share::<(Budget, Reservation, OverBudget)>();
    threads_may_share::<(Pool, Buf)>();
    threads_may_share::<(Cache<u32, Buf>, Pinned<Buf>)>();
};

const THREADS: usize = 4;
const ROUNDS: usize = if cfg!(miri) { 15 } else { 3_000 };

#[test]
fn whoever_is_short_gets_what_idles_however_many_press_at_once() {
    // each thread alone holds at most a quarter: whatever idles, nobody may ever be refused
    let root = Budget::new("process", (THREADS as u64 * 32) << 10);
    let pools = [Pool::new(&root), Pool::new(&root.child("second", u64::MAX))];
    let cache = Cache::new(&root, u64::MAX);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (file, pools, cache) = (root.child("file", 32 << 10), &pools, &cache);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let pool = &pools[(thread + round) % 2];
                    match round % 4 {
                        0 => drop(pool.take(&file, 4096 << (round / 4 % 4)).unwrap()),
                        1 => drop(file.reserve(32 << 10).unwrap()),
                        2 => drop(cache.insert((thread, round % 7), [0u8; 64], 9000).ok()),
                        _ => drop(cache.get(&(thread, round % 5))),
                    }
                }
            });
        }
    });
    assert!(root.peak() <= root.limit());
    cache.trim();
    for pool in &pools {
        let idle = pool.stats().idle_bytes;
        assert_eq!(pool.trim(), idle);
    }
    assert_eq!(root.used(), 0);
}

#[test]
fn cached_buffers_give_way_through_cache_and_pool() {
    let root = Budget::new("process", 64 << 10);
    // registered before the cache, so it is asked first, when it has nothing yet
    let pool = Pool::new(&root);
    let cache: Cache<u32, Buf> = Cache::new(&root, u64::MAX);
    for key in 0..3 {
        let buf = pool.take(cache.budget(), 16 << 10).unwrap();
        cache.insert(key, buf, 0).unwrap();
    }
    let pinned = cache.get(&0).unwrap();
    let all_but_one = root.reserve((48 << 10) - pinned.reserved()).unwrap();
    assert_eq!((cache.stats().entries, pool.stats().frees), (1, 2));
    assert!(root.reserve(1).is_err(), "the pinned one stays");
    drop((pinned, all_but_one));
}

/// A value that uses the cache's budget, pool and the cache itself while it is dropped.
struct Meddler(Budget, Pool, Cache<usize, Meddler>);

static DROPPED: AtomicUsize = AtomicUsize::new(0);

impl Drop for Meddler {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
        drop(self.0.reserve(60 << 10));
        drop(self.1.take(&self.0, 8192));
        self.1.trim();
        self.2.trim();
        drop(self.2.get(&0));
    }
}

#[test]
fn values_that_meddle_while_dropped_lock_nothing_up() {
    let root = Budget::new("process", 64 << 10);
    let pool = Pool::new(&root);
    let cache = Cache::new(&root, 16 << 10);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (root, pool, cache) = (&root, &pool, &cache);
            scope.spawn(move || {
                for round in 0..ROUNDS / 10 {
                    let value = Meddler(root.clone(), pool.clone(), cache.clone());
                    drop(cache.insert(thread * ROUNDS + round, value, 5000).ok());
                    drop(root.reserve(50 << 10).ok());
                    drop(pool.take(root, 12 << 10).ok());
                }
            });
        }
    });
    cache.trim();
    pool.trim();
    assert_eq!(root.used(), 0);
    assert_eq!(DROPPED.load(Ordering::SeqCst), THREADS * (ROUNDS / 10));
}
