//! A scan that is killed goes on, and comes to the same catalogue; `cargo xtask integration --only kills` does so fifty times.
#![cfg(feature = "scan")]
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use run::{EXE, narrows};

/// A scan of small files, each in a worker process.
fn scan(tree: &Path, catalogue: &Path) -> Command {
    let mut command = Command::new(EXE);
    command.args(["scan", "--isolate", "always", "--threads", "2", "--memory", "64MiB"]);
    command.args(["--progress", "never", "--deadline", "30", "-o"]).arg(catalogue).arg(tree);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The rows without what differs from run to run.
fn rows(catalogue: &Path) -> String {
    let run = narrows(["scan".as_ref(), "canonical".as_ref(), catalogue.as_os_str()]);
    assert_eq!(run.code, 0, "{}", run.err);
    run.out
}

fn stat(process: &str) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

/// The processes that `of` has started.
fn children(of: u32) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let names = all.filter_map(|entry| entry.file_name().into_string().ok());
    let parent = of.to_string();
    names.filter(|pid| stat(pid).is_some_and(|stat| stat.get(1) == Some(&parent))).collect()
}

/// Waits until none of these runs.
fn gone(processes: &[String]) {
    let start = Instant::now();
    let runs = |pid: &String| stat(pid).is_some_and(|stat| stat.first().is_some_and(|s| s != "Z"));
    while let Some(pid) = processes.iter().find(|pid| runs(pid)) {
        assert!(start.elapsed() < Duration::from_secs(10), "process {pid} outlives its parent");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_scan_that_was_killed_five_times_gives_the_same_catalogue_and_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).unwrap();
    for n in 0..300 {
        let cue = format!("WEBVTT\n\n00:01.000 --> 00:02.000\ncue {n}\n");
        std::fs::write(tree.join(format!("{n}.vtt")), cue).unwrap();
        std::fs::write(tree.join(format!("{n}.bin")), vec![n as u8; n]).unwrap();
    }
    let calm = folder.path().join("calm");
    let start = Instant::now();
    // a file without bytes has no format
    let code = scan(&tree, &calm).status().unwrap().code();
    let usual = start.elapsed();
    let expected = rows(&calm);
    assert!(expected.lines().count() >= 600, "{}", expected.lines().count());
    let disturbed = folder.path().join("disturbed");
    let mut killed = 0u32;
    for part in [1, 3, 5, 2, 4] {
        let mut running = scan(&tree, &disturbed).spawn().unwrap();
        std::thread::sleep(usual * part / 8);
        let workers = children(running.id());
        killed += u32::from(running.try_wait().unwrap().is_none());
        running.kill().unwrap();
        running.wait().unwrap();
        gone(&workers);
    }
    assert_eq!(scan(&tree, &disturbed).status().unwrap().code(), code);
    assert_eq!(rows(&disturbed), expected);
    assert!(killed > 0, "each scan was over before it was killed");
}
