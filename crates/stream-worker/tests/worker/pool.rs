//! Many files through few workers: warm, shared by threads, replaced when a file has taken one down.

use std::collections::BTreeSet;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use stream_core::{Cancel, Error, ErrorKind, Reader, Request};
use stream_factory::{Looked, Options, look_path};
use stream_memory::Budget;
use stream_worker::{
    Deadline, Deadlines, Ended, Executable, Remote, Rules, Stage, Workers, proportional,
};

use crate::files::{Files, bytes, vtt};
use crate::{Test, WORKER, children};

pub(crate) const ALL: &[Test] = &[
    ("one_warm_worker_reads_file_after_file", warm),
    ("threads_share_as_many_workers_as_there_may_be", threads),
    ("a_worker_is_replaced_after_its_files", replaced),
    ("a_bad_file_costs_its_worker_and_no_other_file", bad),
    ("a_worker_killed_while_it_is_idle_costs_no_file", idle),
    ("a_worker_that_dies_of_closing_costs_no_other_file", closing),
    ("a_fault_in_any_stage_is_told_with_the_stage", stages),
    ("programs_share_the_number_of_workers", programs),
    ("waiting_for_a_worker_can_be_cancelled", cancelled),
    ("each_stage_has_its_deadline", deadlines),
    ("memory_that_a_file_left_behind_ends_the_worker", left),
    ("an_idle_worker_gives_its_memory_back", purge),
];

fn some(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

fn rules(most: usize) -> Rules {
    Rules::new(some(most)).with_deadlines(Deadlines::new(Duration::from_secs(20)))
}

/// Long enough for what ends by itself, on a machine that is busy with other things too.
fn impatient() -> Deadlines {
    Deadlines::new(Duration::from_secs(4))
}

fn this() -> Executable {
    Executable::current(WORKER)
}

fn look(path: &std::path::Path) -> Looked {
    let options = Options::new().with_budget(&Budget::new("test", 16 << 20));
    look_path(path, &options.with_threads(NonZeroUsize::MIN)).unwrap()
}

fn entries(remote: &mut Remote) -> u64 {
    let mut entry = remote.context().entry();
    let mut n = 0;
    while remote.read_entry(&mut entry).unwrap() {
        n += 1;
    }
    n
}

fn warm() {
    let files = Files::new();
    let workers = Workers::new(rules(4));
    for n in 0..30 {
        let path = files.with("a.vtt", vtt(n));
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        assert_eq!(entries(&mut remote), 2 + n as u64);
        assert!(remote.finish().unwrap().complete);
    }
    assert_eq!((workers.started(), workers.ids().len()), (1, 1));
    assert!(workers.peak().unwrap() > 1 << 20);
    let own = proportional(std::process::id()).unwrap();
    let theirs = workers.proportional();
    assert!(own > 100 << 10 && theirs.len() == 1 && theirs[0] > 100 << 10, "{own} {theirs:?}");
    workers.release();
    assert_eq!(children(), [0u32; 0]);
    let path = files.with("a.vtt", vtt(3));
    let remote = workers.open(&this(), &look(&path)).unwrap();
    // the file holds on to its worker, not the pool alone
    drop(workers);
    assert_eq!(children().len(), 1);
    drop(remote);
    assert_eq!(children(), [0u32; 0]);
}

fn threads() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(100));
    let workers = Workers::new(rules(3));
    let (open, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let mut remote = workers.open(&this(), &look(&path)).unwrap();
                    let now = open.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    assert_eq!(entries(&mut remote), 102);
                    open.fetch_sub(1, Ordering::SeqCst);
                    drop(remote);
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!((done.into_inner(), most.into_inner()), (200, 3));
    assert_eq!((workers.started(), workers.ids().len()), (3, 3));
}

fn replaced() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(1).with_files(NonZeroU32::new(4).unwrap()));
    let mut seen = Vec::new();
    for _ in 0..12 {
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        seen.extend(workers.ids());
        assert_eq!(entries(&mut remote), 5);
    }
    assert_eq!(workers.started(), 3);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 3, "{seen:?}");
    assert!(seen.chunks(4).all(|four| four.iter().all(|id| *id == four[0])), "{seen:?}");
    assert_eq!(children(), [0u32; 0]);
}

