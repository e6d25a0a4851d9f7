//! What a pool hands out, takes back and counts.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::sync::mpsc;
use std::thread;

use stream_memory::{ALIGNMENT, BeyondCapacity, Budget, Buf, Pool, PoolStats};

const KIB: u64 = 1 << 10;

#[test]
fn a_buffer_is_aligned_zeroed_and_charged_for_its_capacity() {
    let budget = Budget::new("file", 1 << 20);
    let pool = Pool::new(&budget);
    for len in [0, 1, 63, 64, 65, 4096, 5000, 70_000] {
        let buf = pool.take(&budget, len).unwrap();
        assert_eq!(buf.len(), len);
        assert_eq!(buf.as_ptr().addr() % ALIGNMENT, 0);
        assert!(buf.iter().all(|byte| *byte == 0));
        assert_eq!((buf.reserved(), budget.used()), (buf.capacity() as u64, buf.reserved()));
        pool.trim();
        drop(buf);
        pool.trim();
        assert_eq!(budget.used(), 0);
    }
}

#[test]
fn a_dropped_buffer_is_handed_out_again_with_its_old_contents() {
    let budget = Budget::new("file", 1 << 20);
    let pool = Pool::new(&budget);
    let mut buf = pool.take(&budget, 5000).unwrap();
    buf.fill(7);
    let place = buf.as_ptr();
    drop(buf);
    let again = pool.take(&budget, 4500).unwrap();
    assert_eq!(again.as_ptr(), place, "of the same class");
    assert!(again.iter().all(|byte| *byte == 7));
    let size = again.reserved();
    assert_eq!(
        pool.stats(),
        PoolStats {
            allocations: 1,
            reuses: 1,
            returns: 1,
            live_bytes: size,
            peak_bytes: size,
            ..PoolStats::default()
        }
    );
}

#[test]
fn the_charge_moves_between_taker_and_pool_and_never_doubles_above_them() {
    let root = Budget::new("process", 64 * KIB);
    let pool = Pool::new(&root.child("buffers", u64::MAX));
    let (one, two) = (root.child("one", u64::MAX), root.child("two", 64 * KIB));
    let buf = pool.take(&one, 64 << 10).unwrap();
    assert_eq!([&root, &one, pool.budget()].map(Budget::used), [64 * KIB, 64 * KIB, 0]);
    drop(buf);
    assert_eq!([&root, &one, pool.budget()].map(Budget::used), [64 * KIB, 0, 64 * KIB]);
    // the root is full of the idle buffer itself, which only changes hands
    let buf = pool.take(&two, 64 << 10).unwrap();
    assert_eq!([&root, &two, pool.budget()].map(Budget::used), [64 * KIB, 64 * KIB, 0]);
    assert_eq!((pool.stats().reuses, root.peak()), (1, 64 * KIB));
    drop(buf);
}

#[test]
fn idle_buffers_of_another_size_give_way() {
    let root = Budget::new("process", 64 * KIB);
    let (pool, other) = (Pool::new(&root), Pool::new(&root.child("elsewhere", u64::MAX)));
    drop(pool.take(&root, 32 << 10).unwrap());
    drop(other.take(&root, 20 << 10).unwrap());
    assert_eq!(root.used(), 52 * KIB);
    let buf = other.take(&root, 64 << 10).unwrap();
    assert_eq!((root.used(), pool.stats().frees, other.stats().frees), (64 * KIB, 1, 1));
    drop(buf);
}

#[test]
fn what_idles_is_attainable_though_not_available() {
    let root = Budget::new("process", 128 * KIB);
    let pool = Pool::new(&root.child("buffers", u64::MAX));
    let file = root.child("file", 100 * KIB);
    drop([32 << 10, 32 << 10, 40 << 10].map(|len| pool.take(&root, len).unwrap()));
    let held = file.reserve(10 * KIB).unwrap();
    assert_eq!((root.available(), root.attainable()), (14 * KIB, 118 * KIB));
    assert_eq!((file.available(), file.attainable()), (14 * KIB, 90 * KIB));
    let all = file.reserve(file.attainable()).unwrap();
    assert_eq!((file.attainable(), root.attainable()), (0, 28 * KIB));
    drop((held, all));
}

