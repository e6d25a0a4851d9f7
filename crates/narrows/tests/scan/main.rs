//! `narrows scan` as its users type it.
#![cfg(feature = "scan")]
#![allow(clippy::unwrap_used)] // a test's helper may

mod analyses;
mod changed;
mod choice;
mod ends;
mod interrupts;
#[path = "../support/run.rs"]
mod run;
#[path = "../support/wav.rs"]
mod wav;

use std::path::Path;

use run::{Run, narrows};
use serde_json::Value;

/// Scans `tree` into `out` with more arguments.
fn scan(tree: &Path, out: &Path, more: &[&str]) -> Run {
    let paths = [tree.as_os_str(), "-o".as_ref(), out.as_os_str()];
    narrows(["scan".as_ref()].into_iter().chain(paths).chain(more.iter().map(AsRef::as_ref)))
}

/// The rows of a catalogue: those of files, those of entries.
fn rows(out: &Path) -> (Vec<Value>, Vec<Value>) {
    let run = narrows(["scan".as_ref(), "canonical".as_ref(), out.as_os_str()]);
    assert_eq!(run.code, 0, "{}", run.err);
    let all = run.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.partition(|row| row.get("status").is_some())
}

/// The names of the files that have a row, in the order of the rows.
fn names(out: &Path) -> Vec<String> {
    let (files, _) = rows(out);
    let name = |row: &Value| {
        let path = row["path"].as_str().unwrap();
        path.rsplit('/').next().unwrap_or_default().to_owned()
    };
    files.iter().map(name).collect()
}

/// The measures of an entry.
fn measure(entry: &Value, name: &str) -> Option<f64> {
    let all = entry["measures"].as_array()?;
    let found = all.iter().find(|measure| measure["key"] == name)?;
    let value = &found["value"];
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
