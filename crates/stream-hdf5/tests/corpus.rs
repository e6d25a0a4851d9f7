//! Real files: all good ones list and all of their data is read; all bad ones return in time. Each is read in a process of its
//! own, since libhdf5 may crash on the bad ones. The folder is named by `NARROWS_CORPUS`; without it nothing is read.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format, ReaderExt, Request};
use stream_hdf5::Hdf5;

/// Set for the process that reads one file: the file.
const ONE: &str = "NARROWS_HDF5_ONE";
/// Far more than any of the files needs.
const DEADLINE: Duration = Duration::from_secs(20);

/// Every HDF5 file below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if !path.extension().is_some_and(|e| matches!(e.to_str(), Some("dmrpp" | "raw"))) {
            found.push(path);
        }
    }
}

/// Lists a file and reads all of its data; what happened, in a line.
fn read(path: &Path) -> String {
    let source = match FileSource::open(path) {
        Ok(source) => source,
        Err(error) => return format!("io {error}"),
    };
    let cx = Context::new(Arc::new(source), &Budget::new("corpus", 64 << 20));
    let mut reader = match Hdf5.open(cx.clone()) {
        Ok(reader) => reader,
        Err(error) => return format!("refused {} {error}", error.kind()),
    };
    let mut entry = cx.entry();
    let (mut paths, mut failed) = (Vec::new(), Vec::new());
    loop {
        match reader.read_entry(&mut entry) {
            Ok(true) if entry.has_data() => paths.push(entry.path().to_owned()),
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                failed.push(format!("listing: {error}"));
                break;
            }
        }
    }
    let mut bytes = 0u64;
    for path in &paths {
        match reader.copy(&Request::entry(path), &mut std::io::sink()) {
            Ok(n) => bytes += n,
            Err(error) => failed.push(format!("{path}: {error}")),
        }
    }
    let summary = reader.finish().unwrap();
    let findings: Vec<String> =
        summary.diagnostics.kept().iter().map(ToString::to_string).collect();
    format!(
        "read {} entries, {bytes} bytes, complete {}, {} failed {failed:?}, findings {findings:?}",
        summary.entries,
        summary.complete,
        failed.len(),
    )
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Said(String),
    Crashed(String),
    Hung,
}

/// Reads a file in a process of its own.
fn apart(path: &Path) -> Fate {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "one_file_is_read", "--nocapture", "--test-threads=1"])
        .env(ONE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let said = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = out.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > DEADLINE {
            child.kill().unwrap();
            child.wait().unwrap();
            return Fate::Hung;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let said = said.join().unwrap();
    match said.lines().find_map(|line| line.split_once("fate: ")) {
        Some((_, fate)) if status.success() => Fate::Said(fate.to_owned()),
        _ => Fate::Crashed(status.to_string()),
    }
}

/// Not a test of its own: the process in which one file is read.
#[test]
fn one_file_is_read() {
    if let Some(path) = std::env::var_os(ONE) {
        println!("\nfate: {}", read(Path::new(&path)));
    }
}

fn fates(class: &str) -> Option<BTreeMap<PathBuf, Fate>> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS is not set");
        return None;
    };
    let folder = Path::new(&corpus).join("hdf5").join(class);
    let mut found = Vec::new();
    files(&folder, &mut found);
    found.sort();
    let half = found.len().div_ceil(2);
    let read = |paths: &[PathBuf]| -> Vec<(PathBuf, Fate)> {
        let named = |path: &PathBuf| path.strip_prefix(&folder).unwrap().to_owned();
        paths.iter().map(|path| (named(path), apart(path))).collect()
    };
    std::thread::scope(|scope| {
        let (first, second) = found.split_at(half);
        let other = scope.spawn(|| read(second));
        let mut all: BTreeMap<_, _> = read(first).into_iter().collect();
        all.extend(other.join().unwrap());
        Some(all)
    })
}

fn told(fates: &BTreeMap<PathBuf, Fate>) -> String {
    fates.iter().map(|(path, fate)| format!("{}: {fate:?}\n", path.display())).collect()
}