#[test]
fn a_taker_without_room_is_refused_by_name_and_the_idle_buffer_stays_whole() {
    let root = Budget::new("process", 100 * KIB);
    let pool = Pool::new(&root);
    let small = root.child("small", 4 * KIB);
    drop(pool.take(&root, 64 << 10).unwrap());
    let refusal = pool.take(&small, 64 << 10).unwrap_err();
    assert_eq!((refusal.budget(), refusal.requested()), ("small", 64 * KIB));
    assert_eq!([small.used(), pool.stats().idle_bytes, root.used()], [0, 64 * KIB, 64 * KIB]);
}

#[test]
fn more_than_the_idle_limit_is_freed_and_a_new_size_makes_room_for_itself() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root).with_idle_limit(16 * KIB);
    let bufs = [8192, 8192, 8192].map(|len| pool.take(&root, len).unwrap());
    drop(bufs);
    let stats = pool.stats();
    assert_eq!((stats.returns, stats.frees, stats.idle_bytes), (2, 1, 16 * KIB));
    let larger = pool.take(&root, 12 << 10).unwrap();
    assert_eq!(
        pool.stats().idle_bytes,
        0,
        "16 KiB less the 12 that will come back leave no room for 8"
    );
    drop(larger);
    assert_eq!(pool.stats().idle_bytes, 12 * KIB);
    assert_eq!(pool.clone().with_idle_limit(0).stats().idle_bytes, 0);
    drop(pool.take(&root, 8192).unwrap());
    assert_eq!((pool.stats().idle_bytes, root.used()), (0, 0));
}

#[test]
fn nothing_is_kept_where_the_pools_budget_is_over_its_limit() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root);
    let bufs = [8192, 8192].map(|len| pool.take(&root, len).unwrap());
    root.set_limit(8192);
    drop(bufs);
    assert_eq!((pool.stats().frees, pool.stats().returns), (1, 1));
    assert_eq!(root.used(), 8192);
}

#[test]
fn a_buffer_survives_its_pool_and_is_then_freed() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root);
    let mut buf = pool.take(&root, 8192).unwrap();
    drop(pool.take(&root, 4096).unwrap());
    drop(pool);
    assert_eq!(root.used(), 8192, "the idle one went with the pool");
    buf.fill(1);
    buf.grow(20_000).unwrap();
    assert!(buf[..8192].iter().all(|byte| *byte == 1));
    drop(buf);
    assert_eq!(root.used(), 0);
}

#[test]
fn lengths_change_within_the_capacity_and_growing_beyond_it_copies() {
    let root = Budget::new("process", 20 * KIB);
    let pool = Pool::new(&root);
    let mut buf = pool.take(&root, 5000).unwrap();
    let capacity = buf.capacity();
    buf.fill(3);
    assert_eq!(buf.set_len(capacity + 1), Err(BeyondCapacity { len: capacity + 1, capacity }));
    assert_eq!(buf.len(), 5000);
    buf.set_len(capacity).unwrap();
    buf.truncate(4);
    buf.truncate(9);
    assert_eq!(&buf[..], [3; 4]);
    buf.grow(10 << 10).unwrap();
    assert_eq!((&buf[..4], buf.len(), buf.reserved()), (&[3; 4][..], 10 << 10, 10 * KIB));
    buf.grow(1).unwrap();
    assert_eq!(buf.len(), 10 << 10, "growing never shortens");
    let refusal = buf.grow(11 << 10).unwrap_err();
    assert_eq!((refusal.requested(), buf.len()), (12 * KIB, 10 << 10));
    assert_eq!(pool.stats().live_bytes, 10 * KIB);
}

#[test]
fn a_length_that_cannot_be_allocated_is_refused_not_fatal() {
    let root = Budget::new("all", u64::MAX);
    for len in [usize::MAX, isize::MAX.unsigned_abs()] {
        let refusal = Buf::unpooled(&root, len).unwrap_err();
        assert!(refusal.is_by_system());
        assert!(refusal.to_string().starts_with("budget \"all\": the system has no memory for"));
    }
    assert_eq!(root.used(), 0);
}

#[test]
#[cfg_attr(miri, ignore = "its allocator gives up instead of returning null")]
fn memory_that_the_system_does_not_have_is_refused_not_fatal() {
    let root = Budget::new("all", u64::MAX);
    let pool = Pool::new(&root);
    drop(pool.take(&root, 8192).unwrap());
    // more than an address space: the allocator itself says no
    let refusal = pool.take(&root, 1 << 60).unwrap_err();
    assert!(refusal.is_by_system());
    assert_eq!((pool.stats().idle_bytes, root.used()), (0, 0), "what was idle was tried first");
}

