//! What the command says of memory, and what it may be told.

#![allow(clippy::unwrap_used)] // the helpers of tests may

#[path = "support/run.rs"]
mod run;

use run::{Run, cues, narrows, narrows_in, tempdir};
use serde_json::Value;

fn lines(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn first(run: &Run) -> Value {
    assert_eq!(run.code, 0, "{}", run.err);
    lines(run).remove(0)
}

#[test]
fn the_budget_the_thresholds_and_the_level_are_explained() {
    let said = first(&narrows(["memory", "--json", "--memory", "64MiB"]));
    assert_eq!(said["budget"], 64 << 20);
    assert_eq!((&said["usage_warning"], &said["usage_critical"]), (&0.8.into(), &0.9.into()));
    assert_eq!(
        (&said["growth_warning"], &said["growth_critical"]),
        (&100_000_000.into(), &500_000_000.into())
    );
    assert!(said["available_warning"].as_u64().unwrap() <= 500_000_000);
    assert!(said["available_critical"].as_u64().unwrap() <= 200_000_000);
    assert_eq!(
        (&said["monitor_interval"], &said["streaming_threshold"]),
        (&0.5.into(), &50_000_000.into())
    );
    let level = said["level"].as_str().unwrap();
    assert!(["healthy", "elevated", "high", "critical"].contains(&level), "{level}");
    assert!(said["resident"].as_u64().unwrap() > 1 << 20);

    let text = narrows(["memory", "--memory", "64MiB"]).out;
    for name in ["budget", "available", "container", "level", "thresholds", "watched", "tiers"] {
        assert!(text.lines().any(|line| line.trim_start().starts_with(name)), "{name}: {text}");
    }
}

#[test]
fn a_flag_overrules_the_environment_and_that_the_file_for_settings_too() {
    let dir = tempdir();
    let file = "warning_threshold = 0.5\ncritical_threshold = \"60%\"\nmonitor_interval = \"2s\"\n\
                memory_limit = \"32MiB\"\nmax_file_size = \"1GB\"\n";
    std::fs::write(dir.path().join("narrows.toml"), file).unwrap();
    let args = ["memory", "--json"];
    let said = first(&narrows_in(dir.path(), &[], args));
    assert_eq!((&said["usage_warning"], &said["usage_critical"]), (&0.5.into(), &0.6.into()));
    assert_eq!((&said["monitor_interval"], &said["budget"]), (&2.0.into(), &(32 << 20).into()));
    assert_eq!(said["max_file_size"], 1_000_000_000);
    let env = [("NARROWS_WARNING_THRESHOLD", "55%"), ("NARROWS_MONITOR_INTERVAL", "250ms")];
    let said = first(&narrows_in(dir.path(), &env, args));
    assert_eq!((&said["usage_warning"], &said["monitor_interval"]), (&0.55.into(), &0.25.into()));
    let flag = ["memory", "--json", "--warning-threshold", "58%"];
    assert_eq!(first(&narrows_in(dir.path(), &env, flag))["usage_warning"], 0.58);
}

#[test]
fn settings_that_cannot_hold_are_wrong_usage_with_the_reason() {
    let wrong = [
        (
            ["--warning-threshold", "95%"],
            "warning threshold: expected at most the critical threshold",
        ),
        (["--critical-threshold", "lots"], "expected a part such as 80% or 0.8"),
        (["--monitor-interval", "often"], "expected a time such as 500ms or 2s, or off"),
        (["--max-file-size", "x"], "maximum file size \"x\""),
    ];
    for (flags, reason) in wrong {
        let run = narrows(["memory"].into_iter().chain(flags));
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains(reason), "{}", run.err);
    }
}

#[test]
fn a_file_gets_a_strategy_and_an_estimate_without_being_read() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, cues(1000)).unwrap();
    let path = path.to_str().unwrap();
    let run = narrows(["memory", "--json", "--memory", "64MiB", path]);
    let said = lines(&run).remove(1);
    let size = cues(1000).len() as u64;
    assert_eq!((&said["format"], &said["size"]), (&"vtt".into(), &size.into()));
    assert_eq!((&said["strategy"], &said["tier"]), (&"aggressive".into(), &"whole".into()));
    assert_eq!((&said["basis"], &said["prefetch"]), (&"model".into(), &4.into()));
    let (peak, whole) = (said["expected_peak"].as_u64().unwrap(), said["whole"].as_u64().unwrap());
    assert!(peak > size && whole > size && peak < 256 << 20, "{said}");
    let text = narrows(["memory", "--strategy", "conservative", path]).out;
    assert!(text.contains("conservative was asked for"), "{text}");
    assert_eq!(narrows(["memory", "/nonexistent"]).code, 1);
}

#[test]
fn what_a_file_needed_is_learned_on_request() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, cues(100)).unwrap();
    let (path, table) = (path.to_str().unwrap(), dir.path().join("past"));
    let table = table.to_str().unwrap();
    assert_eq!(narrows(["info", "--past-peaks", table, path]).code, 0);
    assert!(!std::path::Path::new(table).exists(), "only what reads a whole file tells");
    assert_eq!(narrows(["check", "--past-peaks", table, path]).code, 0);
    let run = narrows(["memory", "--json", "--past-peaks", table, path]);
    let said = lines(&run).remove(1);
    assert_eq!(said["basis"], "past");
    let peak = said["expected_peak"].as_u64().unwrap();
    assert!((1 << 20..256 << 20).contains(&peak), "{peak}");
}

