//! What the tracker and the analyzer tell.
#![cfg(not(loom))]

use std::time::Duration;

use stream_memory::{Analyzer, Budget, Observation, Tracker};

const MIB: u64 = 1 << 20;

#[test]
fn growth_is_against_the_baseline_and_spikes_between_neighbours() {
    let budget = Budget::new("memory", 1 << 30);
    let before = budget.reserve(5 * MIB).unwrap();
    let mut tracker = Tracker::new(&budget).with_spike(512 * MIB);
    let held = budget.reserve(600 * MIB).unwrap();
    tracker.snapshot("read");
    drop(held);
    tracker.snapshot("done");
    let _more = budget.reserve(MIB).unwrap();
    tracker.snapshot("more");
    let report = tracker.report();
    let reserved: Vec<_> = report.snapshots.iter().map(|snapshot| snapshot.reserved).collect();
    assert_eq!(reserved, [605 * MIB, 5 * MIB, 6 * MIB]);
    assert_eq!(report.growth.reserved, 1 << 20);
    let spikes: Vec<_> = report.spikes.iter().map(|s| (&s.from[..], &s.to[..])).collect();
    assert_eq!(spikes, [("baseline", "read")]);
    assert_eq!(report.spikes[0].growth.reserved, 600 << 20);
    let text = report.to_string();
    assert!(
        text.starts_with("snapshot    seconds    reserved        live    resident\nbaseline"),
        "{text}"
    );
    assert!(text.contains("\nspike from baseline to read: reserved +600.0 MiB"), "{text}");
    assert!(report.json().contains(r#""growth":{"reserved":1048576,"#), "{}", report.json());
    drop(before);

    tracker.baseline();
    assert_eq!(tracker.report().snapshots, []);
    assert_eq!(tracker.report().baseline.reserved, MIB);
}

#[test]
fn old_snapshots_go_and_are_counted() {
    let budget = Budget::new("memory", 1 << 30);
    let mut tracker = Tracker::new(&budget).with_most(2);
    for label in ["a", "b", "c", "d"] {
        tracker.snapshot(label);
    }
    let report = tracker.report();
    let labels: Vec<_> = report.snapshots.iter().map(|snapshot| &snapshot.label[..]).collect();
    assert_eq!((labels, report.dropped), (vec!["c", "d"], 2));
}

fn file(format: &str, number: u64, (size, peak): (u64, u64)) -> Observation {
    Observation {
        file: format!("{number}.{format}"),
        format: format.to_owned(),
        size,
        peak,
        time: Duration::from_millis(100),
        failure: None,
    }
}

#[test]
fn formats_and_files_out_of_line_are_named_with_the_likely_reason() {
    let mut analyzer = Analyzer::new();
    for number in 0..100 {
        // two formats that stream, one that holds its files whole
        analyzer.observe(&file("fits", number, ((number + 1) * MIB, 2 * MIB + number % 3)));
        analyzer.observe(&file("vtt", number, (MIB / 10, MIB)));
        analyzer.observe(&file("nc", number, ((number + 1) * MIB, (number + 1) * MIB / 2)));
    }
    analyzer.observe(&file("vtt", 1000, (MIB / 10, 40 * MIB)));
    for number in 0..20 {
        let failure = (number % 2 == 0).then(|| "truncated".to_owned());
        analyzer.observe(&Observation { failure, ..file("dcm", number, (MIB, MIB)) });
    }
    let report = analyzer.report();
    let names: Vec<_> = report.formats.iter().map(|format| &format.format[..]).collect();
    assert_eq!(names, ["dcm", "fits", "nc", "vtt"]);
    let fits = &report.formats[1];
    assert_eq!((fits.files, fits.failures, fits.bytes), (100, 0, 5050 * MIB));
    assert_eq!((fits.peak, fits.mean_peak), (2 * MIB + 2, 2 * MIB));
    assert!((fits.rate() - (505 * MIB) as f64).abs() < 1.0, "{}", fits.rate());
    assert!((report.formats[2].ratio - 0.5).abs() < 1e-9);

    let unusual: Vec<_> = report.unusual.iter().map(|u| (&u.name[..], &u.reason[..])).collect();
    assert_eq!(
        unusual,
        [
            ("dcm", "10 of 20 files fail, mostly truncated: they were cut off"),
            (
                "nc",
                "the peak grows by 0.50 bytes for each byte of a file: data or an index is held whole"
            ),
            (
                "nc",
                "a file needs 13 times what other formats need, 25.5 MiB for 51.0 MiB: large chunks, or a library's own buffers"
            ),
        ][..unusual.len()]
    );
    assert!(unusual.len() >= 2);
    let files: Vec<_> = report.files.iter().map(|f| (&f.name[..], &f.reason[..])).collect();
    assert_eq!(
        files,
        [(
            "1000.vtt",
            "40 times the usual peak; 400 bytes for each of the file's: compressed data, large chunks, or many objects"
        )]
    );
    let text = report.to_string();
    assert!(text.contains("\n1000.vtt (vtt, 40.0 MiB): 40 times the usual peak"), "{text}");
    assert!(report.json().starts_with(r#"{"formats":[{"format":"dcm","files":20,"failures":10,"#));
}

#[test]
fn nothing_observed_is_an_empty_report() {
    let report = Analyzer::new().report();
    assert_eq!((report.formats.len(), report.unusual.len(), report.files.len()), (0, 0, 0));
    assert_eq!(report.json(), r#"{"formats":[],"unusual":[],"files":[]}"#);
}
