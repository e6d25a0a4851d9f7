//! Leaks are found, and retention is not taken for one, with the system's allocator.
#![cfg(all(not(loom), target_os = "linux", target_env = "gnu"))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "leaks/program.rs"]
mod program;

/// One test: live bytes are those of the process.
#[test]
fn leaks_are_told_from_retention() {
    let report = program::a_kibibyte_leaked_a_file_is_found();
    assert_eq!(report.spans, [], "it does not count by thread, so that no span is named");
    program::a_program_that_frees_all_is_not_accused();
    program::a_cache_that_fills_and_stays_is_not_accused();
    program::what_the_allocator_keeps_is_not_a_leak();
}
