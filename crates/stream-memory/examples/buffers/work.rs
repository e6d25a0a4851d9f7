//! The work: two threads that each take buffers of 1 MiB, as one that decodes and reads ahead, touch each page of them and
//! give them back, again and again.

#![allow(clippy::panic, reason = "nothing here comes from input")]

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use stream_memory::{Budget, Pool};

const THREADS: usize = 2;
const BUFFER: usize = 1 << 20;
const PAGE: usize = 4096;

/// Does it with buffers from a pool (`pool`), fresh ones as `malloc` gives them, or zeroed ones (`fresh`); as many rounds as the
/// second argument says for each thread, with as many buffers held at once as the third says. Prints microseconds a buffer, by the
/// clock and by the processors' time. A tenth of the rounds comes before and is not timed. Without arguments it does nothing.
pub(crate) fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(how) = arguments.next() else { return };
    let mut number = |default| arguments.next().map_or(Some(default), |text| text.parse().ok());
    let (Some(rounds), Some(held)) = (number(2_000), number(4)) else {
        panic!("expected pool, fresh or malloc, then a number of rounds and one of buffers")
    };
    let work = Work { rounds, held };
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
    let (wall, processors) = match how.as_str() {
        "pool" => work.on_threads(from_pool),
        "fresh" => work.on_threads(fresh),
        "malloc" => work.on_threads(malloc),
        other => panic!("{other}: expected pool, fresh or malloc"),
    };
    let buffers = rounds as f64 * held as f64;
    let each = |time: Duration, buffers: f64| time.as_secs_f64() * 1e6 / buffers;
    println!(
        "{:.3} us a buffer, {:.3} us of a processor",
        each(wall, buffers),
        each(processors, buffers * THREADS as f64)
    );
}

fn touch(buffer: &mut [u8]) {
    for byte in buffer.iter_mut().step_by(PAGE) {
        *byte = 1;
    }
    black_box(buffer);
}

struct Work {
    rounds: usize,
    held: usize,
}

impl Work {
    /// How long the slower thread took, and what both used of processors.
    fn on_threads<T>(&self, act: impl Fn() -> T + Sync) -> (Duration, Duration) {
        let warm = Barrier::new(THREADS);
        let work = || {
            self.rounds(self.rounds.div_ceil(10), &act);
            warm.wait();
            let (start, used) = (Instant::now(), used());
            self.rounds(self.rounds, &act);
            (start.elapsed(), self::used().saturating_sub(used))
        };
        thread::scope(|scope| {
            let threads = [(); THREADS].map(|()| scope.spawn(work));
            let each = threads.into_iter().map(|thread| thread.join().unwrap_or_default());
            each.fold(Default::default(), |(wall, used): (Duration, Duration), one| {
                (wall.max(one.0), used.saturating_add(one.1))
            })
        })
    }

    fn rounds<T>(&self, rounds: usize, act: impl Fn() -> T) {
        let mut held = Vec::with_capacity(self.held);
        for _ in 0..rounds {
            held.extend((0..self.held).map(|_| act()));
            held.clear();
        }
    }
}

/// What this thread used of a processor so far.
fn used() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
