//! Real files: headers of sound ones are `ncdump -h`'s, and broken ones end in an error or with findings.
//!
//! The folder is named by `NARROWS_CORPUS`; without it, and without ncdump, the tests say that they were skipped.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use stream_core::{Context, ErrorKind, FileSource, Format, Reader, ReaderExt, Request};
use stream_memory::Budget;
use stream_netcdf::{Cdl, Dataset, Netcdf};

/// What ncdump prints otherwise, and why it is left so.
const KNOWN: &[(&str, &str)] = &[
    (
        "test_gold.nc",
        "a string that was never written: NIL to ncdump, a text without characters to us",
    ),
    (
        "nc4_groups.nc",
        "two dimensions have the same _Netcdf4Dimid: ncdump takes them for one, we for two as their scales are",
    ),
];

fn files(class: &str) -> Option<Vec<PathBuf>> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS does not name a folder");
        return None;
    };
    let mut found = Vec::new();
    let mut open = vec![Path::new(&corpus).join("netcdf").join(class)];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    // gzip is looked through before a format is asked
    found.retain(|path| path.extension().is_none_or(|e| e != "gz"));
    found.sort();
    assert!(!found.is_empty());
    Some(found)
}

fn context(path: &Path, limit: u64) -> Context {
    Context::new(Arc::new(FileSource::open(path).unwrap()), &Budget::new("corpus", limit))
}

/// Where lines break is left to each printer.
fn words(cdl: &str) -> String {
    cdl.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of `ncdump -h`; `None` where it is not installed or does not read the file.
fn ncdump(path: &Path) -> Option<String> {
    let output = Command::new("ncdump").arg("-h").arg(path).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn headers_of_sound_files_are_ncdumps() {
    let Some(files) = files("good") else { return };
    let (mut same, mut skipped, mut different) = (0, Vec::new(), Vec::new());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(expected) = ncdump(&path) else {
            skipped.push(format!("{name}: not read by ncdump"));
            continue;
        };
        let set = match Dataset::open(context(&path, 16 << 20)) {
            Ok(set) => set,
            Err(e) if e.kind() == ErrorKind::NotEnabled => {
                skipped.push(format!("{name}: {e}"));
                continue;
            }
            Err(e) => {
                different.push(format!("{name}: {e}"));
                continue;
            }
        };
        let known = KNOWN.iter().find(|(k, _)| name == *k);
        if let Some((_, why)) = known {
            skipped.push(format!("{name}: {why}"));
            continue;
        }
        let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
        let found = Cdl::new(set.header(), stem).to_string();
        if let Some(e) = set.failed() {
            different.push(format!("{name}: {e}"));
        } else if words(&found) == words(&expected) {
            same += 1;
        } else {
            let at = found.lines().zip(expected.lines()).find(|(a, b)| words(a) != words(b));
            different.push(format!("{name}: (ours, ncdump's) {at:?}"));
        }
    }
    eprintln!("{same} headers are the same; left out: {skipped:#?}");
    assert!(different.is_empty(), "{different:#?}");
}

#[test]
fn data_of_sound_files_is_read_whole() {
    let Some(files) = files("good") else { return };
    let mut failed = Vec::new();
    for path in files {
        let mut reader = match Netcdf.open(context(&path, 32 << 20)) {
            Ok(reader) => reader,
            Err(e) if e.kind() == ErrorKind::NotEnabled => continue,
            Err(e) => {
                failed.push(format!("{}: {e}", path.display()));
                continue;
            }
        };
        if let Err(e) = read_all(&mut *reader) {
            failed.push(format!("{}: {e}", path.display()));
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Reads all entries and their data, and says how many bytes that is.
fn read_all(reader: &mut dyn Reader) -> stream_core::Result<u64> {
    let mut bytes = 0;
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry)? {
        if !entry.has_data() {
            continue;
        }
        let mut chunks = reader.chunks(&Request::entry(entry.path()))?;
        while let Some(chunk) = chunks.next_chunk()? {
            bytes += chunk.bytes().len() as u64;
        }
    }
    Ok(bytes)
}

#[test]
fn broken_files_end_in_an_error_or_with_findings() {
    let Some(files) = files("bad") else { return };
    for path in files {
        let start = Instant::now();
        let trace = match Netcdf.open(context(&path, 1 << 20)) {
            Err(e) => e.to_string(),
            Ok(mut reader) => {
                let read = read_all(&mut *reader);
                let summary = reader.finish().unwrap();
                let found: Vec<_> = summary.diagnostics.kept().iter().map(|d| d.rule).collect();
                // the sizes that it claims are those of records, of which it has none
                let empty = path.ends_with("bad_large_rec_2_vars.nc2");
                let told = read.is_err() || !found.is_empty();
                assert!(told || empty, "{} passes for sound", path.display());
                format!("{read:?} {found:?}")
            }
        };
        assert!(start.elapsed() < Duration::from_secs(5), "{}: {trace}", path.display());
        eprintln!("{}: {trace}", path.display());
    }
}

#[test]
fn paths_of_entries_are_unique_and_lead_to_data() {
    let Some(files) = files("good") else { return };
    for path in files {
        let Ok(mut reader) = Netcdf.open(context(&path, 32 << 20)) else { continue };
        let mut paths: Vec<String> = Vec::new();
        for entry in reader.entries() {
            paths.push(entry.unwrap().path().to_owned());
        }
        let count = paths.len();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), count, "{}", path.display());
    }
}
