//! Leaks are found, named by span, and retention is not taken for one, with jemalloc.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "jemalloc/global.rs"]
mod global;
#[path = "leaks/program.rs"]
mod program;

use stream_memory::allocator::{self, JEMALLOC, Purging};

/// One test: live bytes are those of the process.
#[test]
fn leaks_are_told_from_retention() {
    allocator::install(&JEMALLOC);
    let report = program::a_kibibyte_leaked_a_file_is_found();
    let spans: Vec<_> =
        report.spans.iter().map(|span| (&span.span[..], &span.format[..])).collect();
    assert_eq!(spans, [("header", "dicom")], "{report}");
    assert!((1000.0..1100.0).contains(&report.spans[0].slope.bytes), "{report}");
    assert!(report.json().starts_with(r#"{"verdict":"leaks","runs":200,"live":{"bytes":1"#));
    program::a_program_that_frees_all_is_not_accused();
    program::a_cache_that_fills_and_stays_is_not_accused();
    // nothing goes back to the system
    allocator::set_purging(Purging::NEVER).unwrap();
    program::what_the_allocator_keeps_is_not_a_leak();
}
