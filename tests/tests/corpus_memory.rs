//! The three meters over every file of the corpus: what is reserved, what lives on the heap, what is resident.
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail, ensure};
use narrows_tests::command::{DEADLINE, narrows, run};
use narrows_tests::corpus::{Sample, samples};
use narrows_tests::report::Report;
use stream_core::{Kind, ReaderExt as _};
use stream_factory::{Looked, Options, look_path};
use stream_memory::Budget;
use stream_testkit::heap;
use xtask::child::{End, measure};

const BUDGET: u64 = 64 << 20;
/// What the format's overhead does not cover: the thread that reads, names of files, a line of an error.
const NOISE: u64 = 64 << 10;
/// What may be resident beside the budget and what the executables need idle.
const SPARE: u64 = 16 << 20;
/// Names the file that this program, started by itself, measures.
const FILE: &str = "NARROWS_MEASURED_FILE";
/// What stands before the numbers among what a test prints.
const MARK: &str = "measured:";

/// The most that was seen of one format, in bytes.
#[derive(Default)]
struct Most {
    files: u64,
    reserved: u64,
    live: u64,
    resident: u64,
}

#[test]
fn the_heap_and_what_is_resident_stay_under_the_budget_for_every_file() -> Result<()> {
    if let Some(file) = std::env::var_os(FILE) {
        let [reserved, live, overhead, kept] = on_the_heap(Path::new(&file));
        println!("\n{MARK} {reserved} {live} {overhead} {kept}");
        return Ok(());
    }
    let mut report = Report::new("memory", &[]);
    let mut most: BTreeMap<String, Most> = BTreeMap::new();
    let idle = idle()?;
    for sample in samples()? {
        let of = most.entry(sample.format.clone()).or_default();
        of.files += 1;
        let outcome = live(&sample, of, &mut report).and_then(|()| {
            let seen = run(&["check", "--memory", &BUDGET.to_string()], &sample.path)?;
            ensure!(matches!(seen.end, End::Code(_)), "ended with {:?}", seen.end);
            of.resident = of.resident.max(seen.peak);
            let allowed = (BUDGET + idle + SPARE).max(seen.floor + (1 << 20));
            ensure!(seen.peak <= allowed, "{} bytes resident, {allowed} are allowed", seen.peak);
            Ok(())
        });
        report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
    }
    println!("largest of each format, in KiB, under {} KiB:", BUDGET >> 10);
    for (format, most) in &most {
        let [reserved, live, resident] =
            [most.reserved, most.live, most.resident].map(|bytes| bytes >> 10);
        let files = most.files;
        println!("{format}: {files} files, reserved {reserved}, live {live}, resident {resident}");
    }
    report.finish();
    Ok(())
}

/// What the command has resident when it does nothing, or its largest worker.
fn idle() -> Result<u64> {
    let command = narrows()?;
    let mut most = 0;
    for name in ["narrows", "narrows-h5", "narrows-av"] {
        let program = command.with_file_name(name);
        if program.is_file() {
            let mut idle = Command::new(program);
            idle.arg("formats").stdout(Stdio::null());
            idle.stderr(Stdio::null());
            most = most.max(measure(&mut idle, None)?.peak);
        }
    }
    Ok(most)
}

/// Has a process of its own read the file, where every allocation is counted, and compares with what was reserved.
///
/// One for each file: what a C library leaves behind of a broken file is not the next one's.
fn live(sample: &Sample, most: &mut Most, report: &mut Report) -> Result<()> {
    let mut child = Command::new(std::env::current_exe()?);
    let name = "the_heap_and_what_is_resident_stay_under_the_budget_for_every_file";
    child.args([name, "--exact", "--nocapture"]).env(FILE, &sample.path);
    child.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let seen = measure(&mut child, Some(DEADLINE))?;
    let text = seen.stdout.text();
    let Some(line) = text.lines().find_map(|line| line.strip_prefix(MARK)) else {
        // ours alone must come back from any file; a library is what the command's worker is there for
        let library = ["hdf5", "netcdf", "video"].contains(&sample.format.as_str());
        let (end, said) = (seen.end, seen.stderr.text());
        ensure!(library && end != End::Code(101), "no measurement: {end:?}: {said}");
        report.skip(&sample.name, &format!("its heap is not counted: {end:?} in the library"));
        return Ok(());
    };
    let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    let [reserved, live, overhead, kept] = numbers[..] else { bail!("{line:?} is no measurement") };
    most.reserved = most.reserved.max(reserved);
    most.live = most.live.max(live);
    let allowed = reserved + overhead + NOISE;
    ensure!(
        live <= allowed,
        "{live} bytes live, {allowed} are allowed: {reserved} reserved, {overhead} of overhead"
    );
    ensure!(kept == 0, "{kept} bytes stay reserved");
    Ok(())
}

/// Reads the file in this process: the most that was reserved, the most that lived on the heap, the format's overhead, and what
/// stays reserved, in bytes.
fn on_the_heap(file: &Path) -> [u64; 4] {
    let look = |budget: &Budget| look_path(file, &Options::new().with_budget(budget)).ok();
    // what a process makes once is made by the first reading
    read(look(&Budget::new("first", BUDGET)));
    let budget = Budget::new("file", BUDGET);
    let (overhead, usage) = heap::measure(|| {
        let looked = look(&budget);
        let overhead = looked.as_ref().map_or(0, |looked| looked.detection().format.overhead);
        read(looked);
        overhead
    });
    [budget.peak(), usage.peak, overhead, budget.used()]
}

/// Every entry and all data; what is wrong with the file is not the question here.
fn read(looked: Option<Looked>) {
    let Some(Ok(mut reader)) = looked.map(Looked::open) else { return };
    let forward = !reader.context().is_random();
    let _ = reader.walk(|entry, data| {
        if entry.has_data() && !(forward && entry.kind() == Kind::Column) {
            let mut chunks = data.chunks()?;
            while chunks.next_chunk()?.is_some() {}
        }
        Ok(ControlFlow::Continue(()))
    });
    let _ = reader.finish();
}
