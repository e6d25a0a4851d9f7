use std::io;
use std::sync::Arc;

use proptest::prelude::*;
use stream_core::memory::{Budget, Pool, Settings};
use stream_core::{Cancel, Context, ErrorKind, ForwardSource, MemorySource};

use crate::{Reader, Windows};

fn random(bytes: &[u8]) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 1 << 20))
}

/// A source that cannot be read twice.
fn forward(bytes: &[u8]) -> Context {
    let budget = Budget::new("b", 1 << 20);
    let stream = io::Cursor::new(bytes.to_vec());
    let source = ForwardSource::new(stream, 4096, &Pool::new(&budget), &budget).unwrap();
    Context::new(Arc::new(source), &budget)
}

fn windows(cx: Context, size: usize, overlap: usize) -> Windows {
    Reader::open(cx).unwrap().windows().with_size(size).with_overlap(overlap)
}

/// Where `pattern` stands, each place once: those that end among fresh bytes.
fn find(windows: &mut Windows, pattern: &[u8]) -> Vec<u64> {
    let mut found = Vec::new();
    while let Some(window) = windows.next_window().unwrap() {
        for (at, part) in window.windows(pattern.len()).enumerate() {
            if part == pattern && at + pattern.len() > window.repeated() {
                found.push(window.offset() + at as u64);
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn a_pattern_is_found_once_wherever_windows_end(
        bytes in prop::collection::vec(0u8..3, 0..600),
        pattern in prop::collection::vec(0u8..3, 1..6),
        size in 6usize..90,
        more in 0usize..20,
    ) {
        let overlap = (pattern.len() - 1 + more).min(size - 1);
        let expected: Vec<u64> = bytes
            .windows(pattern.len())
            .enumerate()
            .filter_map(|(at, part)| (part == pattern).then_some(at as u64))
            .collect();
        prop_assert_eq!(&find(&mut windows(random(&bytes), size, overlap), &pattern), &expected);
        prop_assert_eq!(&find(&mut windows(forward(&bytes), size, overlap), &pattern), &expected);
    }

    #[test]
    fn the_fresh_bytes_are_the_file(
        bytes in prop::collection::vec(any::<u8>(), 0..600),
        size in 1usize..90,
        overlap in 0usize..90,
    ) {
        let overlap = overlap.min(size - 1);
        let mut windows = windows(random(&bytes), size, overlap);
        let mut all = Vec::new();
        while let Some(window) = windows.next_window().unwrap() {
            prop_assert!(window.len() <= size && !window.fresh().is_empty());
            let from = window.offset() as usize;
            prop_assert_eq!(&window[..], &bytes[from..from + window.len()]);
            prop_assert_eq!(window.repeated(), if from == 0 { 0 } else { overlap });
            all.extend_from_slice(window.fresh());
        }
        prop_assert_eq!(all, bytes);
    }
}

#[test]
fn the_overlap_is_the_setting_of_the_process_unless_said_otherwise() {
    let bytes: Vec<u8> = (0..100).collect();
    let guard = Settings { chunk_overlap: 8, ..Settings::current() }.scoped().unwrap();
    let reader = Reader::open(random(&bytes).with_chunk_size(40)).unwrap();
    let mut windows = reader.windows();
    drop(guard);
    let mut places = Vec::new();
    while let Some(window) = windows.next_window().unwrap() {
        places.push((window.offset(), window.len(), window.repeated()));
    }
    assert_eq!(places, [(0, 40, 0), (32, 40, 8), (64, 36, 8)]);
    // a chunk size that came out smaller makes room for it
    let mut windows = reader.windows().with_overlap(50);
    assert_eq!(windows.next_window().unwrap().unwrap().len(), 100);
    assert!(windows.next_window().unwrap().is_none());
}

#[test]
fn an_overlap_as_long_as_the_window_is_refused() {
    let e = windows(random(b"abc"), 4, 4).next_window().unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Request);
    assert_eq!(e.message(), "window of 4 bytes: an overlap of less is expected (found 4)");
}

#[test]
fn after_a_refusal_and_a_cancellation_nothing_is_missing() {
    let bytes: Vec<u8> = (0..200).collect();
    let budget = Budget::new("b", 4096);
    let cancel = Cancel::new();
    let cx = Context::new(Arc::new(MemorySource::new(&bytes[..])), &budget);
    let mut windows = windows(cx.with_cancel(cancel.clone()), 64, 8);
    let first = windows.next_window().unwrap().unwrap();
    let all = budget.reserve(budget.attainable()).unwrap();
    let e = windows.next_window().unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
    drop((all, first));
    cancel.cancel();
    let e = windows.next_window().unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::Cancelled, true));
    cancel.reset();
    let window = windows.next_window().unwrap().unwrap();
    assert_eq!((window.offset(), &window[..]), (56, &bytes[56..120]));
}
