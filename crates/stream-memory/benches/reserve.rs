//! Nanoseconds per reservation and per pooled buffer, from one thread and from eight.
//!
//! `cargo bench -p stream-memory`. Each figure is wall time divided by the operations of all threads.

#![allow(clippy::unwrap_used, reason = "nothing here comes from input")]

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use stream_memory::{Budget, Buf, Cache, Pool};

const ROUNDS: u32 = 500_000;

fn main() {
    let root = Budget::new("process", 1 << 30);
    let file = root.child("file", u64::MAX);
    let pool = Pool::new(&root);
    let cache = Cache::new(&root, 1 << 20);
    for threads in [1, 8] {
        measure("reserve, one level", threads, || drop(black_box(root.reserve(4096).unwrap())));
        measure("reserve, two levels", threads, || drop(black_box(file.reserve(4096).unwrap())));
        measure("refused, two levels", threads, || {
            drop(black_box(file.reserve(2 << 30).unwrap_err()))
        });
        // what the pool saves: std's allocator clears memory of this alignment itself
        measure("a fresh 64 KiB", threads, || {
            drop(black_box(Buf::unpooled(&file, 1 << 16).unwrap()))
        });
        measure("take a pooled 64 KiB", threads, || {
            drop(black_box(pool.take(&file, 1 << 16).unwrap()))
        });
        drop(cache.insert(1u64, 2u64, 0).unwrap());
        measure("get from a cache", threads, || drop(black_box(cache.get(&1).unwrap())));
    }
    println!("{:?}", pool.stats());
}

fn measure(what: &str, threads: u32, act: impl Fn() + Sync) {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..ROUNDS).for_each(|_| act()));
        }
    });
    let nanos = start.elapsed().as_nanos() / u128::from(ROUNDS * threads);
    println!("{what:22} {threads} threads {nanos:5} ns");
}