fn bad() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(2).with_deadlines(impatient()));
    let run = |task: &str| {
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        remote.call(task, b"100000").unwrap_err()
    };
    for (task, kind, signal, name) in [
        ("segfault", ErrorKind::Crashed, Some(libc::SIGSEGV), Some("SIGSEGV")),
        ("abort", ErrorKind::Crashed, Some(libc::SIGABRT), Some("SIGABRT")),
        ("loop", ErrorKind::Timeout, Some(libc::SIGKILL), Some("SIGKILL")),
        ("allocate", ErrorKind::OverBudget, Some(libc::SIGABRT), Some("SIGABRT")),
        ("exit", ErrorKind::Crashed, None, None),
    ] {
        let e = run(task);
        let ended = Ended::of(&e).unwrap_or_else(|| panic!("{task}: {e:?}"));
        assert_eq!((e.kind(), ended.stage()), (kind, Stage::Data), "{task}");
        assert_eq!((ended.signal(), ended.signal_name()), (signal, name), "{task}");
        assert_eq!(ended.exit_code(), signal.is_none().then_some(7), "{task}");
        assert_eq!(e.over_budget().is_some(), kind == ErrorKind::OverBudget, "{task}");
        // the next file has another worker, and words of its own
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        assert_eq!(entries(&mut remote), 5);
    }
    assert_eq!(workers.started(), 6);
    let e = run("exit");
    assert_eq!(Ended::of(&e).unwrap().last_words(), "");
}

fn kill(id: u32) {
    let done = std::process::Command::new("kill").args(["-9", &id.to_string()]).status();
    assert!(done.unwrap().success());
}

fn idle() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(1));
    for _ in 0..5 {
        assert_eq!(entries(&mut workers.open(&this(), &look(&path)).unwrap()), 5);
        kill(workers.ids()[0]);
    }
    assert_eq!(workers.started(), 5);
}

fn closing() {
    let files = Files::new();
    let workers = Workers::new(rules(1));
    for (n, fault) in ["close.abort.vtt", "close.segfault.vtt", "close.loop.vtt"].iter().enumerate()
    {
        let mut remote = workers.open(&this(), &look(&files.with(fault, vtt(3)))).unwrap();
        assert_eq!(entries(&mut remote), 5);
        assert!(remote.finish().unwrap().complete);
        drop(remote);
        let start = Instant::now();
        let path = files.with("a.vtt", vtt(4));
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        assert_eq!(entries(&mut remote), 6, "{fault}");
        assert!(start.elapsed() < Duration::from_secs(30));
        assert_eq!(workers.started(), n as u64 + 2);
    }
}

fn stages() {
    let files = Files::new();
    let workers = Workers::new(rules(2).with_deadlines(impatient()));
    for (at, stage) in ["open", "listing", "data"].into_iter().zip(Stage::ALL) {
        assert_eq!((at, stage.to_string().as_str()), (stage.as_str(), at));
        for (fault, kind) in [
            ("abort", ErrorKind::Crashed),
            ("segfault", ErrorKind::Crashed),
            ("loop", ErrorKind::Timeout),
            ("allocate", ErrorKind::OverBudget),
        ] {
            let name = format!("{at}.{fault}.vtt");
            let path = files.with(&name, vtt(3));
            let (e, read) = end_of(&workers, &path);
            let ended = Ended::of(&e).unwrap_or_else(|| panic!("{name}: {e:?}"));
            assert_eq!((e.kind(), ended.stage()), (kind, stage), "{name}: {e:?}");
            let before = [0, 3, 5];
            assert_eq!(Some(&read), before.get(stage as usize), "{name}");
        }
    }
    assert_eq!(workers.started(), 12);
    assert!(workers.ids().is_empty());
}

/// The error that a file ends with, and the entries before it.
fn end_of(workers: &Workers, path: &std::path::Path) -> (Error, u64) {
    let mut read = 0;
    let mut all = || {
        let mut remote = workers.open(&this(), &look(path))?;
        let mut entry = remote.context().entry();
        while remote.read_entry(&mut entry)? {
            read += 1;
        }
        let mut chunks = remote.chunks(&Request::entry("cue/1"))?;
        while chunks.next_chunk()?.is_some() {}
        Ok(())
    };
    (all().unwrap_err(), read)
}

