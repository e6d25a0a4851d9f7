//! What watching costs: the thread's own time on a core for one step, and as a part of a core at the usual interval.
//!
//! `cargo bench -p stream-memory --bench monitor`
#![allow(clippy::unwrap_used, reason = "nothing here comes from input")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use stream_memory::monitor::{INTERVAL, Setup};
use stream_memory::{Budget, Pool};

/// Steps taken back to back, with warm caches: the best case.
const WARM: u32 = 5000;

/// Steps taken at intervals, as the monitor takes them: the processor has done other things meanwhile.
const SPACED: u32 = 100;

fn main() {
    let budget = Budget::new("process", 1 << 30);
    let files: Vec<Budget> = (0..8).map(|i| budget.child(format!("file {i}"), u64::MAX)).collect();
    let pools: Vec<Pool> = files.iter().map(Pool::new).collect();
    let held: Vec<_> = pools.iter().zip(&files).map(|(p, f)| p.take(f, 1 << 20).unwrap()).collect();
    let setup = || Setup::new().with_budget(&budget);

    let mut watcher = setup().watcher().unwrap();
    let mut step = || {
        black_box(watcher.step(|_| ()));
    };
    report("back to back", WARM, spent(|| (0..WARM).for_each(|_| step())));
    let spaced = spent(|| {
        for _ in 0..SPACED {
            std::thread::sleep(Duration::from_millis(20));
            step();
        }
    });
    report("20 ms apart", SPACED, spaced);

    let start = Instant::now();
    let monitors: Vec<_> = (0..100).map(|_| setup().start().unwrap()).collect();
    println!("start: {:.1} us each, the first sample included", micros(start.elapsed()) / 100.0);
    drop((monitors, held));
}

fn report(name: &str, steps: u32, time: Duration) {
    let each = time / steps;
    let part = each.as_secs_f64() / INTERVAL.as_secs_f64() * 100.0;
    println!("{name}: {:.1} us a step, {part:.4} % of a core each {INTERVAL:?}", micros(each));
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Time of this thread on a core.
fn spent(act: impl FnOnce()) -> Duration {
    let now = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let before = now();
    act();
    now() - before
}
