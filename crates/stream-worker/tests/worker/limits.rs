//! Workers that crash, hang or take too much: an error in time, and no process left.

use std::time::{Duration, Instant};

use stream_core::{Cancel, Error, ErrorKind, Reader, Request};
use stream_factory::Options;
use stream_memory::Budget;
use stream_worker::{Executable, Remote, Settings, Worker};

use crate::files::{Files, bytes, vtt};
use crate::{Test, WORKER, children, settings, worker};

pub(crate) const ALL: &[Test] = &[
    ("a_task_runs_where_the_file_is_read", task),
    ("a_crash_is_named_and_leaves_nothing", crash),
    ("a_worker_that_does_not_answer_is_killed_at_the_deadline", hang),
    ("a_worker_that_gets_on_may_take_its_time", slow),
    ("the_wall_ends_a_worker_that_takes_too_much", wall),
    ("a_refusal_comes_back_with_its_numbers_and_that_much_is_enough", refusal),
    ("cancelling_ends_the_worker_at_once", cancel),
    ("killed_in_the_middle_everything_before_is_delivered", killed),
    ("a_library_that_talks_holds_nobody_up", talk),
    ("a_worker_inherits_nothing", inherits),
    ("a_program_that_is_no_worker_is_an_error", no_worker),
    ("a_dying_parent_takes_its_worker_along", orphan),
    ("both_processes_stay_within_the_budget", memory),
];

const BUDGET: u64 = 32 << 20;

fn options() -> Options {
    Options::new().with_budget(&Budget::new("test", BUDGET)).with_threads(2.try_into().unwrap())
}

fn open(files: &Files, settings: &Settings) -> (Worker, Remote) {
    let mut worker = Worker::spawn(settings).unwrap();
    let remote = worker.open(files.with("a.vtt", vtt(3)), &options()).unwrap();
    (worker, remote)
}

fn task() {
    let files = Files::new();
    let (_worker, mut remote) = open(&files, &settings());
    let said = |remote: &mut Remote| String::from_utf8(remote.call("count", b"hello").unwrap());
    let first = said(&mut remote).unwrap();
    assert!(first.starts_with("5 entries, "), "{first}");
    let mut entry = remote.context().entry();
    assert!(remote.read_entry(&mut entry).unwrap());
    assert_eq!(entry.path(), "header");
    // wherever this one stands, a task's reader begins at the start
    assert_eq!(said(&mut remote).unwrap(), first);
    assert!(remote.read_entry(&mut entry).unwrap());
    let e = remote.call("fail", b"").unwrap_err();
    assert_eq!(e.to_string(), "vtt: made to fail (entry /g/t, offset 77)");
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::Malformed, false));
    assert_eq!(std::error::Error::source(&e).unwrap().to_string(), "the cause");
    let e = remote.call("nothing", b"").unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Request);
    assert_eq!(remote.finish().unwrap().entries, 2);
}

/// The error of a task, which must come within some seconds and leave no process.
fn fails(files: &Files, settings: &Settings, task: &str) -> Error {
    let (worker, mut remote) = open(files, settings);
    let start = Instant::now();
    let e = remote.call(task, b"100000").unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(15), "{task}: {:?}", start.elapsed());
    assert!(!worker.is_alive() || e.kind() == ErrorKind::OverBudget, "{task}");
    // what is known is told, and every later call fails in time
    assert!(!e.resumable() || e.kind() == ErrorKind::OverBudget);
    drop((worker, remote));
    assert_eq!(children(), [0u32; 0], "{task}");
    e
}

fn crash() {
    let files = Files::new();
    for (task, says) in [
        ("segfault", "the reader crashed (SIGSEGV) while running segfault"),
        ("abort", "the reader crashed (SIGABRT) while running abort"),
        ("panic", "the reader panicked (made to panic) while running panic"),
        (
            "panic elsewhere",
            "the reader panicked (made to panic elsewhere) while running panic elsewhere",
        ),
        ("exit", "the worker ended (exit code 7) while running exit"),
        ("overflow", "the reader crashed (stack overflow) while running overflow"),
    ] {
        let e = fails(&files, &settings(), task);
        assert_eq!((e.message(), e.kind()), (says, ErrorKind::Crashed));
    }
    let e = fails(&files, &settings(), "segfault");
    let words = std::error::Error::source(&e).unwrap().to_string();
    assert!(words.contains("about to crash"), "{words}");
    // after the end every call says so
    let (_worker, mut remote) = open(&files, &settings());
    remote.call("exit", b"").unwrap_err();
    let mut entry = remote.context().entry();
    assert_eq!(remote.read_entry(&mut entry).unwrap_err().kind(), ErrorKind::Crashed);
    assert!(!remote.read_entry(&mut entry).unwrap());
    assert_eq!(remote.chunks(&Request::entry("cue/1")).err().unwrap().kind(), ErrorKind::Crashed);
    assert!(!remote.finish().unwrap().complete);
}

