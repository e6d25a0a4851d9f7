//! Every interleaving (up to three preemptions) of what threads do to budgets and pools.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release -p stream-memory --test loom`
#![cfg(loom)]
#![allow(clippy::unwrap_used, reason = "nothing here comes from input")]

use loom::thread;
use stream_memory::{Budget, Pool};

/// Three preemptions find nearly all races in practice, and keep the models within minutes.
fn model(run: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

#[test]
fn two_children_that_race_for_the_last_bytes_one_gets_them() {
    model(|| {
        let root = Budget::new("root", 10);
        let (one, two) = (root.child("one", u64::MAX), root.child("two", u64::MAX));
        let racer = two.clone();
        let other = thread::spawn(move || racer.reserve(6));
        let mine = one.reserve(6);
        let other = other.join().unwrap();
        assert!(mine.is_ok() ^ other.is_ok(), "one fits, both do not");
        assert_eq!((root.used(), root.peak()), (6, 6));
        assert_eq!((one.used(), two.used()), if mine.is_ok() { (6, 0) } else { (0, 6) });
        assert_eq!(one.peak() + two.peak(), 6, "a refusal leaves no peak below");
        drop((mine, other));
        assert_eq!([&root, &one, &two].map(Budget::used), [0; 3]);
    });
}

#[test]
fn no_byte_is_lost_or_doubled_and_the_peak_is_no_less_than_anybody_saw() {
    model(|| {
        let root = Budget::new("root", 100);
        let child = root.child("child", 100);
        let racer = child.clone();
        let other = thread::spawn(move || {
            let mut held = racer.reserve(3).unwrap();
            held.grow(4).unwrap();
            let seen = racer.used();
            held.shrink(5);
            (held, seen)
        });
        let held = root.reserve(10).unwrap();
        let seen = root.used();
        drop(held);
        let (held, seen_below) = other.join().unwrap();
        assert_eq!((root.used(), child.used(), held.bytes()), (2, 2, 2));
        assert_eq!((child.peak(), seen_below), (7, 7));
        assert!(seen <= root.peak() && (10..=17).contains(&root.peak()));
        drop(held);
        assert_eq!((root.used(), child.used()), (0, 0));
    });
}

#[test]
fn a_transfer_is_never_counted_twice_nor_uncounted_above() {
    model(|| {
        let root = Budget::new("root", 10);
        let (one, two) = (root.child("one", u64::MAX), root.child("two", u64::MAX));
        let mut held = one.reserve(8).unwrap();
        let to = two.clone();
        let mover = thread::spawn(move || {
            held.transfer(&to).unwrap();
            held
        });
        assert_eq!(root.used(), 8);
        // exactly the two bytes beside it fit, at any moment
        let beside = root.reserve(2).unwrap();
        assert!(root.reserve(1).is_err());
        drop(beside);
        let held = mover.join().unwrap();
        assert_eq!([&root, &one, &two].map(Budget::used), [8, 0, 8]);
        assert_eq!(root.peak(), 10);
        drop(held);
    });
}

const SIZE: usize = 4096;

#[test]
fn an_idle_buffer_goes_to_one_taker_or_gives_way_and_nobody_is_refused_for_nothing() {
    model(|| {
        let root = Budget::new("root", SIZE as u64);
        let pool = Pool::new(&root);
        drop(pool.take(&root, SIZE).unwrap());
        let racer = root.clone();
        let other = thread::spawn(move || racer.reserve(SIZE as u64));
        let mine = pool.take(&root, SIZE);
        let other = other.join().unwrap();
        assert!(mine.is_ok() ^ other.is_ok(), "one fits, both do not");
        assert_eq!((root.used(), root.peak()), (SIZE as u64, SIZE as u64));
        drop((mine, other));
        pool.trim();
        assert_eq!(root.used(), 0);
    });
}

#[test]
fn a_pool_trimmed_while_somebody_is_short_refuses_nobody() {
    model(|| {
        let root = Budget::new("root", SIZE as u64);
        let pool = Pool::new(&root);
        drop(pool.take(&root, SIZE).unwrap());
        let trimmed = pool.clone();
        let trimmer = thread::spawn(move || trimmed.trim());
        let all = root.reserve(SIZE as u64).unwrap();
        trimmer.join().unwrap();
        assert_eq!((root.used(), pool.stats().frees), (SIZE as u64, 1));
        drop(all);
        assert_eq!(root.used(), 0);
    });
}

#[test]
fn a_buffer_dropped_while_another_is_taken_is_counted_once() {
    model(|| {
        let root = Budget::new("root", 2 * SIZE as u64);
        let pool = Pool::new(&root);
        let child = root.child("child", u64::MAX);
        let first = pool.take(&child, SIZE).unwrap();
        let dropper = thread::spawn(move || drop(first));
        let second = pool.take(&root, SIZE).unwrap();
        assert!(root.used() <= root.limit());
        dropper.join().unwrap();
        let stats = pool.stats();
        assert_eq!(stats.live_bytes, SIZE as u64);
        assert_eq!(stats.allocations + stats.reuses, 2);
        assert_eq!(root.used(), stats.live_bytes + stats.idle_bytes);
        assert_eq!((child.used(), pool.budget().used()), (0, stats.idle_bytes));
        drop(second);
        pool.trim();
        assert_eq!(root.used(), 0);
    });
}

#[test]
fn somebody_short_finds_what_idles_while_shards_fill_and_empty_behind_his_back() {
    const LARGER: usize = 5120;
    model(|| {
        let root = Budget::new("root", (SIZE + LARGER) as u64);
        let pool = Pool::new(&root);
        // shards are two: that of this thread and the third, and that of the second
        let larger = pool.take(&root, LARGER).unwrap();
        let (second, budget) = (pool.clone(), root.clone());
        thread::spawn(move || drop(second.take(&budget, SIZE).unwrap())).join().unwrap();
        let (third, budget) = (pool.clone(), root.clone());
        // at any moment one of the two is idle: first the smaller in one shard, in the end the larger in the other
        let third = thread::spawn(move || {
            drop(larger);
            third.take(&budget, SIZE).ok()
        });
        drop(root.reserve(SIZE as u64).unwrap());
        drop(third.join().unwrap());
        pool.trim();
        assert_eq!(root.used(), 0);
    });
}

#[test]
fn an_idle_buffer_of_another_thread_is_found_by_taker_and_reclaimer() {
    model(|| {
        let root = Budget::new("root", SIZE as u64);
        let pool = Pool::new(&root);
        drop(pool.take(&root, SIZE).unwrap());
        let (taking, budget) = (pool.clone(), root.clone());
        let taker = thread::spawn(move || taking.take(&budget, SIZE));
        let mine = root.reserve(SIZE as u64);
        let other = taker.join().unwrap();
        assert!(mine.is_ok() ^ other.is_ok(), "one fits, both do not");
        assert_eq!((root.used(), root.peak()), (SIZE as u64, SIZE as u64));
        drop((mine, other));
        pool.trim();
        assert_eq!(root.used(), 0);
    });
}

#[test]
fn a_buffer_that_comes_back_while_its_pool_closes_is_freed() {
    model(|| {
        let root = Budget::new("root", 2 * SIZE as u64);
        let pool = Pool::new(&root);
        let live = pool.take(&root, SIZE).unwrap();
        drop(pool.take(&root, SIZE).unwrap());
        let dropper = thread::spawn(move || drop(live));
        drop(pool);
        dropper.join().unwrap();
        assert_eq!(root.used(), 0);
    });
}