/// Good files of which not all is read, and why.
const KNOWN: &[(&str, &str)] = &[
    (
        "hdf5-1.10.8/tools/test/h5diff/testfiles/h5diff_dset1.h5",
        "an element of 160 MB is larger than the budget",
    ),
    (
        "hdf5-1.10.8/tools/test/h5diff/testfiles/h5diff_dset2.h5",
        "an element of 160 MB is larger than the budget",
    ),
    ("hdf5-1.10.8/tools/test/h5repack/testfiles/h5repack_CVE-2018-17432.h5", "a dataset is broken"),
    (
        "hdf5-1.10.8/tools/test/h5repack/testfiles/h5repack_ext.h5",
        "external file is not in the corpus",
    ),
    (
        "hdf5-1.10.8/tools/test/h5stat/testfiles/h5stat_filters.h5",
        "external file and a user's filter are not there; one checksum is wrong for libhdf5 too",
    ),
    (
        "hdf5-1.10.8/tools/test/misc/testfiles/h5clear_fsm_persist_user_greater.h5",
        "shorter than its superblock says",
    ),
    ("hdf5-1.10.8/tools/testfiles/filter_fail.h5", "a user's filter"),
    ("hdf5-1.10.8/tools/testfiles/tfamily00000.h5", "the first file of a family"),
    ("hdf5-1.10.8/tools/testfiles/tfilters.h5", "external file and a user's filter are not there"),
    (
        "hdf5-1.14.6/hdf5_official/h5clear_mdc_image.h5",
        "metadata cache image: object headers stand elsewhere",
    ),
    ("hdf5-1.14.6/hdf5_official/h5ex_d_granularbr.h5", "a filter that is not known here"),
    ("hdf5-1.14.6/hdf5_official/h5ex_d_jpeg.h5", "a filter that is not known here"),
    (
        "hdf5-1.14.6/hdf5_official/h5stat_filters.h5",
        "external file and a user's filter are not there",
    ),
    ("hdf5-1.14.6/hdf5_official/tmulti-s.h5", "the first file of several"),
    ("hdf5-1.14.6/reference/tbogus.h5", "messages that only other libraries know"),
];

/// What a library before 2.0 does not read, and 2.x does.
const BEFORE_2: &[(&str, &str)] = &[
    ("hdf5-1.14.6/hdf5_official/test_ds_be_new_ref-32bit.h5", "references of version 1.12"),
    ("hdf5-1.14.6/hdf5_official/test_ds_le_new_ref.h5", "references of version 1.12"),
    ("hdf5-1.14.6/hdf5_official/h5diff_attr1.h5", "libhdf5 1.10.8 crashes; so does h5dump"),
    ("hdf5-1.14.6/hdf5_official/h5diff_attr2.h5", "libhdf5 1.10.8 crashes; so does h5dump"),
    (
        "roteiro/hdf5/extensible_array_chunked.h5",
        "a layout message that libhdf5 1.10 does not know",
    ),
    ("roteiro/hdf5/fixed_array_chunked.h5", "a layout message that libhdf5 1.10 does not know"),
    ("roteiro/hdf5/v4_layout.h5", "a layout message that libhdf5 1.10 does not know"),
];

/// What HDF5 2.x, as the feature `static` builds it, does not read, and the system's library does.
const FROM_2: &[(&str, &str)] = &[
    (
        "jhdf/var-length-strings-reused.hdf5",
        "a heap collection of fewer than 4 KiB, which libhdf5 2.2 refuses",
    ),
    ("scigolib-c-corpus/c-library-corpus/basic/le_data.h5", "szip, which is not built"),
];

#[test]
fn all_good_files_are_read_whole() {
    let Some(mut fates) = fates("good") else { return };
    println!("{} good files", fates.len());
    let whole = |fate: &Fate| matches!(fate, Fate::Said(said) if said.contains(" 0 failed") && said.contains("complete true"));
    let second = Hdf5.library().is_some_and(|text| text.starts_with("libhdf5 2."));
    let mut by_now = Vec::new();
    for (path, reason) in KNOWN.iter().chain(if second { FROM_2 } else { BEFORE_2 }) {
        let Some(fate) = fates.remove(Path::new(path)) else { continue };
        println!(
            "not whole, {reason}: {path}: {}",
            told(&BTreeMap::from([(path.into(), fate.clone())]))
        );
        if whole(&fate) {
            by_now.push(*path);
        }
    }
    assert!(by_now.is_empty(), "read whole by now: {by_now:?}");
    fates.retain(|_, fate| !whole(fate));
    print!("{}", told(&fates));
    assert!(fates.is_empty(), "{} of them are not read whole:\n{}", fates.len(), told(&fates));
}

#[test]
fn all_bad_files_return_in_time() {
    let Some(mut fates) = fates("bad") else { return };
    println!("{} bad files\n{}", fates.len(), told(&fates));
    fates.retain(|_, fate| matches!(fate, Fate::Hung));
    assert!(fates.is_empty(), "hangs:\n{}", told(&fates));
}