fn hang() {
    let files = Files::new();
    let impatient = settings().with_deadline(Duration::from_millis(600));
    for task in ["loop", "sleep"] {
        let e = fails(&files, &impatient, task);
        assert_eq!(e.kind(), ErrorKind::Timeout);
        let says = format!("the worker did not answer for 0.6 s while running {task}");
        assert_eq!(e.message(), says);
    }
}

fn slow() {
    let files = Files::new();
    let (_worker, mut remote) = open(&files, &settings().with_deadline(Duration::from_millis(500)));
    assert_eq!(remote.call("read on", b"1500").unwrap(), b"done");
}

fn wall() {
    let files = Files::new();
    let e = fails(&files, &settings(), "allocate");
    assert_eq!(e.kind(), ErrorKind::OverBudget, "{e}");
    assert!(e.message().starts_with("the worker hit its memory wall of "), "{e}");
    let refusal = e.over_budget().unwrap();
    assert!(refusal.limit() < 300 << 20, "{refusal:?}");
    assert!(refusal.needed() > BUDGET, "{refusal:?}");
    // C gets no memory, and may go on
    let (_worker, mut remote) = open(&files, &settings());
    let got = String::from_utf8(remote.call("malloc", b"").unwrap()).unwrap();
    let got: u64 = got.parse().expect("a number of mebibytes");
    assert!((20..200).contains(&got), "{got} MiB");
}

fn refusal() {
    let files = Files::new();
    let (worker, mut remote) = open(&files, &settings());
    let e = remote.call("reserve", b"").unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
    assert!(e.message().starts_with("budget \"worker\" refuses 2"), "{e}");
    let told = e.over_budget().unwrap();
    // three parts of four are the worker's
    assert_eq!(told.limit(), BUDGET / 4 * 3);
    assert!((BUDGET..BUDGET + (16 << 10)).contains(&told.needed()), "{told:?}");
    assert!(worker.is_alive());
    // a budget that grows from little: what a refusal says is needed is enough in the end
    let path = files.with("a.bin", bytes(1_000_000));
    let mut limit = 1000;
    for _ in 0..60 {
        let budget = Budget::new("test", limit);
        let options = Options::new().with_budget(&budget).with_chunk_size(100_000);
        let read = || {
            let mut worker = Worker::spawn(&settings())?;
            let mut remote = worker.open(&path, &options)?;
            let mut entry = remote.context().entry();
            while remote.read_entry(&mut entry)? {}
            let mut chunks = remote.chunks(&Request::entry("bytes"))?;
            let mut n = 0;
            while let Some(chunk) = chunks.next_chunk()? {
                n += chunk.bytes().len();
            }
            Ok::<_, Error>(n)
        };
        match read() {
            Ok(n) => {
                assert_eq!(n, 1_000_000);
                assert!(limit < 3 << 20, "{limit} are a lot for chunks of 100 kB");
                return;
            }
            Err(e) => {
                let needed = e.over_budget().unwrap_or_else(|| panic!("{e:?}")).needed();
                assert!(needed > limit, "{e:?} with {limit}");
                limit = needed;
            }
        }
    }
    panic!("{limit} is still said not to be enough");
}

fn cancel() {
    let files = Files::new();
    let flag = Cancel::new();
    let mut worker = worker();
    let path = files.with("a.vtt", vtt(3));
    let mut remote = worker.open(&path, &options().with_cancel(&flag)).unwrap();
    let raise = flag.clone();
    let raising = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        raise.cancel();
    });
    let start = Instant::now();
    let e = remote.call("sleep", b"100000").unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::Cancelled, false));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(!worker.is_alive());
    raising.join().unwrap();
    let mut entry = remote.context().entry();
    assert_eq!(remote.read_entry(&mut entry).unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(!remote.finish().unwrap().complete);
}

