//! Ends before the end: a full disk, an output that cannot be written. And what is told meanwhile.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::run::{EXE, cues, tempdir};
use crate::{rows, scan};

/// Texts that do not compress to nothing.
pub(crate) fn tree(at: &Path, files: usize) {
    fs::create_dir_all(at).unwrap();
    let mut word = 1u64;
    for i in 0..files {
        let mut text = cues(20);
        for _ in 0..400 {
            word = word
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(&format!("NOTE {word:016x} {:016x}\n\n", word.rotate_left(17)));
        }
        fs::write(at.join(format!("{i}.vtt")), text).unwrap();
    }
}

/// The command under a shell's limits.
fn limited(limits: &str, tree: &Path, out: &Path) -> Command {
    let mut command = Command::new("sh");
    let words = ["-c", &format!("{limits} exec \"$@\""), "sh", EXE, "scan", "--threads", "1"];
    command.args(words).arg(tree).arg("-o").arg(out).stdin(Stdio::null());
    command
}

#[test]
fn a_full_disk_ends_a_scan_with_a_word_and_the_same_command_goes_on() {
    let dir = tempdir();
    let (at, out, calm) =
        (dir.path().join("tree"), dir.path().join("out"), dir.path().join("calm"));
    tree(&at, 30);
    assert_eq!(scan(&at, &calm, &[]).code, 0);
    // no file beyond 64 KiB, and no signal when one would be: as on a disk without room
    let full = limited("trap '' XFSZ; ulimit -f 128;", &at, &out).output().unwrap();
    let said = String::from_utf8_lossy(&full.stderr);
    assert_eq!(full.status.code(), Some(1), "{said}");
    assert!(said.contains("part-") && said.contains("the same command goes on"), "{said}");
    assert!(!out.join("_journal/commit.json").exists());
    let whole = scan(&at, &out, &[]);
    assert_eq!(whole.code, 0, "{}", whole.err);
    assert_eq!(rows(&out), rows(&calm));
    let unfinished = |table: &str| {
        let all = fs::read_dir(out.join(table)).unwrap();
        all.filter(|e| e.as_ref().unwrap().path().extension().is_some_and(|e| e == "tmp")).count()
    };
    assert_eq!((unfinished("files"), unfinished("entries")), (0, 0));
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    tree(&at, 1);
    fs::write(dir.path().join("file"), "").unwrap();
    let run = scan(&at, &dir.path().join("file/out"), &[]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("file/out") && run.err.contains("directory"), "{}", run.err);
    // the summary goes nowhere; the catalogue is whole
    let out = dir.path().join("out");
    let mut command = limited("", &at, &out);
    let full = command.stdout(File::options().write(true).open("/dev/full").unwrap());
    let full = full.stderr(Stdio::piped()).output().unwrap();
    assert_eq!(full.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&full.stderr).contains("space"), "{full:?}");
    assert_eq!(rows(&out).0.len(), 1);
    assert!(out.join("_journal/commit.json").exists());
}

#[test]
fn progress_as_json_tells_the_plan_the_state_what_broke_and_parts() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    tree(&at, 3);
    fs::write(at.join("empty.vtt"), "").unwrap();
    let run = scan(&at, &dir.path().join("out"), &["--progress", "json"]);
    assert_eq!(run.code, 1);
    let lines: Vec<Value> = run.err.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let of = |key: &str| lines.iter().filter_map(|line| line.get(key)).cloned().collect::<Vec<_>>();
    let planned = of("planned");
    assert_eq!((planned[0]["files"].as_u64(), planned[0]["done"].as_u64()), (Some(4), Some(0)));
    let last = of("progress").pop().unwrap();
    for (key, expected) in [("files", 4), ("inputs", 4), ("broken", 1)] {
        assert_eq!(last[key].as_u64(), Some(expected), "{last}");
    }
    assert_eq!(last["bytes"], planned[0]["bytes"]);
    assert!(last["memory"].as_u64() <= last["limit"].as_u64());
    assert!(last["level"].is_string(), "{last}");
    let broken = of("broken");
    assert!(broken.len() == 1 && broken[0]["path"].as_str().unwrap().ends_with("/empty.vtt"));
    assert_eq!(of("part").iter().filter_map(|part| part["files"].as_u64()).sum::<u64>(), 4);
    // quiet where standard error is no terminal
    let quiet = scan(&at, &dir.path().join("quiet"), &[]);
    assert_eq!(quiet.err, "");
}

#[test]
fn the_summary_tells_formats_statuses_errors_and_the_ten_slowest_and_largest() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    tree(&at, 12);
    fs::write(at.join("empty"), "").unwrap();
    fs::write(at.join("bytes.bin"), [9; 100]).unwrap();
    let out = dir.path().join("out");
    let text = scan(&at, &out, &[]).out;
    for part in ["scanned 14 files", "1 not whole", "format", "seconds", "peak", "vtt", "binary"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in ["status: 1 failed, 13 ok", "errors: 1 unrecognized", "slowest", "largest peaks"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(text.matches(" s  ").count(), 10, "{text}");
    let line: Value = serde_json::from_str(scan(&at, &out, &["--json"]).out.trim()).unwrap();
    let scanned = &line["scanned"];
    assert_eq!(scanned["formats"]["vtt"]["files"], 12);
    assert!(scanned["formats"]["vtt"]["seconds"].is_f64());
    assert!(scanned["formats"]["vtt"]["peak"].as_u64().is_some_and(|peak| peak > 0));
    assert_eq!(scanned["errors"]["unrecognized"], 1);
    for (list, key) in [("slowest", "seconds"), ("largest", "peak")] {
        let list = scanned[list].as_array().unwrap();
        assert_eq!(list.len(), 10);
        let values: Vec<f64> = list.iter().map(|of| of[key].as_f64().unwrap()).collect();
        assert!(values.is_sorted_by(|a, b| a >= b), "{values:?}");
    }
}
