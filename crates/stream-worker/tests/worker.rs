//! Readers in worker processes: the same as in this process for good files, an error in time for bad workers.
//!
//! The program is its own worker, and so brings its own `main`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test's helper may

#[path = "worker/faulty.rs"]
mod faulty;
#[path = "worker/files.rs"]
mod files;
#[path = "worker/governed.rs"]
mod governed;
#[path = "worker/limits.rs"]
mod limits;
#[path = "worker/list.rs"]
mod list;
#[path = "worker/mad.rs"]
mod mad;
#[path = "worker/pool.rs"]
mod pool;
#[path = "worker/reach.rs"]
mod reach;
#[path = "worker/same.rs"]
mod same;
#[path = "worker/tasks.rs"]
mod tasks;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use stream_worker::{Executable, Settings, Worker};

/// The argument that makes this program a worker.
const WORKER: &str = "--worker-process";
/// The argument that makes it one that talks nonsense; a seed follows.
const MAD: &str = "--mad-worker";

type Test = (&'static str, fn());

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(WORKER) => return stream_worker::serve(&faulty::readers(), tasks::ALL),
        Some(MAD) => return mad::worker(arguments.get(1)),
        _ => {}
    }
    if arguments.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let filter = arguments.iter().find(|a| !a.starts_with('-'));
    let all: Vec<Test> =
        [same::ALL, limits::ALL, mad::ALL, pool::ALL, list::ALL, reach::ALL, governed::ALL]
            .concat();
    let mut failed = 0;
    for (name, test) in all.iter().filter(|(name, _)| filter.is_none_or(|f| name.contains(f))) {
        let start = Instant::now();
        let passed = std::panic::catch_unwind(test).is_ok();
        println!(
            "test {name} ... {} ({:.2?})",
            if passed { "ok" } else { "FAILED" },
            start.elapsed()
        );
        failed += u32::from(!passed);
    }
    let left = children();
    if !left.is_empty() {
        println!("processes left: {left:?}");
        failed += 1;
    }
    ExitCode::from(u8::from(failed > 0))
}

fn settings() -> Settings {
    Settings::new(Executable::current(WORKER)).with_deadline(Duration::from_secs(20))
}

fn worker() -> Worker {
    Worker::spawn(&settings()).unwrap()
}

/// The processes, dead ones included, that this one has started.
fn children() -> Vec<u32> {
    let own = std::process::id();
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parent = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()
    };
    numbers.filter(|pid| parent(pid) == Some(own)).collect()
}
