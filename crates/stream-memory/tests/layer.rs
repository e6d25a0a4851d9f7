//! Spans of `tracing` in the table.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "jemalloc/global.rs"]
mod global;

use std::hint::black_box;

use stream_memory::allocator::{self, JEMALLOC};
use stream_memory::profile::{self, MemoryLayer, Row};
use tracing_subscriber::layer::SubscriberExt;

const MIB: usize = 1 << 20;

#[tracing::instrument(fields(format = "dicom"))]
fn read() -> Vec<u8> {
    decode();
    black_box(vec![1; MIB])
}

#[tracing::instrument]
fn decode() {
    drop(black_box(vec![1u8; 4 * MIB]));
    // guards and spans nest in one another
    profile::within("inflate", || drop(black_box(vec![1u8; 2 * MIB])));
}

#[tracing::instrument]
fn before() {
    drop(black_box(vec![1u8; 6 * MIB]));
    decode();
}

#[tracing::instrument(skip(name), fields(format = name))]
fn of(name: &str) {}

fn row(span: &str) -> Row {
    profile::table().rows.into_iter().find(|row| row.span == span).unwrap()
}

/// One test: subscribers are cached by the places that make spans.
#[test]
fn instrumented_functions_are_counted_by_name_and_format() {
    allocator::install(&JEMALLOC);
    let subscriber = tracing_subscriber::registry().with(MemoryLayer);
    tracing::subscriber::set_global_default(subscriber).unwrap();
    drop(read());
    assert_eq!(profile::table().rows, [], "profiling was not started");

    profile::start();
    for _ in 0..10 {
        drop(read());
    }
    let mib = 1u64 << 20;
    let (reading, decoding, inflating) = (row("read"), row("decode"), row("inflate"));
    for row in [&reading, &decoding, &inflating] {
        assert_eq!((row.format.as_str(), row.count), ("dicom", 10), "{row:?}");
    }
    // the subscriber's own memory for a span may be among it
    let about = |bytes: u64, mib: u64| (mib << 20..(mib << 20) + (64 << 10)).contains(&bytes);
    assert!(about(reading.allocated, 70), "{reading:?}");
    assert!(about(decoding.allocated, 60), "{decoding:?}");
    assert_eq!((inflating.allocated, inflating.peak), (20 * mib, 2 * mib));
    assert!(about(decoding.peak, 4), "{decoding:?}");

    // a span entered on a thread of a pool
    let span = tracing::info_span!("chunk", format = "fits");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let span = &span;
            scope.spawn(move || span.in_scope(|| drop(black_box(vec![1u8; MIB]))));
        }
    });
    let chunk = row("chunk");
    assert_eq!((chunk.format.as_str(), chunk.count, chunk.allocated), ("fits", 3, 3 * mib));

    // what was held before the subscriber made the span within
    before();
    assert!(about(row("before").peak, 6), "{:?}", row("before"));

    of("vtt");
    assert_eq!(row("of").format, "vtt");
}
