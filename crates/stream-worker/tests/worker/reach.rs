//! What a worker reaches: the file it was given, by policy those beside it, what libraries need, and nothing else.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use stream_factory::{Options, look_path};
use stream_memory::Budget;
use stream_worker::{Deadlines, Executable, Landlock, Rules, Sandbox, Workers};

use crate::files::{Files, vtt};
use crate::{Test, WORKER};

pub(crate) const ALL: &[Test] = &[
    ("a_worker_reads_its_directory_and_nothing_else", directory),
    ("a_worker_reads_its_file_and_nothing_else", file),
    ("a_worker_without_walls_reads_what_its_user_may", off),
    ("a_file_that_came_through_a_link_is_read", link),
];

fn workers(sandbox: Sandbox) -> Workers {
    let rules = Rules::new(NonZeroUsize::MIN).with_sandbox(sandbox);
    Workers::new(rules.with_deadlines(Deadlines::new(Duration::from_secs(20))))
}

/// What a worker that has `path` open says when it tries.
fn tries(workers: &Workers, path: &Path, what: &str) -> String {
    let options = Options::new().with_budget(&Budget::new("test", 16 << 20));
    let looked = look_path(path, &options).unwrap();
    let mut remote = workers.open(&Executable::current(WORKER), &looked).unwrap();
    String::from_utf8(remote.call("reach", what.as_bytes()).unwrap()).unwrap()
}

/// False where the kernel has no walls.
fn has_walls() -> bool {
    let here = Landlock::here();
    match here {
        Some(landlock) => println!("{landlock}"),
        None => println!("skipped: no Landlock here"),
    }
    here.is_some()
}

const NO: &str = "PermissionDenied";

fn directory() {
    if !has_walls() {
        return;
    }
    let (one, two) = (Files::new(), Files::new());
    let (a, b) = (one.with("a.vtt", vtt(3)), two.with("b.vtt", vtt(3)));
    let beside = one.with("beside", "12345").display().to_string();
    let away = two.with("away", "123456").display().to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let workers = workers(Sandbox::Directory);
    let at = |what: &str| tries(&workers, &a, what);
    let size = std::fs::metadata(&a).unwrap().len().to_string();
    for _ in 0..2 {
        assert_eq!(at(&format!("read {beside}")), "5");
        assert_eq!(at("again"), size);
        assert_eq!(at(&format!("read {away}")), NO);
        assert_eq!(at("read /etc/passwd"), NO);
        assert_eq!(at("list /etc"), NO);
        assert_eq!(at("list /"), NO);
        assert_eq!(at("read /proc/1/status"), NO);
        assert_eq!(at(&format!("write {beside}")), NO);
        assert_eq!(at(&format!("write {beside}.new")), NO);
        assert_eq!(at(&format!("remove {beside}")), NO);
        assert_eq!(at("run /bin/true"), NO);
        assert_eq!(at("read /dev/null"), "0");
        assert_eq!(at("write /dev/null"), "1");
        assert_ne!(at("read /proc/self/status"), NO);
        assert_ne!(at("read /proc/meminfo"), NO);
        assert_ne!(at("list /usr/lib"), NO);
        // the next file has its own directory, and not that of the first
        assert_eq!(tries(&workers, &b, &format!("read {away}")), "6");
        assert_eq!(tries(&workers, &b, &format!("read {beside}")), NO);
    }
    if Landlock::here().is_some_and(Landlock::has_network) {
        assert_eq!(at(&format!("connect {port}")), NO);
    }
    assert_eq!(std::fs::read(&beside).unwrap(), b"12345");
    assert_eq!(workers.started(), 1, "the same process for all of them");
}

fn file() {
    if !has_walls() {
        return;
    }
    let files = Files::new();
    let (a, b) = (files.with("a.vtt", vtt(3)), files.with("b.vtt", vtt(5)));
    let workers = workers(Sandbox::File);
    for (own, other) in [(&a, &b), (&b, &a), (&a, &b)] {
        let size = std::fs::metadata(own).unwrap().len().to_string();
        assert_eq!(tries(&workers, own, "again"), size);
        assert_eq!(tries(&workers, own, &format!("read {}", own.display())), size);
        assert_eq!(tries(&workers, own, &format!("read {}", other.display())), NO);
    }
    assert_eq!(workers.started(), 1);
}

fn off() {
    let files = Files::new();
    let a = files.with("a.vtt", vtt(3));
    let workers = workers(Sandbox::Off);
    assert_ne!(tries(&workers, &a, "read /etc/passwd"), NO);
    assert_eq!(tries(&workers, &a, "run /bin/true"), "1");
}

fn link() {
    if !has_walls() {
        return;
    }
    let (one, two) = (Files::new(), Files::new());
    let real = one.with("real.vtt", vtt(3));
    let other = one.with("other", "123");
    let beside = two.with("beside", "12").display().to_string();
    let link = real.with_file_name("x");
    let link = Path::new(&beside).with_file_name(link.file_name().unwrap());
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let size = std::fs::metadata(&real).unwrap().len().to_string();
    let workers = workers(Sandbox::Directory);
    assert_eq!(tries(&workers, &link, "again"), size);
    // beside the link, and not beside what it leads to
    assert_eq!(tries(&workers, &link, &format!("read {beside}")), "2");
    assert_eq!(tries(&workers, &link, &format!("read {}", other.display())), NO);
}