fn programs() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(2));
    let other = Executable::at("/proc/self/exe", [WORKER, "other"]);
    for round in 0..3 {
        for executable in [this(), other.clone(), this()] {
            let mut one = workers.open(&executable, &look(&path)).unwrap();
            let mut two = workers.open(&executable, &look(&path)).unwrap();
            assert_eq!((entries(&mut one), entries(&mut two)), (5, 5), "round {round}");
            assert_eq!(children().len(), 2);
        }
    }
    // two of each, each time in the place of the others
    assert_eq!(workers.started(), 14);
    assert_eq!(
        workers.open(&Executable::at("/nonexistent", [""; 0]), &look(&path)).err().unwrap().kind(),
        ErrorKind::Io
    );
    // its place is free again
    let one = workers.open(&this(), &look(&path)).unwrap();
    let two = workers.open(&this(), &look(&path)).unwrap();
    drop((one, two));
}

fn cancelled() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(1));
    let held = workers.open(&this(), &look(&path)).unwrap();
    let flag = Cancel::new();
    let looked = look_path(&path, &Options::new().with_cancel(&flag)).unwrap();
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| workers.open(&this(), &looked).err().unwrap().kind());
        std::thread::sleep(Duration::from_millis(150));
        flag.cancel();
        assert_eq!(waits.join().unwrap(), ErrorKind::Cancelled);
    });
    drop(held);
    assert_eq!(entries(&mut workers.open(&this(), &look(&path)).unwrap()), 5);
}

fn deadlines() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let short = |total| Deadline { silence: Duration::from_millis(300), total };
    let all = Deadlines::new(Duration::from_secs(20));
    let end = |deadlines: Deadlines, executable: &Executable| {
        let workers = Workers::new(rules(1).with_deadlines(deadlines));
        let start = Instant::now();
        let mut remote = match workers.open(executable, &look(&path)) {
            Ok(remote) => remote,
            Err(e) => return e,
        };
        let mut entry = remote.context().entry();
        while remote.read_entry(&mut entry).unwrap() {}
        let e = remote.call("read on", b"15000").unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10));
        e
    };
    // a worker that never answers
    let silent = Executable::at("/bin/sleep", ["100"]);
    let e = end(all.with(Stage::Open, short(None)), &silent);
    assert_eq!(e.message(), "the worker did not answer for 0.3 s while opening the file");
    assert_eq!(Ended::of(&e).unwrap().stage(), Stage::Open);
    // one that gets on, and does not come to an end
    let total = Some(Duration::from_millis(700));
    let e = end(all.with(Stage::Data, short(total)), &this());
    assert_eq!(e.message(), "the worker was not done after 0.7 s while running read on");
    assert_eq!((e.kind(), Ended::of(&e).unwrap().stage()), (ErrorKind::Timeout, Stage::Data));
}

fn left() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let workers = Workers::new(rules(1));
    let run = |task: &str| {
        let mut remote = workers.open(&this(), &look(&path)).unwrap();
        remote.call(task, b"").unwrap()
    };
    for _ in 0..5 {
        run("leak 4 MiB");
    }
    assert_eq!(workers.started(), 1);
    run("leak 40 MiB");
    run("leak 4 MiB");
    assert_eq!(workers.started(), 2);
}

fn purge() {
    let files = Files::new();
    let path = files.with("a.bin", bytes(20 << 20));
    let workers = Workers::new(rules(1));
    let held = || workers.proportional()[0];
    let small = files.with("a.vtt", vtt(3));
    assert_eq!(entries(&mut workers.open(&this(), &look(&small)).unwrap()), 5);
    std::thread::sleep(Duration::from_millis(400));
    let before = held();
    let mut remote = workers.open(&this(), &look(&path)).unwrap();
    let mut chunks = remote.chunks(&Request::entry("bytes").with_chunk_size(4 << 20)).unwrap();
    while chunks.next_chunk().unwrap().is_some() {}
    drop((chunks, remote));
    std::thread::sleep(Duration::from_millis(600));
    let after = held();
    assert_eq!(workers.started(), 1);
    assert!(after < before + (2 << 20), "{before} {after}");
}
