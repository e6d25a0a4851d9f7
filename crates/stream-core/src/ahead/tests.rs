use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use stream_memory::{Budget, Limits, Throttle};

use super::*;
use crate::{DType, Dims, Error, ErrorKind, MemorySource, Scratch};

/// Chunks of `size` bytes, each filled with its index.
struct Numbers {
    cx: Context,
    len: usize,
    size: usize,
    fails_at: Option<usize>,
}

impl ChunkPlan for Numbers {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        scratch.bytes(&self.cx, self.size)?;
        if self.fails_at == Some(index) {
            return Err(Error::malformed(index as u64, "made to fail"));
        }
        let mut buf = self.cx.buf(self.size)?;
        buf.fill(index as u8);
        Chunk::new(0, Dims::from([0]), Dims::from([self.size as u64]), DType::U8, buf)
    }
}

fn run(limit: u64, threads: usize, fails_at: Option<usize>) -> (Vec<u8>, Option<ErrorKind>, u64) {
    let budget = Budget::new("b", limit);
    let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &budget)
        .with_threads(NonZeroUsize::new(threads).unwrap());
    let plan = Arc::new(Numbers { cx: cx.clone(), len: 100, size: 4096, fails_at });
    let mut chunks = ahead(Box::new(Planned::new(plan)), &cx);
    let mut firsts = Vec::new();
    loop {
        match chunks.next_chunk() {
            Ok(Some(chunk)) => firsts.push(chunk.bytes()[0]),
            Ok(None) => return (firsts, None, budget.peak()),
            Err(e) => return (firsts, Some(e.kind()), budget.peak()),
        }
    }
}

#[test]
fn chunks_come_in_order_whatever_the_threads_and_the_budget() {
    let all: Vec<u8> = (0..100).collect();
    for threads in [1, 2, 3, 8] {
        // from room for everything down to one chunk and its scratch
        for limit in [1 << 20, 8 * 4096, 5 * 4096, 3 * 4096, 2 * 4096] {
            let (firsts, error, peak) = run(limit, threads, None);
            assert_eq!((firsts, error), (all.clone(), None), "{threads} threads, {limit} bytes");
            assert!(peak <= limit);
        }
    }
}

#[test]
fn an_error_comes_after_all_chunks_before_it() {
    for threads in [1, 2, 8] {
        let (firsts, error, _) = run(1 << 20, threads, Some(40));
        assert_eq!((firsts.len(), error), (40, Some(ErrorKind::Malformed)), "{threads}");
    }
}

#[test]
fn a_chunk_that_does_not_fit_alone_is_an_error_and_not_a_wait() {
    for threads in [1, 2, 8] {
        assert_eq!(run(4096, threads, None).1, Some(ErrorKind::OverBudget), "{threads}");
    }
}

#[test]
fn dropping_early_ends_the_threads() {
    let budget = Budget::new("b", 1 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &budget)
        .with_threads(NonZeroUsize::new(4).unwrap());
    let plan = Arc::new(Numbers { cx: cx.clone(), len: 1000, size: 4096, fails_at: None });
    let mut chunks = ahead(Box::new(Planned::new(plan)), &cx);
    assert!(chunks.next_chunk().unwrap().is_some());
    drop(chunks);
    cx.pool().trim();
    assert_eq!(budget.used(), 0);
}

/// Counts how far it is read ahead, and by how many threads at once.
struct Counted {
    numbers: Numbers,
    working: AtomicUsize,
    most: AtomicUsize,
    read: AtomicUsize,
}

impl ChunkPlan for Counted {
    fn len(&self) -> usize {
        self.numbers.len
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        self.most.fetch_max(self.working.fetch_add(1, SeqCst) + 1, SeqCst);
        std::thread::sleep(Duration::from_millis(1));
        let chunk = self.numbers.read(index, scratch);
        self.working.fetch_sub(1, SeqCst);
        self.read.fetch_add(1, SeqCst);
        chunk
    }
}

#[test]
fn a_governor_lowers_threads_and_depth_while_chunks_are_read_and_raises_them_again() {
    let budget = Budget::new("b", 1 << 20);
    let throttle = Throttle::new();
    throttle.set(Limits { threads: 1, ahead: Some(1), ..Limits::NONE });
    let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &budget)
        .with_threads(NonZeroUsize::new(4).unwrap())
        .with_prefetch(NonZeroUsize::new(8).unwrap())
        .with_throttle(&throttle);
    assert_eq!((cx.threads().get(), cx.most_threads().get()), (1, 4));
    let numbers = Numbers { cx: cx.clone(), len: 100, size: 4096, fails_at: None };
    let [working, most, read] = [(); 3].map(|()| AtomicUsize::new(0));
    let plan = Arc::new(Counted { numbers, working, most, read });
    let mut chunks = ahead(Box::new(Planned::new(plan.clone())), &cx);
    for i in 0..10 {
        assert_eq!(chunks.next_chunk().unwrap().unwrap().bytes()[0], i);
    }
    std::thread::sleep(Duration::from_millis(50));
    // one for each thread, although 8 were asked for
    assert_eq!((plan.most.load(SeqCst), plan.read.load(SeqCst)), (1, 14));
    throttle.set(Limits::NONE);
    for i in 10..100 {
        assert_eq!(chunks.next_chunk().unwrap().unwrap().bytes()[0], i);
    }
    assert!(plan.most.load(SeqCst) > 1);
    assert!(chunks.next_chunk().unwrap().is_none());
}
