//! Readings that a C library may not survive, in a process of their own.

use std::process::{Command, ExitStatus, Output};

use stream_core::memory::wall;

use crate::heap;

/// Set for the process of its own.
const APART: &str = "NARROWS_TESTED_APART";

/// Bytes that it may allocate: what a library asks for beyond, as a damaged file's lengths have it, is refused.
const MEMORY: u64 = 256 << 20;

/// How a process of its own ended.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Kept,
    /// A signal ended it, and no Rust code said why.
    Killed(ExitStatus),
    Broken(String),
}

/// Runs `check`, which is all that the test `test` does, in a process of its own: this executable again, asked for that test.
///
/// For readings whose damaged files `library` may not survive, as the command reads them in a worker process: behind a wall of
/// memory, 256 MiB. That the library took the process down is printed; a check that fails, a panic that became an abort, a stack that
/// overflowed and an allocation of Rust's that the wall refused fail the test.
/// `test` is its name with the crate's before it, as in `concat!(module_path!(), "::survives")`, or alone where it is in no module.
///
/// # Panics
/// When the check fails in its process, or the process does not run the test.
#[track_caller]
pub fn apart(test: &str, library: &str, check: impl FnOnce()) {
    if std::env::var_os(APART).is_some() {
        let walled = wall::data(wall::data_size().saturating_add(MEMORY));
        assert!(walled.is_ok(), "no wall: {walled:?}");
        return check();
    }
    let name = test.split_once("::").map_or(test, |(_crate, name)| name);
    let run = std::env::current_exe().and_then(|program| {
        Command::new(program).args(["--exact", name, "--nocapture"]).env(APART, "1").output()
    });
    let end = match run {
        Ok(output) => end(&output),
        Err(error) => End::Broken(format!("no process of its own: {error}")),
    };
    if let End::Killed(status) = &end {
        println!("{library} did not survive: {status}");
    }
    // held while it panics: what a panic allocates must not show in another test's measurement
    let _alone = matches!(end, End::Broken(_)).then(heap::lock);
    assert!(!matches!(end, End::Broken(_)), "{name}: {end:#?}");
}

fn end(output: &Output) -> End {
    let said = String::from_utf8_lossy(&output.stdout);
    let words = String::from_utf8_lossy(&output.stderr);
    let ours = ["panicked at", "has overflowed its stack", "memory allocation of"];
    let ours = ours.iter().any(|line| words.contains(line));
    match output.status.code() {
        // a name that no test has runs none, and ends well
        Some(0) if said.contains("running 1 test\n") => End::Kept,
        None if !ours => End::Killed(output.status),
        _ => End::Broken(format!("{}\n{said}\n{words}", output.status)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    /// How a process ended with this status, for wait(2), and these words.
    fn ended(status: i32, stdout: &str, stderr: &str) -> End {
        let status = ExitStatus::from_raw(status);
        let bytes = |text: &str| text.as_bytes().to_vec();
        end(&Output { status, stdout: bytes(stdout), stderr: bytes(stderr) })
    }

    #[test]
    fn only_a_test_that_ran_has_kept_its_promise() {
        assert_eq!(ended(0, "\nrunning 1 test\n", ""), End::Kept);
        assert!(matches!(ended(0, "\nrunning 0 tests\n", ""), End::Broken(_)));
        assert!(matches!(ended(101 << 8, "\nrunning 1 test\n", ""), End::Broken(_)));
    }

    #[test]
    fn a_signal_is_the_librarys_unless_rust_said_why() {
        let segmentation_fault = 11;
        let abort = 6;
        let killed = |end| matches!(end, End::Killed(_));
        assert!(killed(ended(segmentation_fault, "\nrunning 1 test\n", "")));
        assert!(killed(ended(abort, "\nrunning 1 test\n", "free(): invalid pointer\n")));
        assert!(!killed(ended(abort, "", "thread 'a' panicked at src/a.rs:1:1:\n")));
        assert!(!killed(ended(abort, "", "thread 'a' has overflowed its stack\n")));
        assert!(!killed(ended(abort, "", "memory allocation of 4294967296 bytes failed\n")));
    }
}
