//! Nanoseconds of a span, with profiling off and on: `cargo bench -p stream-memory --bench profile`.

use std::hint::black_box;
use std::time::Instant;

use stream_memory::profile;

const ROUNDS: u32 = 5_000_000;

fn main() {
    // the least of some runs: what the machine does beside only adds
    let work = || {
        black_box(0);
    };
    measure("nothing", work);
    measure("span, off", || {
        let _span = profile::span("bench");
        work();
    });
    measure("current place and its span, off", || {
        let _span = profile::current().span("bench");
        work();
    });
    profile::start();
    measure("span, on", || {
        let _span = profile::span("bench");
        work();
    });
    profile::stop();
}

fn measure(what: &str, act: impl Fn()) {
    let run = || {
        let start = Instant::now();
        (0..ROUNDS).for_each(|_| act());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(ROUNDS)
    };
    let least = (0..5).map(|_| run()).fold(f64::INFINITY, f64::min);
    println!("{what:32} {least:8.2} ns");
}
