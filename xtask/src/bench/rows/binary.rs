//! The rows of any file.
use std::ffi::OsString;
use std::process::Stdio;

use super::{Bench, Row, program, words};

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) {
    let (narrows, inputs) = (bench.narrows, bench.inputs);
    let quiet = || Stdio::null();
    let random = &inputs.random;
    let mut digest = bench.row("binary: xxh3 of each MiB", Some(inputs.random_size.to_string()));
    digest.ours("library", &program("digests"), words!["xxh3", random], Stdio::piped());
    digest.peer("xxhsum -H3, whole", "xxhsum", words!["-H3", random]);
    digest.floor("read 1 MiB", "read", random);
    rows.push(digest.row);

    let size = Some(inputs.random_size.to_string());
    let mut entropy = bench.row("binary: xxh3 and entropy of each MiB", size);
    entropy.ours("library", &program("digests"), words!["entropy", random], Stdio::piped());
    entropy.peer("ent, whole", "ent", words![random]);
    rows.push(entropy.row);

    let mut sparse = bench.row("binary: a sparse file ten times larger", None);
    let arguments = words!["check", "--memory", "16MiB", &inputs.sparse];
    sparse.ours("narrows check", narrows, arguments, quiet());
    rows.push(sparse.row);
}
