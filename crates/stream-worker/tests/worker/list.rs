//! Listings: entries and summary alone, without being asked for each.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use stream_core::{ErrorKind, Reader, Request};
use stream_factory::{Options, look_path, open_path};
use stream_memory::Budget;
use stream_worker::{Deadlines, Ended, Executable, Rules, Stage, Workers};

use crate::files::{Files, bytes, dicom, vtt};
use crate::same::described;
use crate::{Test, WORKER, children};

pub(crate) const ALL: &[Test] = &[
    ("a_listing_is_that_of_the_reader_itself", same),
    ("a_listing_with_little_memory_is_the_same_or_refused", narrow),
    ("a_listing_that_is_left_costs_no_other_file", left),
    ("a_listing_gives_no_data", no_data),
    ("a_fault_in_a_listing_comes_after_what_was_read", faults),
    ("what_was_walked_comes_although_data_was_asked_of_a_dead_worker", asked),
];

fn options(limit: u64) -> Options {
    let budget = Budget::new("test", limit);
    Options::new().with_budget(&budget).with_setting("verify", "on")
}

fn workers() -> Workers {
    let deadlines = Deadlines::new(Duration::from_secs(20));
    Workers::new(Rules::new(NonZeroUsize::MIN).with_deadlines(deadlines))
}

fn this() -> Executable {
    Executable::current(WORKER)
}

/// Each entry, the end or the error, and the summary.
fn listed(reader: &mut dyn Reader) -> Vec<String> {
    let mut said = Vec::new();
    let mut entry = reader.context().entry();
    let ended = loop {
        match reader.read_entry(&mut entry) {
            Ok(true) => said.push(described(&entry)),
            Ok(false) => break "end".to_owned(),
            Err(e) => break format!("{:?} {} {:?} {:?}", e.kind(), e, e.offset(), e.resumable()),
        }
    };
    said.push(ended);
    said.push(format!("{:?}", reader.progress()));
    let summary = match reader.finish() {
        Ok(summary) => summary,
        Err(e) => return vec![format!("{:?}", e.kind())],
    };
    said.push(format!("{} {} {:?}", summary.entries, summary.complete, summary.fields.iter()));
    said.extend(summary.diagnostics.kept().iter().map(|d| format!("{} {d}", d.rule)));
    said.push(format!("{} read", reader.context().counters().bytes_read()));
    said
}

fn samples(files: &Files) -> Vec<std::path::PathBuf> {
    let whole = dicom(9);
    let mut flipped = whole.clone();
    flipped[420] ^= 0xff;
    vec![
        files.with("empty.vtt", "WEBVTT\n"),
        files.with("short.vtt", vtt(3)),
        // more than a batch
        files.with("long.vtt", vtt(30_000)),
        // one cue that is longer than a batch
        files.with(
            "wide.vtt",
            format!(
                "{}{}\n\n",
                vtt(9),
                "00:01.000 --> 00:02.000\n".to_owned() + &"wide ".repeat(40_000)
            ),
        ),
        files.with("a.dcm", &whole),
        files.with("cut.dcm", &whole[..400]),
        files.with("flipped.dcm", flipped),
        files.with("a.unknown", bytes(100_000)),
        files.with("x", "x"),
    ]
}

fn compare(workers: &Workers, path: &Path, limit: u64) -> bool {
    let here = match open_path(path, &options(limit)) {
        Ok(mut here) => listed(&mut *here),
        Err(e) => vec![e.to_string()],
    };
    let looked = look_path(path, &options(limit));
    let there = match looked.and_then(|looked| workers.list(&this(), &looked)) {
        Ok(mut there) => listed(&mut there),
        Err(e) if e.kind() == ErrorKind::OverBudget => return false,
        Err(e) => vec![e.to_string()],
    };
    if there.iter().any(|line| line.starts_with("OverBudget")) {
        return false;
    }
    for (at, (here, there)) in here.iter().zip(&there).enumerate() {
        assert_eq!(here, there, "{}: {at}", path.display());
    }
    assert_eq!(here.len(), there.len(), "{}", path.display());
    true
}

fn same() {
    let (files, workers) = (Files::new(), workers());
    let samples = samples(&files);
    for path in samples.iter().chain(&samples) {
        assert!(compare(&workers, path, 64 << 20));
    }
    assert_eq!(workers.started(), 1);
}

fn narrow() {
    let (files, workers) = (Files::new(), workers());
    let samples = samples(&files);
    let mut listed = 0;
    for limit in [1 << 20, 200_000, 50_000, 20_000, 5000, 500] {
        listed += samples.iter().filter(|path| compare(&workers, path, limit)).count();
    }
    assert!((20..50).contains(&listed), "{listed} of {}", 6 * samples.len());
    assert_eq!(workers.started(), 1);
}

