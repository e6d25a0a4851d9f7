//! The pool of buffers beside fresh ones, from the system's allocator and from jemalloc.
use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::super::race::Side;
use super::{Bench, Row, program, words};

/// How often each thread takes its four buffers; a tenth as often before.
const ROUNDS: &str = "1000";

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) {
    let title = "pool: 1 MiB buffers, touched, four at a time on each of 2 threads";
    if !bench.wants(&[title]) {
        return;
    }
    let mut row = bench.row(title, Some(" us a buffer".into()));
    row.ours("Pool", &program("buffers"), words!["pool", ROUNDS], Stdio::piped());
    let fresh = [
        ("fresh, malloc of the system", "buffers", "malloc"),
        ("fresh and zeroed, calloc of the system", "buffers", "fresh"),
        ("fresh, jemalloc with its default decay", "buffers_jemalloc", "malloc"),
        ("fresh and zeroed, jemalloc", "buffers_jemalloc", "fresh"),
    ];
    for (name, example, how) in fresh {
        let mut command = Command::new(program(example));
        command.args([how, ROUNDS]).stdout(Stdio::piped());
        row.add(Side::Peer, name, command);
    }
    rows.push(row.row);
}
