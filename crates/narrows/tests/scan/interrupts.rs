//! Ctrl-C: what is being read may end, what was read is kept.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ends::tree;
use crate::run::{EXE, cues, tempdir};
use crate::{names, rows, scan};

/// What is said at the first.
const STOPPING: &str = r#"{"stopping":{"seconds":5}}"#;

fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
}

/// A scan that tells what it does, each file in a process of its own.
fn running(tree: &Path, out: &Path) -> Child {
    let mut command = Command::new(EXE);
    command.args(["scan", "--isolate", "always", "--threads", "1", "--progress", "json", "-o"]);
    command.arg(out).arg(tree).stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits until it has read `files` files.
fn begun(child: &mut Child, files: u64) -> impl Iterator<Item = String> + use<> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let some = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap_or_default();
        line["progress"]["files"].as_u64().is_some_and(|done| done >= files)
    };
    assert!(lines.any(|line| some(&line)), "it ended before it told anything");
    lines
}

#[test]
fn a_first_interrupt_keeps_what_was_done_and_the_same_command_goes_on() {
    let dir = tempdir();
    let (at, calm) = (dir.path().join("tree"), dir.path().join("calm"));
    tree(&at, 1000);
    assert_eq!(scan(&at, &calm, &[]).code, 0);
    let out = dir.path().join("once");
    let mut child = running(&at, &out);
    let lines = begun(&mut child, 1);
    interrupt(&child);
    let told: Vec<String> = lines.collect();
    assert!(told.contains(&STOPPING.to_owned()), "{told:?}");
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(130), "{told:?}");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("interrupted after"), "{said}");
    assert!(!out.join("_journal/commit.json").exists());
    let resumed = scan(&at, &out, &["--progress", "json"]);
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    let planned = resumed.err.lines().find(|line| line.contains("planned")).unwrap_or_default();
    let planned: Value = serde_json::from_str(planned).unwrap();
    assert!(planned["planned"]["done"].as_u64().is_some_and(|done| done > 0), "{planned}");
    assert_eq!(rows(&out), rows(&calm));
}

/// A tree of three files, the second of which is a hole of this many bytes.
fn holed(at: &Path, bytes: u64) {
    fs::create_dir_all(at).unwrap();
    fs::write(at.join("0.vtt"), cues(3)).unwrap();
    File::create(at.join("1.unknown")).unwrap().set_len(bytes).unwrap();
    fs::write(at.join("2.vtt"), cues(3)).unwrap();
}

/// A scan of it by one thread, which digests the hole.
fn digesting(tree: &Path, out: &Path) -> Child {
    let mut command = Command::new(EXE);
    command.args(["scan", "--threads", "1", "--digest", "xxh3", "--progress", "json", "-o"]);
    command.arg(out).arg(tree).stdin(Stdio::null()).stdout(Stdio::piped());
    let child = command.stderr(Stdio::piped()).spawn().unwrap();
    let (start, hole) = (Instant::now(), tree.join("1.unknown"));
    let folder = format!("/proc/{}/fd", child.id());
    let reads = || {
        let all = fs::read_dir(&folder).into_iter().flatten().flatten();
        all.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|file| file == hole)
    };
    while !reads() {
        assert!(start.elapsed() < Duration::from_secs(20), "the hole is not read");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

/// The files that a scan which was interrupted has rows of.
fn kept(tree: &Path, out: &Path) -> u64 {
    let mut command = Command::new(EXE);
    command.args(["scan", "--threads", "1", "--digest", "xxh3", "--progress", "json", "-o"]);
    let mut child = command.arg(out).arg(tree).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let planned = lines.find(|line| line.contains("planned")).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    serde_json::from_str::<Value>(&planned).unwrap()["planned"]["done"].as_u64().unwrap()
}

#[test]
fn a_file_that_is_being_read_at_a_first_interrupt_has_its_row_and_no_other_is_begun() {
    let dir = tempdir();
    let (at, out) = (dir.path().join("tree"), dir.path().join("out"));
    holed(&at, 512 << 20);
    let child = digesting(&at, &out);
    interrupt(&child);
    let done = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(130), "{told}");
    assert!(told.contains(STOPPING), "{told}");
    let last = told.lines().rfind(|line| line.contains("progress")).unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["progress"]["files"], 2, "{told}");
    let resumed = scan(&at, &out, &["--digest", "xxh3", "--progress", "json"]);
    assert_eq!(resumed.code, 0, "{}", resumed.err);
    assert!(resumed.err.lines().next().unwrap().contains(r#""done":2"#), "{}", resumed.err);
    assert_eq!(names(&out), ["0.vtt", "1.unknown", "2.vtt"]);
    let calm = dir.path().join("calm");
    assert_eq!(scan(&at, &calm, &["--digest", "xxh3"]).code, 0);
    assert_eq!(rows(&out), rows(&calm));
}

#[test]
fn a_second_interrupt_or_the_end_of_patience_gives_up_what_is_being_read() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    // longer than anybody waits
    holed(&at, 1 << 37);
    for twice in [true, false] {
        let out = dir.path().join(format!("out-{twice}"));
        let mut child = digesting(&at, &out);
        let start = Instant::now();
        interrupt(&child);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line == STOPPING));
        if twice {
            interrupt(&child);
        }
        let rest: Vec<String> = lines.collect();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{rest:?}");
        let seconds = start.elapsed().as_secs_f64();
        assert!(if twice { seconds < 4.0 } else { (5.0..15.0).contains(&seconds) }, "{seconds}");
        assert_eq!(kept(&at, &out), 1);
    }
}
