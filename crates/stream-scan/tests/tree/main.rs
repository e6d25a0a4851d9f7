//! Catalogues of small trees: rows, splits, stops and starts, files that take processes down.
#![allow(clippy::unwrap_used)] // a test's helper may

mod changed;
mod made;
mod walk;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use stream_core::{Cancel, Error, ErrorKind, Result};
use stream_factory::Looked;
use stream_memory::Budget;
use stream_scan::{Depth, Event, Here, Isolation, Reading, Report, Shard, canonical, commit};

use made::{copy, scan, tree};

/// All rows of a table.
fn rows(catalogue: &Path, table: &str) -> Vec<RecordBatch> {
    let mut paths: Vec<_> =
        fs::read_dir(catalogue.join(table)).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let batches = paths.iter().flat_map(|path| {
        let file = fs::File::open(path).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap()
    });
    batches.map(Result::<_, _>::unwrap).collect()
}

fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(name).unwrap().as_string::<i32>();
    column.is_valid(row).then(|| column.value(row).to_owned())
}

fn number(batch: &RecordBatch, name: &str, row: usize) -> u64 {
    batch.column_by_name(name).unwrap().as_primitive::<UInt64Type>().value(row)
}

#[test]
fn every_file_has_a_row_with_what_it_is() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    let report = scan(tree.path()).catalogue(out.path()).unwrap();
    let statuses =
        BTreeMap::from([("ok".to_owned(), 8), ("failed".into(), 1), ("partial".into(), 1)]);
    assert_eq!((report.files, &report.statuses), (10, &statuses));
    let mut found = BTreeMap::new();
    for batch in rows(out.path(), "files") {
        for row in 0..batch.num_rows() {
            let path = text(&batch, "path", row).unwrap();
            let name = path.strip_prefix(tree.path().to_str().unwrap()).unwrap().to_owned();
            let duration = batch.column_by_name("duration").unwrap();
            let duration = duration.as_primitive::<Float64Type>();
            let attempts = batch.column_by_name("attempts").unwrap();
            assert_eq!(attempts.as_primitive::<UInt32Type>().value(row), 1);
            found.insert(
                name,
                (
                    number(&batch, "id", row),
                    number(&batch, "size", row),
                    text(&batch, "format", row),
                    text(&batch, "status", row).unwrap(),
                    text(&batch, "error_kind", row),
                    number(&batch, "entries", row),
                    duration.is_valid(row).then(|| duration.value(row)),
                ),
            );
        }
    }
    let row = |name: &str| found.get(name).unwrap().clone();
    // by name, folder by folder: hidden first
    assert_eq!(row("/.hidden.vtt").0, 0);
    let (id, size, format, status, error, entries, duration) = row("/a/2.vtt");
    assert_eq!((id, size), (3, 100));
    assert_eq!((format.as_deref(), &*status, error), (Some("vtt"), "ok", None));
    // a header and three cues, the last of which ends at 2.5 s
    assert_eq!((entries, duration), (4, Some(2.5)));
    let (_, size, format, _, _, _, _) = row("/b/bytes.bin");
    assert_eq!((size, format.as_deref()), (1000, Some("binary")));
    let (_, size, _, status, error, _, _) = row("/b/empty");
    assert_eq!((size, &*status, error.as_deref()), (0, "failed", Some("unrecognized")));
    let (_, _, format, status, error, _, _) = row("/b/broken.fits");
    assert_eq!((format.as_deref(), &*status), (Some("fits"), "partial"));
    assert_eq!(error.as_deref(), Some("truncated"));
    assert!(!found.contains_key("/b/same.bin") && !found.contains_key("/link/0.vtt"));
}

#[test]
fn entries_are_listed_with_their_facts_in_file_order() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(out.path()).unwrap();
    let mut paths = Vec::new();
    for batch in rows(out.path(), "entries") {
        for row in (0..batch.num_rows()).filter(|row| number(&batch, "file", *row) == 3) {
            paths.push(text(&batch, "path", row).unwrap());
            if text(&batch, "path", row).as_deref() == Some("cue/1") {
                assert_eq!(text(&batch, "kind", row).as_deref(), Some("cue"));
                let fields = batch.column_by_name("fields").unwrap().as_list::<i32>().value(row);
                let pairs = fields.as_struct();
                let of = |at: usize| {
                    let value = |column: usize| pairs.column(column).as_string::<i32>().value(at);
                    (value(0).to_owned(), value(1).to_owned())
                };
                let pairs: Vec<_> = (0..pairs.len()).map(of).collect();
                assert!(pairs.contains(&("start".into(), "1.000".into())), "{pairs:?}");
                assert!(pairs.contains(&("text".into(), "cue 1".into())), "{pairs:?}");
            }
        }
    }
    assert_eq!(paths, ["header", "cue/0", "cue/1", "cue/2"]);
}

