//! Spans by guard and closure, with bytes from jemalloc's counters.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "jemalloc/global.rs"]
mod global;

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stream_memory::allocator::{self, JEMALLOC};
use stream_memory::profile::{self, Row};

const MIB: usize = 1 << 20;
const MIB64: u64 = 1 << 20;

/// The table is the process's.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    allocator::install(&JEMALLOC);
    profile::reset();
    profile::start();
    guard
}

fn row(span: &str) -> Row {
    profile::table().rows.into_iter().find(|row| row.span == span).unwrap()
}

fn memory(bytes: usize) -> Vec<u8> {
    black_box(vec![1; bytes])
}

#[test]
fn a_span_counts_what_its_thread_allocates_frees_and_leaves() {
    let _alone = alone();
    let kept = {
        let _span = profile::span_of("work", "dicom");
        drop(memory(3 * MIB));
        drop(memory(2 * MIB));
        memory(MIB)
    };
    let row = row("work");
    assert_eq!((row.format.as_str(), row.count), ("dicom", 1));
    assert_eq!((row.allocated, row.freed), (6 * MIB64, 5 * MIB64));
    assert_eq!(row.live(), 1 << 20);
    assert_eq!(row.peak, 3 * MIB64);
    drop(kept);
}

#[test]
fn profiling_does_not_count_itself() {
    let _alone = alone();
    for _ in 0..1000 {
        let _outer = profile::span("outer");
        let _inner = profile::span("inner");
        profile::within("third", || ());
    }
    for name in ["outer", "inner", "third"] {
        let row = row(name);
        assert_eq!((row.count, row.allocated, row.freed, row.peak), (1000, 0, 0, 0), "{name}");
    }
}

#[test]
fn an_outer_span_includes_the_inner_one_and_its_peak() {
    let _alone = alone();
    {
        let _outer = profile::span_of("outer", "fits");
        let held = memory(MIB);
        profile::within("inner", || drop(memory(8 * MIB)));
        drop(held);
        drop(memory(2 * MIB));
    }
    let (outer, inner) = (row("outer"), row("inner"));
    assert_eq!(inner.format, "fits", "the format of the span around it");
    assert_eq!((inner.allocated, inner.peak), (8 * MIB64, 8 * MIB64));
    assert_eq!((outer.allocated, outer.peak), (11 * MIB64, 9 * MIB64));
}

#[test]
fn a_span_within_itself_is_counted_once() {
    fn down(depth: usize) {
        let _span = profile::span("down");
        if depth > 0 {
            down(depth - 1);
        }
        drop(memory(MIB));
    }
    let _alone = alone();
    down(9);
    let row = row("down");
    assert_eq!((row.count, row.allocated), (10, 10 * MIB64));
}

#[test]
fn work_of_other_threads_is_counted_where_it_enters_a_span() {
    let _alone = alone();
    {
        let _file = profile::span_of("file", "hdf5");
        let here = profile::current();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(move || {
                    drop(memory(MIB));
                    let _chunk = here.span("chunk");
                    drop(memory(5 * MIB));
                });
            }
        });
    }
    let chunk = row("chunk");
    assert_eq!((chunk.format.as_str(), chunk.count), ("hdf5", 4));
    assert_eq!((chunk.allocated, chunk.peak), (20 * MIB64, 5 * MIB64));
    assert!(row("file").allocated < MIB64, "another thread's work is not this one's");
}

#[test]
fn a_span_of_the_same_name_within_another_counts_its_bytes_and_time_once() {
    let _alone = alone();
    // the same text at another place is the same name
    let name: &'static str = Box::leak(String::from("read").into());
    {
        let _outer = profile::span("read");
        let held = memory(2 * MIB);
        {
            let _inner = profile::span(name);
            drop(memory(MIB));
        }
        drop(held);
    }
    let rows = profile::table().rows;
    let read: Vec<_> = rows.iter().filter(|row| row.span == "read").collect();
    assert_eq!(read.len(), 1, "{rows:?}");
    assert_eq!((read[0].count, read[0].peak), (2, 3 * MIB64));
    assert_eq!((read[0].allocated, read[0].freed), (3 * MIB64, 3 * MIB64));
}

#[test]
fn a_span_in_which_nothing_is_allocated_has_no_peak_whatever_was_held_before() {
    let _alone = alone();
    let held = memory(8 * MIB);
    profile::within("still", || black_box(held.len()));
    profile::within("freeing", || drop(held));
    profile::within("still", || ());
    assert_eq!((row("still").count, row("still").allocated, row("still").peak), (2, 0, 0));
    assert_eq!((row("freeing").freed, row("freeing").peak), (8 * MIB64, 0));
}

#[test]
fn what_a_span_frees_again_is_its_peak_after_many_that_were_not_asked() {
    let _alone = alone();
    // as small as what the allocator is not asked for
    for _ in 0..1000 {
        profile::within("small", || drop(memory(1024)));
    }
    profile::within("great", || drop(memory(5 * MIB)));
    // less than the one before held, at a time when nothing is held
    profile::within("less", || drop(memory(2 * MIB)));
    assert_eq!(row("small").allocated, 1000 * 1024);
    assert!(row("small").peak <= 1024, "{:?}", row("small"));
    assert_eq!((row("great").peak, row("less").peak), (5 * MIB64, 2 * MIB64));
}

