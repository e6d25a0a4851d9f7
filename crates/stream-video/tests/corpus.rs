//! Every file of the corpus (`NARROWS_CORPUS`): good ones as ffprobe reads them, bad ones to some end.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod ffprobe;
}

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Form, Format, Request, Severity};
use stream_video::Video;
use support::ffprobe::{differences, ffprobe};

/// The files below `folder`; none where there is no corpus, which is said.
fn files(folder: &str) -> Vec<PathBuf> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        println!("skipped: NARROWS_CORPUS is not set");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![Path::new(&corpus).join("video").join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn every_good_file_is_read_as_ffprobe_reads_it() {
    let mut wrong = 0;
    for path in files("good") {
        let Some(expected) = ffprobe(&path) else {
            println!("skipped: no ffprobe for {}", path.display());
            continue;
        };
        let differences = differences(&path, &expected);
        if !differences.is_empty() {
            wrong += 1;
            println!("{}:", path.display());
            differences.iter().take(12).for_each(|d| println!("    {d}"));
        }
    }
    assert_eq!(wrong, 0);
}

/// Set for a process that reads one file.
const APART: &str = "NARROWS_VIDEO_FILE";

/// Reads everything of one file, and the first frames of its first stream, within 64 MiB. Does nothing unless it is told which.
#[test]
fn one_file_is_read_to_some_end() {
    let Some(path) = std::env::var_os(APART) else { return };
    let budget = Budget::new("test", 64 << 20);
    let cx = Context::new(Arc::new(FileSource::open(path).unwrap()), &budget);
    if let Ok(mut reader) = Video.open(cx.clone()) {
        let mut entry = cx.entry();
        while let Ok(true) = reader.read_entry(&mut entry) {}
        let request = Request::entry("stream/0").with_form(Form::Decoded);
        let request = request.with_region("0:25".parse().unwrap());
        if let Ok(mut chunks) = reader.chunks(&request) {
            while let Ok(Some(_)) = chunks.next_chunk() {}
        }
        let _ = reader.finish();
    }
    assert!(budget.peak() <= 64 << 20);
}

#[test]
fn no_bad_file_panics_hangs_or_makes_the_library_print() {
    let mut wrong = Vec::new();
    let (mut slowest, mut count) = (Duration::ZERO, 0);
    for path in files("bad").into_iter().chain(files("good")) {
        let started = Instant::now();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "one_file_is_read_to_some_end", "--nocapture", "--quiet"])
            .env(APART, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if started.elapsed() > Duration::from_secs(30) {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        slowest = slowest.max(started.elapsed());
        count += 1;
        let mut printed = String::new();
        child.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
        if !status.is_some_and(|status| status.success()) || !printed.is_empty() {
            wrong.push(format!("{}: {status:?} {printed}", path.display()));
        }
    }
    println!("{count} files, the slowest took {slowest:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What good files lack, in their own words: cut on purpose, or pieces of a whole.
#[test]
fn good_files_are_whole() {
    for path in files("good") {
        let budget = Budget::new("test", 256 << 20);
        let cx = Context::new(Arc::new(FileSource::open(&path).unwrap()), &budget);
        let Ok(mut reader) = Video.open(cx.clone()) else { continue };
        let mut entry = cx.entry();
        let end = loop {
            match reader.read_entry(&mut entry) {
                Ok(true) => {}
                other => break other,
            }
        };
        let summary = reader.finish().unwrap();
        if !summary.complete {
            let first = summary.diagnostics.kept().iter().find(|d| d.severity == Severity::Error);
            println!("{}: {end:?} {first:?}", path.display());
        }
    }
}