#[test]
fn a_summary_has_no_entries_and_counts_them() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    let report = scan(tree.path()).with_depth(Depth::Summary).catalogue(out.path()).unwrap();
    assert_eq!(rows(out.path(), "entries").iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    let (all, deep) = (tempfile::tempdir().unwrap(), scan(tree.path()));
    assert_eq!(deep.catalogue(all.path()).unwrap().entries, report.entries);
}

#[test]
fn any_split_gives_the_same_catalogue() {
    let (tree, whole) = (tree(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(whole.path()).unwrap();
    let expected = canonical(whole.path()).unwrap();
    assert!(expected.len() > 30, "{}", expected.len());
    for shares in [2, 3, 10] {
        let out = tempfile::tempdir().unwrap();
        let scan = scan(tree.path());
        scan.plan(out.path(), None).unwrap();
        for share in 1..=shares {
            let early = commit(out.path(), &Budget::new("test", 1 << 20)).unwrap_err();
            assert_eq!(early.kind(), ErrorKind::Request, "{early}");
            scan.run(out.path(), Shard::new(share, shares).unwrap()).unwrap();
        }
        commit(out.path(), &Budget::new("test", 1 << 20)).unwrap();
        assert_eq!(canonical(out.path()).unwrap(), expected, "{shares} shares");
    }
}

#[test]
fn a_journal_cut_at_any_byte_loses_no_row_and_doubles_none() {
    let (tree, whole) = (tree(), tempfile::tempdir().unwrap());
    let scan = scan(tree.path()).with_threads(1.try_into().unwrap());
    scan.plan(whole.path(), None).unwrap();
    for share in 1..=2 {
        scan.run(whole.path(), Shard::new(share, 2).unwrap()).unwrap();
    }
    let expected = canonical(whole.path()).unwrap();
    let journal = "_journal/00001-of-00002.log";
    let length = fs::metadata(whole.path().join(journal)).unwrap().len();
    for cut in 0..=length {
        let out = tempfile::tempdir().unwrap();
        copy(whole.path(), out.path());
        let file = fs::OpenOptions::new().write(true).open(out.path().join(journal)).unwrap();
        file.set_len(cut).unwrap();
        drop(file);
        scan.run(out.path(), Shard::new(1, 2).unwrap()).unwrap();
        commit(out.path(), &Budget::new("test", 1 << 20)).unwrap();
        assert_eq!(canonical(out.path()).unwrap(), expected, "cut at {cut} of {length}");
    }
}

#[test]
fn a_scan_stopped_after_any_file_goes_on_where_it_was() {
    let (tree, whole) = (tree(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(whole.path()).unwrap();
    let expected = canonical(whole.path()).unwrap();
    for stop in 0..10 {
        let out = tempfile::tempdir().unwrap();
        let (cancel, read) = (Cancel::new(), Arc::new(AtomicU32::new(0)));
        let (raise, seen) = (cancel.clone(), read.clone());
        let stopped = scan(tree.path()).with_cancel(&cancel).with_listener(move |event| {
            if matches!(event, Event::Read(_)) && seen.fetch_add(1, Ordering::SeqCst) >= stop {
                raise.cancel();
            }
        });
        let report = stopped.catalogue(out.path()).unwrap();
        assert!(report.interrupted && report.files > u64::from(stop), "{report:?}");
        let again = AtomicU32::new(0);
        let again = Arc::new(again);
        let count = again.clone();
        let resumed = scan(tree.path()).with_listener(move |event| {
            if matches!(event, Event::Read(_)) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        let all = resumed.catalogue(out.path()).unwrap();
        // none was read twice
        assert_eq!(u64::from(again.load(Ordering::SeqCst)) + report.files, 10);
        assert_eq!(all.files, 10);
        assert_eq!(canonical(out.path()).unwrap(), expected, "stopped after {stop}");
    }
}

/// Acts as if a process died of files whose name has `poison` in it, and notes what was opened.
#[derive(Default)]
struct Poisoned {
    opened: Mutex<Vec<(String, bool)>>,
}

impl Isolation for Poisoned {
    fn open(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>> {
        let path = looked.context().source().path().unwrap().to_owned();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let poison = name.contains("poison");
        self.opened.lock().unwrap().push((name, apart));
        if poison {
            return Err(Error::new(ErrorKind::Crashed, "the process ended: SIGSEGV"));
        }
        Here.open(looked, apart)
    }
}

fn row_of(catalogue: &Path, name: &str) -> String {
    let lines = canonical(catalogue).unwrap();
    lines.into_iter().find(|line| line.contains(name)).unwrap()
}

#[test]
fn a_file_that_takes_processes_down_is_tried_twice_and_has_a_row() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    fs::write(tree.path().join("poison.vtt"), "WEBVTT\n").unwrap();
    let isolation = Arc::new(Poisoned::default());
    let report = scan(tree.path()).with_isolation(isolation.clone()).catalogue(out.path()).unwrap();
    assert_eq!(report.statuses.get("crashed"), Some(&1));
    let tries = |isolation: &Poisoned| {
        let opened = isolation.opened.lock().unwrap();
        opened.iter().filter(|(name, _)| name == "poison.vtt").count()
    };
    assert_eq!(tries(&isolation), 2);
    assert!(row_of(out.path(), "poison.vtt").contains("SIGSEGV"));
}

#[test]
fn attempts_count_across_runs() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    fs::write(tree.path().join("poison.vtt"), "WEBVTT\n").unwrap();
    let mut opened = Vec::new();
    for stop_at_death in [true, true, false] {
        let isolation = Arc::new(Poisoned::default());
        let cancel = Cancel::new();
        let raise = cancel.clone();
        let stopped = scan(tree.path())
            .with_isolation(isolation.clone())
            .with_threads(1.try_into().unwrap())
            .with_cancel(&cancel)
            .with_listener(move |event| {
                let died = match event {
                    Event::Died { .. } => true,
                    Event::Read(row) => row.status == stream_scan::Status::Crashed,
                    _ => false,
                };
                if stop_at_death && died {
                    raise.cancel();
                }
            });
        let report: Report = stopped.catalogue(out.path()).unwrap();
        assert_eq!(report.interrupted, stop_at_death);
        let names = isolation.opened.lock().unwrap();
        opened.push(names.iter().filter(|(name, _)| name == "poison.vtt").count());
    }
    assert_eq!(opened, [1, 1, 0]);
    let row = row_of(out.path(), "poison.vtt");
    assert!(row.contains(r#""status":"crashed""#), "{row}");
}

#[test]
fn what_was_being_read_when_the_process_was_killed_is_read_first_alone_and_apart() {
    let (tree, out, killed) = (tree(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // the state on disk while 3.vtt is open is what a kill would leave
    struct Snapshot {
        of: std::path::PathBuf,
        to: std::path::PathBuf,
    }
    impl Isolation for Snapshot {
        fn open(&self, looked: Looked, apart: bool) -> Result<Box<dyn Reading>> {
            if looked.context().source().path().unwrap().ends_with("3.vtt") {
                copy(&self.of, &self.to);
            }
            Here.open(looked, apart)
        }
    }
    let snapshot = Snapshot { of: out.path().to_owned(), to: killed.path().to_owned() };
    let one = scan(tree.path()).with_threads(1.try_into().unwrap());
    one.clone().with_isolation(Arc::new(snapshot)).catalogue(out.path()).unwrap();
    let isolation = Arc::new(Poisoned::default());
    one.with_isolation(isolation.clone()).catalogue(killed.path()).unwrap();
    let opened = isolation.opened.lock().unwrap();
    assert_eq!(opened[0], ("3.vtt".to_owned(), true));
    assert!(opened[1..].iter().all(|(name, apart)| name != "3.vtt" && !apart), "{opened:?}");
    drop(opened);
    assert_eq!(canonical(killed.path()).unwrap(), canonical(out.path()).unwrap());
}

#[test]
fn a_file_with_more_entries_than_memory_is_meant_for_is_listed_whole() {
    let (dir, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let cues: String = (0..30_000)
        .map(|n| {
            format!(
                "\n{:02}:{:02}.000 --> {:02}:{:02}.500\ncue {n}\n",
                n / 60 % 60,
                n % 60,
                n / 60 % 60,
                n % 60
            )
        })
        .collect();
    fs::write(dir.path().join("long.vtt"), format!("WEBVTT\n{cues}")).unwrap();
    fs::write(dir.path().join("short.vtt"), "WEBVTT\n").unwrap();
    let budget = Budget::new("test", 8 << 20);
    scan(dir.path()).with_budget(&budget).catalogue(out.path()).unwrap();
    assert_eq!(budget.used(), 0);
    let mut expected = 0;
    for batch in rows(out.path(), "entries") {
        for row in (0..batch.num_rows()).filter(|row| number(&batch, "file", *row) == 0) {
            let path = text(&batch, "path", row).unwrap();
            if path != "header" {
                assert_eq!(path, format!("cue/{expected}"));
                expected += 1;
            }
        }
    }
    assert_eq!(expected, 30_000);
}

#[test]
fn a_catalogue_that_cannot_be_written_says_so_and_goes_on_later() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    fs::write(out.path().join("entries"), "in the way").unwrap();
    let e = scan(tree.path()).catalogue(out.path()).unwrap_err();
    assert_eq!(e.kind(), ErrorKind::Io);
    assert!(e.message().contains("entries"), "{e}");
    fs::remove_file(out.path().join("entries")).unwrap();
    assert_eq!(scan(tree.path()).catalogue(out.path()).unwrap().files, 10);
}

#[test]
fn another_scan_in_the_same_folder_is_refused() {
    let (tree, out) = (tree(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(out.path()).unwrap();
    let other = scan(tree.path()).with_depth(Depth::Full).catalogue(out.path()).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Request);
}
