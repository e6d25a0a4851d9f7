//! Files that take their worker down in the middle: what was read before stands in the catalogue.
//!
//! The program is its own worker, and so brings its own `main`.
#![allow(clippy::unwrap_used)] // a test's helper may

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use stream_core::{
    Chunks, Confidence, Context, Descriptor, Entry, Format, Progress, Reader, Request, Result,
    Summary,
};
use stream_memory::Budget;
use stream_scan::{Depth, Scan, Workers, canonical};
use stream_worker::{Deadlines, Executable, Rules};

/// The argument that makes this program a worker.
const WORKER: &str = "--worker-process";

type Test = (&'static str, fn());

const ALL: [Test; 3] = [
    ("entries_before_a_death_in_the_listing_have_rows_at_every_depth", listing),
    ("entries_beside_data_that_is_deadly_have_rows_and_measures_before_it", data),
    ("a_death_is_charged_no_more_than_the_worker_said", charged),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == WORKER) {
        let deadly = |inner| -> &'static dyn Format { Box::leak(Box::new(Deadly(inner))) };
        let readers: Vec<_> = stream_factory::readers().into_iter().map(deadly).collect();
        return stream_worker::serve(&readers, &[]);
    }
    if arguments.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let filter = arguments.iter().find(|a| !a.starts_with('-'));
    let mut failed = false;
    for (name, test) in ALL.iter().filter(|(name, _)| filter.is_none_or(|f| name.contains(f))) {
        let passed = std::panic::catch_unwind(test).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed |= !passed;
    }
    ExitCode::from(u8::from(failed))
}

/// A reader that aborts where the file's name says: `listing.fits` before its fourth entry, `data.fits` at the data of `hdu/1`.
struct Deadly(&'static dyn Format);

impl Format for Deadly {
    fn descriptor(&self) -> &'static Descriptor {
        self.0.descriptor()
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        self.0.sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        self.0.probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let name = cx.source().path().and_then(Path::file_stem).unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        Ok(Box::new(DeadlyReader { inner: self.0.open(cx)?, name, entries: 0 }))
    }
}

struct DeadlyReader {
    inner: Box<dyn Reader>,
    name: String,
    entries: u64,
}

impl Reader for DeadlyReader {
    fn context(&self) -> &Context {
        self.inner.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        if self.name == "listing" && self.entries == 3 {
            std::process::abort();
        }
        self.entries += 1;
        self.inner.read_entry(entry)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        if self.name == "data" && request.entries == ["hdu/1"] {
            std::process::abort();
        }
        self.inner.chunks(request)
    }

    fn progress(&self) -> Progress {
        self.inner.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        self.inner.finish()
    }
}

/// A FITS file of five images of two numbers each: `n` and `n + 2` in the image `n`.
fn fits() -> Vec<u8> {
    let block = |cards: &[String]| {
        let cards: String = cards.iter().map(|card| format!("{card:<80}")).collect();
        format!("{cards:<2880}").into_bytes()
    };
    let mut file = Vec::new();
    for n in 0..5u8 {
        let first = match n {
            0 => "SIMPLE  =                    T".to_owned(),
            _ => "XTENSION= 'IMAGE   '".to_owned(),
        };
        let mut cards = vec![first, "BITPIX  =                    8".to_owned()];
        cards.push("NAXIS   =                    1".to_owned());
        cards.push("NAXIS1  =                    2".to_owned());
        if n > 0 {
            cards.push("PCOUNT  =                    0".to_owned());
            cards.push("GCOUNT  =                    1".to_owned());
        }
        cards.push("END".to_owned());
        file.extend(block(&cards));
        let mut values = vec![0; 2880];
        values[..2].copy_from_slice(&[n, n + 2]);
        file.extend(values);
    }
    file
}

/// The row of a file of that name, the paths of its entries with the mean of each, and the most it was charged.
fn scanned(name: &str, depth: Depth) -> (Value, Vec<(String, Option<f64>)>, u64) {
    let (tree, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(tree.path().join(name), fits()).unwrap();
    let rules = Rules::new(NonZeroUsize::MIN);
    let rules = rules.with_deadlines(Deadlines::new(Duration::from_secs(20)));
    let pool = stream_worker::Workers::new(rules);
    let workers = Workers::new(&pool, |_, _| Ok(Some(Executable::current(WORKER))));
    let scan = Scan::new()
        .with_root(tree.path())
        .with_depth(depth)
        .with_budget(&Budget::new("test", 1 << 30))
        .with_threads(NonZeroUsize::MIN)
        .with_isolation(Arc::new(workers));
    let report = scan.catalogue(out.path()).unwrap();
    let lines = canonical(out.path()).unwrap();
    let lines: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = lines.iter().find(|line| line.get("status").is_some()).unwrap().clone();
    let entries = lines.iter().filter(|line| line.get("kind").is_some()).map(|entry| {
        let measures = entry["measures"].as_array().unwrap();
        let mean = measures.iter().find(|measure| measure["key"] == "mean");
        (entry["path"].as_str().unwrap().to_owned(), mean.and_then(|mean| mean["value"].as_f64()))
    });
    (row, entries.collect(), report.largest.first().map_or(0, |largest| largest.0))
}

fn listing() {
    for depth in [Depth::Structure, Depth::Full] {
        let (row, entries, _) = scanned("listing.fits", depth);
        let paths: Vec<_> = entries.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["hdu/0", "hdu/1", "hdu/2"], "{depth:?}");
        assert_eq!(row["entries"], 3, "{row}");
        assert_eq!((&row["status"], &row["error_stage"]), (&"crashed".into(), &"listing".into()));
        let message = row["error_message"].as_str().unwrap();
        assert!(message.ends_with("(SIGABRT) while reading the entry after hdu/2"), "{message}");
    }
}

fn data() {
    let (row, entries, _) = scanned("data.fits", Depth::Full);
    let expected = [Some(1.0), None, None, None, None];
    assert_eq!(entries.iter().map(|(_, mean)| *mean).collect::<Vec<_>>(), expected, "{entries:?}");
    assert_eq!(entries[4].0, "hdu/4");
    assert_eq!((&row["status"], &row["error_stage"]), (&"crashed".into(), &"data".into()));
    assert_eq!((&row["error_entry"], &row["entries"]), (&"hdu/1".into(), &5.into()));
    // its data is no danger where nobody asks for it
    let (row, entries, _) = scanned("data.fits", Depth::Structure);
    assert_eq!((&row["status"], entries.len()), (&"ok".into(), 5));
}

fn charged() {
    let (_, _, peak) = scanned("listing.fits", Depth::Full);
    // not the share of a GiB that it was lent
    assert!(peak < 16 << 20, "{peak}");
}