#[test]
fn the_live_line_is_quiet_without_a_terminal_unless_forced() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, cues(10)).unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(narrows(["check", "--watch", path]).err, "");
    let forced = narrows(["check", "--watch=always", path]);
    assert_eq!((forced.code, forced.out), (0, format!("{path}: ok\n")));
    let line = forced.err.lines().next().unwrap();
    let found = ["narrows: memory: resident ", ", live ", ", reserved ", " of "];
    assert!(found.iter().all(|part| line.contains(part)), "{line}");
}

#[test]
fn files_over_the_largest_size_are_not_opened() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, cues(100)).unwrap();
    let path = path.to_str().unwrap();
    let run = narrows(["info", "--max-file-size", "100", path]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("larger than the maximum file size of 100"), "{}", run.err);
    assert_eq!(narrows(["info", "--max-file-size", "1MB", path]).code, 0);
}

#[test]
#[cfg(feature = "scan")]
fn what_the_files_of_a_catalogue_needed_is_told_by_format() {
    let (tree, catalogue) = (tempdir(), tempdir());
    for n in 0..9 {
        std::fs::write(tree.path().join(format!("{n}.vtt")), cues(10 + n)).unwrap();
    }
    // a second format, of which every file breaks off
    for n in 0..3 {
        let file = run::dicom();
        std::fs::write(tree.path().join(format!("{n}.dcm")), &file[..file.len() - 20]).unwrap();
    }
    let catalogue = catalogue.path().join("catalogue");
    let (tree, catalogue) = (tree.path().to_str().unwrap(), catalogue.to_str().unwrap());
    let scanned = narrows(["scan", tree, "-o", catalogue]);
    assert_eq!(scanned.code, 1, "{}", scanned.err);
    let said = first(&narrows(["memory", "--json", "--analyze", catalogue]));
    let formats = said["formats"].as_array().unwrap();
    let named = |format: &Value| {
        let numbers = ["files", "failures", "bytes"].map(|name| format[name].as_u64().unwrap());
        (format["format"].as_str().unwrap().to_owned(), numbers)
    };
    let picture = run::dicom().len() as u64 - 20;
    let bytes = (0..9).map(|n| cues(10 + n).len() as u64).sum();
    let expected = [("dicom".to_owned(), [3, 3, 3 * picture]), ("vtt".to_owned(), [9, 0, bytes])];
    assert_eq!(formats.iter().map(named).collect::<Vec<_>>(), expected);
    for format in formats {
        let number = |name: &str| format[name].as_f64().unwrap();
        assert!(number("peak") >= number("mean_peak") && number("mean_peak") > 0.0, "{format}");
        assert!(number("seconds") > 0.0 && number("rate") > 0.0 && number("ratio") > 0.0);
    }
    let unusual = said["unusual"].as_array().unwrap();
    let failing = "3 of 3 files fail, mostly truncated: they were cut off";
    assert!(unusual.iter().any(|u| u["name"] == "dicom" && u["reason"] == failing), "{said}");

    let text = narrows(["memory", "--analyze", catalogue]);
    assert_eq!(text.code, 0, "{}", text.err);
    let starts: Vec<_> = text.out.lines().filter_map(|l| l.split_whitespace().next()).collect();
    assert_eq!(starts[..3], ["format", "dicom", "vtt"], "{}", text.out);
    assert!(text.out.contains(&format!("dicom: {failing}")), "{}", text.out);
    let wrong = narrows(["memory", "--analyze", tree]);
    assert_eq!((wrong.code, wrong.out.as_str()), (1, ""), "{}", wrong.err);
}

#[test]
fn a_profile_is_a_table_on_standard_error_and_json_in_a_file() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    std::fs::write(&path, cues(2000)).unwrap();
    let (path, json) = (path.to_str().unwrap(), dir.path().join("profile.json"));
    let flag = format!("--profile={}", json.display());
    std::fs::write(&json, "a longer one of another run".repeat(10_000)).unwrap();
    let run = narrows(["ls", "--isolate", "never", &flag, path]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(run.out, narrows(["ls", path]).out, "what is printed is the same");
    assert!(run.err.starts_with("span"), "{}", run.err);
    for span in ["run", "open", "list", "finish"] {
        assert!(run.err.lines().any(|line| line.starts_with(span)), "{span}: {}", run.err);
    }
    let said: Value = serde_json::from_str(&std::fs::read_to_string(&json).unwrap()).unwrap();
    let rows = said["spans"].as_array().unwrap();
    let of = |name: &str| rows.iter().find(|row| row["span"] == name).unwrap();
    let number = |row: &Value, name: &str| row[name].as_f64().unwrap();
    assert_eq!((&of("open")["format"], number(of("run"), "count")), (&"vtt".into(), 1.0));
    assert!(number(of("run"), "seconds") >= number(of("open"), "seconds"));
    // the allocator's own counters: more than nothing, and what was freed was allocated before
    let (allocated, freed) = (number(of("run"), "allocated"), number(of("run"), "freed"));
    assert!(allocated > 4096.0 && freed > 0.0, "{said}");
    assert!(number(of("run"), "peak") > 0.0 && number(of("list"), "count") >= 1.0);
    let quiet = narrows(["ls", "-q", "--profile", path]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
}
