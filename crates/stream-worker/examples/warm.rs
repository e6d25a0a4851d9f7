//! What a warm worker costs for each file: `warm [--program PROGRAM] [--threads N] [--count N] [FILE…]`.
//!
//! Without files it makes small ones. Each is listed `count` times in all, in this process where its reader is compiled in, and in
//! workers. Prints the microseconds for each file and what the workers hold afterwards.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // an example may

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stream_core::{Reader, Result};
use stream_factory::{Options, look_path, open_path};
use stream_memory::Budget;
use stream_worker::{Executable, Rules, Workers};

const WORKER: &str = "--worker-process";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == WORKER) {
        return stream_worker::serve(&stream_factory::readers(), &[]);
    }
    let (mut executable, mut threads, mut count) = (Executable::current(WORKER), 1, 1000);
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--program" => executable = Executable::at(arguments.next().unwrap(), [WORKER]),
            "--threads" => threads = arguments.next().unwrap().parse().unwrap(),
            "--count" => count = arguments.next().unwrap().parse().unwrap(),
            file => files.push(file.into()),
        }
    }
    let made = tempfile::tempdir().unwrap();
    if files.is_empty() {
        files.extend((0..100).map(|n| {
            let path = made.path().join(format!("{n}.bin"));
            std::fs::write(&path, format!("some bytes {n}")).unwrap();
            path
        }));
    }
    let turns = |n: usize| files.iter().cycle().take(n).cloned().collect::<Vec<_>>();
    if open_path(files.first().unwrap(), &options()).is_ok() {
        let here = |path: &Path| list(&mut *open_path(path, &options())?);
        race("in this process", &turns(count), threads, here);
    }
    let workers = Workers::new(Rules::new(NonZeroUsize::new(threads).unwrap()));
    let there = |path: &Path| list(&mut workers.list(&executable, &look_path(path, &options())?)?);
    race("first, with the start", &turns(threads), threads, there);
    race("in warm workers", &turns(count), threads, there);
    let looked = |path: &Path| look_path(path, &options()).map(drop);
    race("of that finding the format", &turns(count), threads, looked);
    for (when, pause) in [("at once", 0), ("after a second", 1)] {
        std::thread::sleep(Duration::from_secs(pause));
        let own = stream_worker::proportional(std::process::id()).unwrap_or(0);
        let theirs = workers.proportional();
        println!(
            "memory {when}: this process {} KiB, workers {:?} KiB",
            own >> 10,
            theirs.iter().map(|b| b >> 10).collect::<Vec<_>>()
        );
    }
    println!("started: {}", workers.started());
    ExitCode::SUCCESS
}

fn options() -> Options {
    Options::new().with_budget(&Budget::new("file", 16 << 20)).with_threads(NonZeroUsize::MIN)
}

/// Walks over all entries and sums up.
fn list(reader: &mut dyn Reader) -> Result<()> {
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry)? {}
    reader.finish().map(drop)
}

fn race(what: &str, files: &[PathBuf], threads: usize, one: impl Fn(&Path) -> Result<()> + Sync) {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let times = Mutex::new(Vec::with_capacity(files.len()));
    let (start, cpu) = (Instant::now(), cpu());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    failed.fetch_add(usize::from(one(path).is_err()), Ordering::Relaxed);
                    times.lock().unwrap().push(start.elapsed());
                }
            });
        }
    });
    let each = |time: Duration| time.as_secs_f64() * 1e6 / files.len() as f64;
    let (elapsed, cpu) = (each(start.elapsed()), each(self::cpu().saturating_sub(cpu)));
    let mut times = times.into_inner().unwrap();
    times.sort();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_micros();
    println!(
        "{what}: {elapsed:.1} us a file (of 100 files the 1st took {}, the 50th {}, the 90th {}), {cpu:.1} us of CPU, {} failed",
        at(0),
        at(50),
        at(90),
        failed.into_inner()
    );
}

/// The time that this process and its children, which run or have ended, had a core.
fn cpu() -> Duration {
    let own = std::process::id().to_string();
    let ticks = |pid: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let fields: Vec<u64> =
            stat.rsplit_once(')')?.1.split_whitespace().map(|n| n.parse().unwrap_or(0)).collect();
        let ours = pid == own || fields.get(1) == own.parse().ok().as_ref();
        ours.then(|| fields.iter().skip(11).take(4).sum::<u64>())
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let sum: u64 = all.filter_map(|entry| ticks(entry.file_name().to_str()?)).sum();
    Duration::from_millis(sum * 10)
}
