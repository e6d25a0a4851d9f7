use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use stream_core::memory::Budget;
use stream_core::{Array, Place};
use stream_memory::{Buf, Limits};

use super::*;

/// Counts who reads at once.
struct Plan {
    budget: Budget,
    reading: AtomicUsize,
    most: AtomicUsize,
    furthest: AtomicUsize,
}

const CHUNKS: usize = 40;

impl Plan {
    fn new() -> Plan {
        let zero = || AtomicUsize::new(0);
        let budget = Budget::new("b", 1 << 20);
        Plan { budget, reading: zero(), most: zero(), furthest: zero() }
    }
}

impl ChunkPlan for Plan {
    fn len(&self) -> usize {
        CHUNKS
    }

    fn array(&self) -> Option<Array> {
        None
    }

    fn place(&self, _: usize) -> Option<Place> {
        None
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        let now = self.reading.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        self.furthest.fetch_max(index, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(1));
        let chunk = Chunk::bytes_at(0, index as u64, Buf::unpooled(&self.budget, 1)?);
        self.reading.fetch_sub(1, Ordering::SeqCst);
        chunk
    }
}

#[test]
fn while_memory_is_tight_one_thread_reads_and_not_far_ahead_and_then_more_do() {
    let (plan, throttle) = (Plan::new(), Throttle::new());
    throttle.set(Limits { threads: 1, ahead: Some(1), ..Limits::NONE });
    let ahead = Ahead::new(&plan, NonZeroUsize::new(4).unwrap(), &throttle);
    let mut sent = Vec::new();
    let done = ahead.run(|result| {
        let Some(chunk) = result.unwrap() else { return Ok(Sent::End) };
        let at = chunk.origin()[0] as usize;
        if at < 10 {
            assert_eq!(plan.most.load(Ordering::SeqCst), 1);
            assert!(plan.furthest.load(Ordering::SeqCst) <= at + 1, "chunk {at}");
        }
        if at == 10 {
            throttle.set(Limits::NONE);
        }
        // whoever sends is slower than those who read
        std::thread::sleep(Duration::from_millis(2));
        sent.push(at);
        Ok(Sent::Chunk)
    });
    done.unwrap();
    assert_eq!(sent, (0..CHUNKS).collect::<Vec<_>>());
    assert!(plan.most.load(Ordering::SeqCst) > 1, "it is free to read on all threads again");
}
