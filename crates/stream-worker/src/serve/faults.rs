//! Faults on demand, for tests of programs that start workers: the file's name says which.

use std::path::Path;

/// Does to the worker what `….fault-abort.…`, `….fault-loop.…`, `….fault-allocate.…` and `….fault-exit.…` say.
pub(super) fn at(path: Option<&Path>) {
    let name = path.and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    if name.contains(".fault-abort.") {
        std::process::abort();
    }
    if name.contains(".fault-exit.") {
        super::setup::exit_at_once(7);
    }
    while name.contains(".fault-loop.") {
        std::hint::spin_loop();
    }
    if name.contains(".fault-allocate.") {
        let mut all = Vec::new();
        for _ in 0..100_000 {
            all.push(vec![1u8; 1 << 20]);
        }
        std::hint::black_box(&all);
    }
}