#[test]
fn a_peak_between_spans_is_nobodys_and_one_before_an_inner_span_is_the_outers() {
    let _alone = alone();
    drop(memory(9 * MIB));
    {
        let _outer = profile::span("outer");
        drop(memory(6 * MIB));
        profile::within("inner", || drop(memory(MIB)));
    }
    drop(memory(9 * MIB));
    profile::within("after", || ());
    let peaks = ["outer", "inner", "after"].map(|span| row(span).peak);
    assert_eq!(peaks, [6 * MIB64, MIB64, 0]);
}

#[test]
fn an_outer_span_that_is_left_first_has_the_peak_of_the_inner_one_so_far() {
    let _alone = alone();
    let outer = profile::span("outer");
    let inner = profile::span("inner");
    drop(memory(3 * MIB));
    drop(outer);
    drop(memory(7 * MIB));
    drop(inner);
    assert_eq!((row("outer").peak, row("inner").peak), (3 * MIB64, 7 * MIB64));
}

#[test]
fn threads_that_run_and_threads_that_ended_are_in_the_table_and_reset_forgets_both() {
    let _alone = alone();
    let work = |bytes| profile::within("work", || drop(memory(bytes)));
    std::thread::spawn(move || work(MIB)).join().unwrap();
    let (said, told) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel();
    let running = std::thread::spawn(move || {
        let _outer = profile::span("outer");
        work(2 * MIB);
        said.send(()).unwrap();
        wait.recv().unwrap();
        work(4 * MIB);
        said.send(()).unwrap();
        wait.recv().unwrap();
    });
    told.recv().unwrap();
    // the one that runs is still in a span around it
    let row_now = row("work");
    assert_eq!((row_now.count, row_now.allocated, row_now.peak), (2, 3 * MIB64, 2 * MIB64));
    assert!(profile::table().rows.iter().all(|row| row.span != "outer"));

    profile::reset();
    assert_eq!(profile::table().rows, []);
    go.send(()).unwrap();
    told.recv().unwrap();
    let row_now = row("work");
    assert_eq!((row_now.count, row_now.allocated, row_now.peak), (1, 4 * MIB64, 4 * MIB64));
    go.send(()).unwrap();
    running.join().unwrap();
    assert_eq!((row("work").count, row("outer").count), (1, 1));
    // and what the channels needed
    assert_eq!(row("outer").allocated / MIB64, 6);
}

#[test]
fn more_spans_than_a_thread_has_rows_for_are_all_counted() {
    let _alone = alone();
    let name = |n: usize| -> &'static str { Box::leak(format!("span {n}").into()) };
    let names: Vec<_> = (0..100).map(name).collect();
    for _ in 0..3 {
        for name in &names {
            profile::within(name, || drop(memory(MIB)));
        }
    }
    for name in &names {
        let row = row(name);
        assert_eq!((row.count, row.allocated, row.peak), (3, 3 * MIB64, MIB64), "{name}");
    }
}

#[test]
fn what_was_allocated_elsewhere_and_freed_here_is_live_below_zero() {
    let _alone = alone();
    let held = memory(4 * MIB);
    profile::within("drop", || drop(held));
    assert_eq!(row("drop").live(), -(4 << 20));
    assert_eq!(row("drop").peak, 0);
}

#[test]
fn switched_off_nothing_is_counted() {
    let _alone = alone();
    profile::stop();
    profile::within("off", || drop(memory(MIB)));
    assert_eq!(profile::table().rows, []);
    // one that was entered before is counted when it ends
    profile::start();
    let span = profile::span("before");
    profile::stop();
    drop(span);
    assert_eq!(row("before").count, 1);
}

#[test]
fn the_table_is_for_people_and_for_programs_and_takes_in_other_processes() {
    let _alone = alone();
    let theirs = Row {
        span: "chunk".into(),
        format: "video".into(),
        count: 2,
        allocated: 3 << 20,
        freed: 4 << 20,
        peak: 1 << 20,
        time: Duration::from_millis(1500),
    };
    profile::merge(std::slice::from_ref(&theirs));
    profile::merge(&[theirs]);
    let table = profile::table();
    assert_eq!(
        table.to_string(),
        "span   format      count     seconds   allocated       freed        peak         live\n\
         chunk  video           4       3.000     6.0 MiB     8.0 MiB     1.0 MiB     -2.0 MiB\n"
    );
    assert_eq!(
        table.json(),
        "{\"allocator\":\"jemalloc\",\"spans\":[{\"span\":\"chunk\",\"format\":\"video\",\"count\":4,\"seconds\":3,\
         \"allocated\":6291456,\"freed\":8388608,\"peak\":1048576,\"live\":-2097152}]}"
    );
}