fn killed() {
    let files = Files::new();
    let path = files.with("long.vtt", vtt(60_000));
    for round in 0..5u32 {
        let mut worker = worker();
        let mut remote = worker.open(&path, &options()).unwrap();
        let mut entry = remote.context().entry();
        let mut n = 0u32;
        let stop_at = 1 + round * 500;
        let e = loop {
            match remote.read_entry(&mut entry) {
                Ok(true) => n += 1,
                Ok(false) => panic!("the end came although the worker was killed"),
                Err(e) => break e,
            }
            // one entry after another, none left out
            let expected = match n {
                1 => "header".to_owned(),
                2 => "style/0".to_owned(),
                n => format!("cue/{}", n - 3),
            };
            assert_eq!(entry.path(), expected);
            if n == stop_at {
                let id = worker.id().unwrap().to_string();
                let done = std::process::Command::new("kill").args(["-9", &id]).status();
                assert!(done.unwrap().success());
            }
        };
        assert_eq!(e.kind(), ErrorKind::Crashed);
        let says = format!(
            "the worker was killed (SIGKILL) while reading the entry after {}",
            entry.path()
        );
        assert_eq!(e.message(), says);
        assert_eq!(remote.finish().unwrap().entries, u64::from(n));
    }
}

fn talk() {
    let files = Files::new();
    let e = fails(&files, &settings(), "talk");
    let words = std::error::Error::source(&e).unwrap().to_string();
    assert!(words.ends_with("number 19999") && words.len() < 9000, "{} bytes", words.len());
}

fn inherits() {
    let files = Files::new();
    // open for every child, as careless programs leave their files
    let careless =
        std::fs::File::open("/etc/hostname").or_else(|_| std::fs::File::open("/proc/version"));
    let careless = rustix::io::dup(careless.unwrap()).unwrap();
    let (_worker, mut remote) = open(&files, &settings());
    let all = String::from_utf8(remote.call("descriptors", b"").unwrap()).unwrap();
    drop(careless);
    for line in all.lines() {
        let known = ["/dev/null", "pipe:", "socket:", "/memfd:narrows-board", "/proc/"];
        let known = known.iter().any(|k| line.starts_with(k)) || line.ends_with("/a.vtt");
        assert!(known && line != "/proc/version", "{line} in\n{all}");
    }
}

fn no_worker() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    let nothing = Settings::new(Executable::at("/nonexistent/worker", [""; 0]));
    assert_eq!(Worker::spawn(&nothing).err().unwrap().kind(), ErrorKind::Io);
    for program in ["/bin/true", "/bin/false", "/bin/echo"] {
        let settings = Settings::new(Executable::at(program, [""; 0]));
        let e = Worker::spawn(&settings).unwrap().open(&path, &options()).err().unwrap();
        assert_eq!(e.kind(), ErrorKind::Crashed, "{e}");
        assert!(e.message().starts_with("the worker ended (exit code "), "{e}");
    }
    // by hand
    let mut by_hand = std::process::Command::new("/proc/self/exe");
    let done = by_hand.arg(WORKER).stdin(std::process::Stdio::null()).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("not by hand"));
}

/// Whether a process exists and is no zombie.
fn runs(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

fn orphan() {
    let files = Files::new();
    let path = files.with("a.vtt", vtt(3));
    // a program between: it starts a worker that hangs, and is killed
    let mut parent = std::process::Command::new("/proc/self/exe");
    let mut parent = parent
        .args([crate::mad::PARENT, path.to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = std::io::BufReader::new(parent.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    let worker = line.trim();
    std::thread::sleep(Duration::from_millis(200));
    assert!(runs(worker), "worker {worker:?}");
    parent.kill().unwrap();
    parent.wait().unwrap();
    let start = Instant::now();
    while runs(worker) {
        assert!(start.elapsed() < Duration::from_secs(5), "worker {worker} outlives its parent");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn memory() {
    let files = Files::new();
    let path = files.with("a.bin", bytes(60 << 20));
    let peaks = |limit: u64| {
        let budget = Budget::new("test", limit);
        let options = Options::new().with_budget(&budget).with_threads(2.try_into().unwrap());
        let mut worker = worker();
        let mut remote = worker.open(&path, &options).unwrap();
        let idle = worker.peak().unwrap();
        let mut chunks = remote.chunks(&Request::entry("bytes")).unwrap();
        let mut n = 0;
        while let Some(chunk) = chunks.next_chunk().unwrap() {
            n += chunk.bytes().len();
        }
        assert_eq!(n, 60 << 20);
        let _ = remote.finish().unwrap();
        assert!(budget.peak() <= limit);
        (idle, worker.peak().unwrap())
    };
    for limit in [4 << 20, 16 << 20, 64 << 20] {
        let (idle, peak) = peaks(limit);
        let share = limit / 4 * 3;
        assert!(peak < idle + share + (16 << 20), "{limit}: {peak} of {share}, idle {idle}");
    }
}
