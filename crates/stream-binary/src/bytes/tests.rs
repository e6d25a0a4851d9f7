use std::io;
use std::sync::Arc;

use proptest::prelude::*;
use stream_core::memory::{Budget, Pool};
use stream_core::{
    Chunks, Context, ErrorKind, ForwardSource, MemorySource, Region, Scratch, Slice,
};

use crate::Reader;

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|at| ((at * 31) >> 3) as u8).collect()
}

fn random(bytes: &[u8]) -> Reader {
    let source = Arc::new(MemorySource::new(bytes));
    Reader::open(Context::new(source, &Budget::new("b", 1 << 20))).unwrap()
}

fn forward(bytes: &[u8]) -> Reader {
    let budget = Budget::new("b", 1 << 20);
    let stream = io::Cursor::new(bytes.to_vec());
    let source = ForwardSource::new(stream, 4096, &Pool::new(&budget), &budget).unwrap();
    Reader::open(Context::new(Arc::new(source), &budget)).unwrap()
}

/// All chunks' bytes, and where the first of each stands.
fn read(reader: &Reader, region: &Region, size: usize) -> (Vec<u8>, Vec<u64>) {
    let mut chunks = reader.bytes(region, Some(size)).unwrap();
    let (mut all, mut origins) = (Vec::new(), Vec::new());
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        all.extend_from_slice(chunk.bytes());
        origins.push(chunk.origin()[0]);
    }
    (all, origins)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_region_in_chunks_of_any_size_is_what_a_slice_says(
        length in 0usize..20_000,
        start in 0usize..21_000,
        stop in 0usize..21_000,
        step in prop_oneof![1usize..10, 4000usize..5000],
        size in 1usize..3000,
    ) {
        let bytes = bytes(length);
        let slice = Slice { start: Some(start as i64), stop: Some(stop as i64), step: step as u64 };
        let region = Region::new([slice]);
        let (from, to) = (start.min(length), stop.min(length));
        let expected: Vec<u8> = bytes[from..to.max(from)].iter().copied().step_by(step).collect();
        let (found, origins) = read(&random(&bytes), &region, size);
        prop_assert_eq!(&found, &expected);
        let places: Vec<u64> =
            (0..expected.len()).step_by(size).map(|at| (from + at * step) as u64).collect();
        prop_assert_eq!(origins, places);
        let (found, _) = read(&forward(&bytes), &region, size);
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn chunks_by_index_in_any_order_are_the_chunks_in_order() {
    let bytes = bytes(1000);
    let reader = random(&bytes);
    let plan = reader.bytes(&Region::range(10..990), Some(100)).unwrap().plan().unwrap();
    assert_eq!(plan.len(), 10);
    let mut scratch = Scratch::new();
    for index in (0..10).rev() {
        let chunk = plan.read(index, &mut scratch).unwrap();
        let from = 10 + index * 100;
        assert_eq!(chunk.bytes(), &bytes[from..(from + 100).min(990)]);
    }
    assert_eq!(plan.read(10, &mut scratch).unwrap_err().kind(), ErrorKind::Request);
}

#[test]
fn a_stream_has_no_plan_and_no_end_to_count_from() {
    let reader = forward(&bytes(10_000));
    assert!(reader.bytes(&Region::all(), None).unwrap().plan().is_none());
    let e = reader.bytes(&"-10:".parse().unwrap(), None).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Request);
    let (last, _) = read(&random(&bytes(10_000)), &"-10:".parse().unwrap(), 100);
    assert_eq!(last, &bytes(10_000)[9990..]);
}