#[test]
fn a_charge_can_follow_a_buffer_to_another_budget() {
    let root = Budget::new("process", 64 * KIB);
    let pool = Pool::new(&root);
    let (one, two) = (root.child("one", u64::MAX), root.child("two", u64::MAX));
    let mut buf = pool.take(&one, 64 << 10).unwrap();
    buf.transfer(&two).unwrap();
    assert_eq!([&root, &one, &two].map(Budget::used), [64 * KIB, 0, 64 * KIB]);
    drop(buf);
    assert_eq!([&root, &two, pool.budget()].map(Budget::used), [64 * KIB, 0, 64 * KIB]);
}

#[test]
fn buffers_come_back_from_other_threads() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root);
    let (sender, receiver) = mpsc::sync_channel::<Buf>(16);
    let consumer = thread::spawn(move || receiver.iter().map(|buf| usize::from(buf[0])).sum());
    for round in 0..200u8 {
        let mut buf = pool.take(&root, 8192).unwrap();
        buf[0] = round & 1;
        sender.send(buf).unwrap();
    }
    drop(sender);
    let odd: usize = consumer.join().unwrap();
    assert_eq!(odd, 100);
    let stats = pool.stats();
    assert_eq!(stats.live_bytes, 0);
    assert_eq!(stats.allocations + stats.reuses, 200);
    assert_eq!(stats.allocations - stats.frees, stats.idle_buffers);
    assert_eq!(root.used(), stats.idle_bytes);
}

/// Does something on a thread of its own, and so with another shard.
fn elsewhere<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(act).join().unwrap())
}

#[test]
fn what_idles_by_one_thread_is_used_again_by_another() {
    let root = Budget::new("process", 64 * KIB);
    let pool = Pool::new(&root);
    let place = elsewhere(|| pool.take(&root, 64 << 10).unwrap().as_ptr().addr());
    let buf = pool.take(&root, 64 << 10).unwrap();
    assert_eq!((buf.as_ptr().addr(), pool.stats().reuses), (place, 1));
    // and comes back to whoever took it, from whichever thread
    elsewhere(|| drop(buf));
    let stats = pool.stats();
    assert_eq!((stats.returns, stats.idle_buffers, stats.live_bytes), (2, 1, 0));
    assert_eq!(pool.take(&root, 64 << 10).unwrap().as_ptr().addr(), place);
}

#[test]
fn the_longest_idle_goes_first_whichever_thread_it_was() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root);
    // by size, so that it is seen which one went
    let sizes = [8u64, 12, 16, 20, 24].map(|kib| kib * KIB);
    let bufs = sizes.map(|size| elsewhere(|| pool.take(&root, size as usize).unwrap()));
    for buf in bufs {
        elsewhere(|| drop(buf));
    }
    let mut left: u64 = sizes.iter().sum();
    assert_eq!(pool.stats().idle_bytes, left);
    for oldest in sizes {
        let all = root.reserve(root.attainable() - left + oldest).unwrap();
        left -= oldest;
        assert_eq!(pool.stats().idle_bytes, left, "after {oldest}");
        drop(all);
    }
    assert_eq!(pool.stats().frees, 5);
}

#[test]
fn the_idle_limit_is_one_for_all_threads_and_is_the_limit_of_the_pools_budget() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root).with_idle_limit(16 * KIB);
    assert_eq!(pool.budget().limit(), 16 * KIB);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    drop([8192, 4096, 8192].map(|len| pool.take(&root, len).unwrap()));
                }
            });
        }
    });
    let stats = pool.stats();
    assert!(stats.idle_bytes <= 16 * KIB && pool.budget().peak() <= 16 * KIB, "{stats:?}");
    assert_eq!(stats.allocations - stats.frees, stats.idle_buffers);
    assert_eq!((stats.live_bytes, root.used()), (0, stats.idle_bytes));
}

#[test]
fn what_comes_back_to_a_pool_that_is_gone_is_freed_and_can_still_grow() {
    let root = Budget::new("process", 1 << 20);
    let pool = Pool::new(&root);
    let mut bufs = [8192, 12 << 10].map(|len| pool.take(&root, len).unwrap());
    drop(pool);
    bufs[0].grow(40 << 10).unwrap();
    assert_eq!(root.used(), 52 * KIB, "the smaller one was freed at once");
    elsewhere(|| drop(bufs));
    assert_eq!((root.used(), root.holders().len()), (0, 0));
}
