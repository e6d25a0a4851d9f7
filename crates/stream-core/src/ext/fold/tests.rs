use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use stream_memory::{Budget, Limits};

use super::*;
use crate::source::MemorySource;
use crate::{Context, DType, Dims};

/// Chunks of `size` bytes, each filled with its index.
struct Numbers {
    cx: Context,
    len: usize,
    size: usize,
    fails_at: Vec<usize>,
}

impl ChunkPlan for Numbers {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        scratch.bytes(&self.cx, self.size)?.fill(index as u8);
        if self.fails_at.contains(&index) {
            return Err(Error::malformed(index as u64, "made to fail"));
        }
        let mut buf = self.cx.buf(self.size)?;
        buf.fill(index as u8);
        Chunk::new(0, Dims::from([0]), Dims::from([self.size as u64]), DType::U8, buf)
    }
}

fn pace(threads: usize) -> Pace {
    Pace { threads: NonZeroUsize::new(threads).unwrap(), throttle: Throttle::new() }
}

fn numbers(limit: u64) -> Numbers {
    let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &Budget::new("b", limit));
    Numbers { cx, len: 200, size: 4096, fails_at: Vec::new() }
}

fn firsts(plan: &Numbers, threads: usize) -> Result<Vec<u8>> {
    planned(
        plan,
        &pace(threads),
        &Vec::new,
        &|all: &mut Vec<u8>, chunk: &Chunk| {
            all.push(chunk.bytes()[0]);
            Ok(())
        },
        &|all: &mut Vec<u8>, one: Vec<u8>| {
            all.extend(one);
            Ok(())
        },
    )
}

#[test]
fn results_are_merged_in_the_order_of_chunks_for_any_number_of_threads() {
    let expected: Vec<u8> = (0..200).collect();
    for threads in [1, 2, 3, 8] {
        assert_eq!(firsts(&numbers(1 << 30), threads).unwrap(), expected);
    }
}

#[test]
fn a_short_budget_lowers_the_number_of_threads_and_not_the_result() {
    // one chunk and its scratch fit, two pairs do not
    let plan = numbers(3 * 4096);
    assert_eq!(firsts(&plan, 8).unwrap().len(), 200);
    assert!(plan.cx.budget().peak() <= 3 * 4096);
}

#[test]
fn a_budget_too_small_for_one_chunk_is_an_error_and_not_a_wait() {
    let e = firsts(&numbers(4096), 8).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::OverBudget);
}

#[test]
fn the_first_chunk_that_fails_is_the_one_named() {
    for _ in 0..50 {
        let plan = Numbers { fails_at: vec![150, 40, 41], ..numbers(1 << 30) };
        assert_eq!(firsts(&plan, 8).unwrap_err().offset(), Some(40));
    }
}

#[test]
fn a_panic_in_a_worker_reaches_the_caller() {
    let plan = numbers(1 << 30);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        planned(
            &plan,
            &pace(4),
            &|| (),
            &|(): &mut (), chunk: &Chunk| {
                assert!(chunk.bytes()[0] != 77, "made to panic");
                Ok(())
            },
            &|(): &mut (), ()| Ok(()),
        )
    }));
    assert!(result.is_err());
}

#[test]
fn while_memory_is_tight_one_thread_works_and_all_do_again_afterwards() {
    let plan = numbers(1 << 30);
    let pace = pace(8);
    pace.throttle.set(Limits { threads: 1, ..Limits::NONE });
    let (working, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let map = |sum: &mut u64, chunk: &Chunk| {
        most.fetch_max(working.fetch_add(1, SeqCst) + 1, SeqCst);
        let first = chunk.bytes()[0];
        *sum += u64::from(first);
        if first == 100 {
            // all of the first half were mapped by one thread; from here on nothing is throttled
            assert_eq!(most.load(SeqCst), 1);
            pace.throttle.set(Limits::NONE);
        }
        working.fetch_sub(1, SeqCst);
        Ok(())
    };
    let merge = |all: &mut u64, one: u64| {
        *all += one;
        Ok(())
    };
    let sum = planned(&plan, &pace, &|| 0u64, &map, &merge).unwrap();
    assert_eq!(sum, 199 * 200 / 2);
}
