//! Files read in a worker process: nobody sees a difference.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use run::{cues, dicom, dicom_rle, narrows, narrows_in, tempdir};

#[test]
fn every_verb_prints_the_same_bytes_with_and_without_a_worker() {
    let dir = tempdir();
    let whole = dicom();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a.vtt", cues(3000).into()),
        ("a.dcm", whole.clone()),
        ("rle.dcm", dicom_rle()),
        ("cut.dcm", whole[..whole.len() - 4].to_vec()),
        ("a.unknown", (0..=255).cycle().take(100_000).collect()),
        ("empty.vtt", Vec::new()),
        ("known.fit", format!("{:<2880}", "SIMPLE  =                    T").into()),
    ];
    let verbs: &[&[&str]] = &[
        &["ls"],
        &["ls", "-l"],
        &["ls", "--json"],
        &["cat"],
        &["cat", "--to", "npy", "--form", "decoded"],
        &["cat", "--to", "jsonl"],
        &["cat", "--entry", "(7FE0,0010)", "--region", "0"],
        &["cat", "--entry", "nothing"],
        &["info"],
        &["info", "--json"],
        &["check"],
        &["check", "--json"],
    ];
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let path = path.to_str().unwrap();
        for verb in verbs {
            let run = |when| narrows(verb.iter().copied().chain(["--isolate", when, path]));
            let (here, there) = (run("never"), run("always"));
            assert_eq!(here.err, there.err, "{verb:?} {name}");
            assert_eq!(here.code, there.code, "{verb:?} {name}");
            assert!(here.bytes == there.bytes, "{verb:?} {name}:\n{}\n{}", here.out, there.out);
        }
    }
}

#[test]
fn several_files_are_read_by_one_worker() {
    let dir = tempdir();
    let mut paths = Vec::new();
    for at in 0..20 {
        let path = dir.path().join(format!("{at}.vtt"));
        fs::write(&path, cues(at + 1)).unwrap();
        paths.push(path.to_str().unwrap().to_owned());
    }
    let args = ["check", "--isolate", "always"].map(str::to_owned);
    let run = narrows(args.into_iter().chain(paths));
    assert_eq!((run.code, run.out.lines().count()), (0, 20), "{}", run.err);
}

#[test]
fn a_small_budget_is_enough_for_both_processes_or_says_how_much_would_be() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    fs::write(&path, cues(3)).unwrap();
    let mut memory = "1KiB".to_owned();
    for _ in 0..40 {
        let args = ["ls", "--isolate", "always", "--memory", &memory, path.to_str().unwrap()];
        let run = narrows(args);
        if run.code == 0 {
            return;
        }
        assert_eq!(run.code, 3, "{}", run.err);
        let (_, needed) = run.err.trim_end().rsplit_once("--memory ").unwrap();
        memory = needed.to_owned();
    }
    panic!("{memory} is still said not to be enough");
}

/// Processes that work in a folder.
fn working_in(dir: &Path) -> usize {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let dir = dir.canonicalize().unwrap();
    all.filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == dir)).count()
}

#[test]
fn an_interrupt_ends_the_worker_too() {
    let dir = tempdir();
    // a hole of 64 GiB, to be digested
    fs::File::create(dir.path().join("big.unknown")).unwrap().set_len(1 << 36).unwrap();
    let mut child = std::process::Command::new(run::EXE)
        .args(["cat", "--isolate", "always", "big.unknown"])
        .current_dir(dir.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while working_in(dir.path()) < 2 {
        assert!(start.elapsed() < Duration::from_secs(20), "no worker was started");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(200));
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    let start = Instant::now();
    while working_in(dir.path()) > 0 {
        assert!(start.elapsed() < Duration::from_secs(5), "a process was left");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn wrong_deadlines_are_wrong_usage_and_the_file_may_say_both() {
    for deadline in ["0", "-1", "soon", "inf"] {
        assert_eq!(narrows(["formats", "--deadline", deadline]).code, 2, "{deadline}");
    }
    let dir = tempdir();
    fs::write(dir.path().join("narrows.toml"), "isolate = \"always\"\ndeadline = 5\n").unwrap();
    fs::write(dir.path().join("a.vtt"), cues(1)).unwrap();
    let run = narrows_in(dir.path(), &[], ["ls", "-v", "a.vtt"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("peak resident of the worker"), "{}", run.err);
    let run = narrows_in(dir.path(), &[("NARROWS_ISOLATE", "never")], ["ls", "-v", "a.vtt"]);
    assert!(!run.err.contains("worker"), "{}", run.err);
}