fn left() {
    let (files, workers) = (Files::new(), workers());
    let (long, short) = (files.with("long.vtt", vtt(30_000)), files.with("a.vtt", vtt(3)));
    for stop in [0, 1, 2000, 20_000] {
        let mut remote = workers.list(&this(), &look_path(&long, &options(16 << 20)).unwrap());
        let remote = remote.as_mut().unwrap();
        let mut entry = remote.context().entry();
        for _ in 0..stop {
            assert!(remote.read_entry(&mut entry).unwrap());
        }
        let summary = remote.finish().unwrap();
        assert_eq!((summary.entries, summary.complete), (stop, false));
    }
    assert!(compare(&workers, &short, 16 << 20));
    assert_eq!(workers.started(), 1);
}

fn no_data() {
    let (files, workers) = (Files::new(), workers());
    let path = files.with("a.vtt", vtt(3));
    let mut remote = workers.list(&this(), &look_path(&path, &options(16 << 20)).unwrap()).unwrap();
    let first = listed(&mut remote);
    assert_eq!(first.len(), 5 + 4);
    assert_eq!(remote.chunks(&Request::entry("cue/1")).err().unwrap().kind(), ErrorKind::Request);
    assert_eq!(remote.call("count", b"").unwrap_err().kind(), ErrorKind::Request);
    drop(remote);
    assert_eq!(workers.started(), 1);
}

fn faults() {
    let files = Files::new();
    let workers = workers();
    let impatient = Rules::new(NonZeroUsize::MIN);
    let impatient = impatient.with_deadlines(Deadlines::new(Duration::from_millis(500)));
    let impatient = Workers::new(impatient);
    for (name, kind, stage, before) in [
        ("open.abort.vtt", ErrorKind::Crashed, Stage::Open, 0),
        ("open.allocate.vtt", ErrorKind::OverBudget, Stage::Open, 0),
        ("open.loop.vtt", ErrorKind::Timeout, Stage::Open, 0),
        ("listing.segfault.vtt", ErrorKind::Crashed, Stage::Listing, 3),
        ("listing.allocate.vtt", ErrorKind::OverBudget, Stage::Listing, 3),
        ("listing.loop.vtt", ErrorKind::Timeout, Stage::Listing, 3),
    ] {
        let path = files.with(name, vtt(9));
        let pool = if name.contains("loop") { &impatient } else { &workers };
        let start = Instant::now();
        let looked = look_path(&path, &options(16 << 20)).unwrap();
        let (e, read) = match pool.list(&this(), &looked) {
            Ok(mut remote) => {
                let mut entry = remote.context().entry();
                let mut read = 0;
                let e = loop {
                    match remote.read_entry(&mut entry) {
                        Ok(true) => read += 1,
                        Ok(false) => panic!("{name}: no error"),
                        Err(e) => break e,
                    }
                };
                assert_eq!(remote.finish().unwrap().entries, read);
                (e, read)
            }
            Err(e) => (e, 0),
        };
        assert!(start.elapsed() < Duration::from_secs(10), "{name}");
        assert_eq!((e.kind(), read), (kind, before), "{name}: {e:?}");
        assert_eq!(Ended::of(&e).unwrap().stage(), stage, "{name}");
        assert!(compare(pool, &files.with("a.vtt", vtt(3)), 16 << 20));
    }
    // dying of closing is no fault of the listing
    assert!(compare(&workers, &files.with("close.abort.vtt", vtt(3)), 16 << 20));
    assert!(compare(&workers, &files.with("a.vtt", vtt(3)), 16 << 20));
    drop((workers, impatient));
    assert_eq!(children(), [0u32; 0]);
}

fn asked() {
    let (files, workers) = (Files::new(), workers());
    for (name, entries) in [("listing.abort.vtt", 3), ("data.abort.vtt", 11)] {
        let path = files.with(name, vtt(9));
        let looked = look_path(&path, &options(16 << 20)).unwrap();
        let mut remote = workers.open(&this(), &looked).unwrap();
        let mut entry = remote.context().entry();
        assert!(remote.read_entry(&mut entry).unwrap());
        let request = Request::entry("cue/0");
        for _ in 0..2 {
            let data = remote.chunks(&request).and_then(|mut chunks| chunks.next_chunk());
            assert_eq!(data.unwrap_err().kind(), ErrorKind::Crashed, "{name}");
        }
        let mut read = 1;
        let ended = loop {
            match remote.read_entry(&mut entry) {
                Ok(true) => read += 1,
                ended => break ended,
            }
        };
        assert_eq!(read, entries, "{name}");
        match ended {
            Ok(_) => assert!(name.starts_with("data"), "{name}: no error"),
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::Crashed);
                assert!(e.message().ends_with("reading the entry after cue/0"), "{e}");
            }
        }
        drop(remote);
        assert!(compare(&workers, &files.with("a.vtt", vtt(3)), 16 << 20));
    }
}
