//! The work: two threads that each take four buffers of 1 MiB, as one that decodes and reads ahead, touch each page of them and
//! give them back, again and again.

#![allow(clippy::panic, reason = "nothing here comes from input")]

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use stream_memory::{Budget, Pool};

const THREADS: usize = 2;
const HELD: usize = 4;
const BUFFER: usize = 1 << 20;
const PAGE: usize = 4096;

/// Does it with buffers from a pool (`pool`), or fresh ones (`fresh`), as many rounds as the second argument says
/// for each thread, and prints microseconds a buffer. Without arguments it does nothing.
pub(crate) fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(how) = arguments.next() else { return };
    let rounds: u32 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let budget = Budget::new("buffers", 64 << 20);
    let pool = Pool::new(&budget);
    let from_pool = || {
        let mut buffer = match pool.take(&budget, BUFFER) {
            Ok(buffer) => buffer,
            Err(refusal) => panic!("{refusal}"),
        };
        touch(&mut buffer);
        buffer
    };
    let fresh = || {
        let mut buffer = vec![0u8; BUFFER];
        touch(&mut buffer);
        buffer
    };
    // what safe code cannot read into
    let malloc = || {
        let mut buffer: Vec<u8> = Vec::with_capacity(BUFFER);
        for place in buffer.spare_capacity_mut().iter_mut().step_by(PAGE) {
            place.write(1);
        }
        black_box(&mut buffer);
        buffer
    };
    let start = Instant::now();
    match how.as_str() {
        "pool" => on_threads(rounds, from_pool),
        "fresh" => on_threads(rounds, fresh),
        "malloc" => on_threads(rounds, malloc),
        other => panic!("{other}: expected pool, fresh or malloc"),
    }
    let each = start.elapsed().as_secs_f64() * 1e6 / (f64::from(rounds) * HELD as f64);
    println!("{each:.3} us a buffer");
}

fn touch(buffer: &mut [u8]) {
    for byte in buffer.iter_mut().step_by(PAGE) {
        *byte = 1;
    }
    black_box(buffer);
}

fn on_threads<T>(rounds: u32, act: impl Fn() -> T + Sync) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| (0..rounds).for_each(|_| drop([act(), act(), act(), act()])));
        }
    });
}
