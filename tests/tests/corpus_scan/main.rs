//! The whole corpus scanned at full depth by the command: a row a file, no process left, and rows that say what other programs say.
mod known;
mod oracles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use narrows_tests::corpus::{Sample, folder};
use narrows_tests::ddl::unescape;
use narrows_tests::dicom::{dcmdump, same};
use narrows_tests::python::Script;
use narrows_tests::report::{Known, Report, told};
use narrows_tests::scan::{Scanned, differences, listed, measures, orphans, rows, scan};
use narrows_tests::torture::scratch;
use narrows_tests::{corpus, dicom};
use serde_json::Value;
use xtask::child::End;

use known::{BROKEN, OTHER_FORMAT, OTHER_STATISTICS};

/// What the scan of the corpus gave.
struct Corpus {
    samples: Vec<Sample>,
    rows: BTreeMap<String, Scanned>,
    code: End,
    said: String,
    leftover: Vec<String>,
}

/// The scan of the whole corpus, made once; nothing where there is none.
fn corpus() -> Result<Option<&'static Corpus>> {
    static SCANNED: OnceLock<Result<Option<Corpus>, String>> = OnceLock::new();
    let scanned = SCANNED.get_or_init(|| make().map_err(|why| format!("{why:#}")));
    scanned.as_ref().map(Option::as_ref).map_err(|why| anyhow::anyhow!("{why}"))
}

fn make() -> Result<Option<Corpus>> {
    let Some(tree) = folder() else { return Ok(None) };
    let out = scratch("corpus-scan")?.join("catalogue");
    let seen = scan(&tree, &out, &["--depth", "full", "--digest", "blake3"])?;
    let leftover = orphans()?;
    let rows = rows(&out, &tree)?;
    std::fs::remove_dir_all(&out)?;
    let said = format!("{}\n{}", seen.stdout.text(), seen.stderr.text());
    Ok(Some(Corpus { samples: corpus::samples()?, rows, code: seen.end, said, leftover }))
}

fn files_below(folder: &Path, found: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => files_below(&entry.path(), found)?,
            false => drop(found.insert(entry.path())),
        }
    }
    Ok(())
}

#[test]
fn each_file_has_one_row_and_no_process_is_left() -> Result<()> {
    let (Some(corpus), Some(tree)) = (corpus()?, folder()) else { return Ok(()) };
    assert_eq!(corpus.code, End::Code(1), "{}", corpus.said);
    let mut files = BTreeSet::new();
    files_below(&tree, &mut files)?;
    let files: BTreeSet<String> = files
        .iter()
        .map(|path| Ok(path.strip_prefix(&tree)?.to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    let rows: BTreeSet<String> = corpus.rows.keys().cloned().collect();
    let lost: Vec<_> = files.symmetric_difference(&rows).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(corpus.leftover.is_empty(), "{:?}", corpus.leftover);
    println!(
        "{} rows: {}",
        rows.len(),
        corpus.said.lines().take(16).collect::<Vec<_>>().join("\n")
    );
    for (name, row) in &corpus.rows {
        let digest = row.file["digest"].as_str().unwrap_or_default();
        assert!(digest.len() == 71, "{name}: {digest}");
        let stated = row.file["status"] != "ok" || row.file.get("error_kind").is_none();
        assert!(stated, "{name}: {}", row.file);
        // what is not whole says why
        let why = ["error_kind", "incomplete_reason"].iter().any(|key| row.file.get(key).is_some());
        assert!(row.file["status"] == "ok" || why, "{name}: {}", row.file);
    }
    Ok(())
}

/// The good files with their rows.
fn good(corpus: &Corpus, format: &str) -> Vec<(Sample, Scanned)> {
    let good =
        corpus.samples.iter().filter(|s| s.good && (format.is_empty() || s.format == format));
    good.filter_map(|sample| Some((sample.clone(), corpus.rows.get(&sample.name)?.clone())))
        .collect()
}

#[test]
fn good_files_are_what_they_are_and_whole() -> Result<()> {
    let Some(corpus) = corpus()? else { return Ok(()) };
    let mut formats = Report::new("formats of good files", OTHER_FORMAT);
    let mut statuses = Report::new("statuses of good files", BROKEN);
    for (sample, row) in good(corpus, "") {
        let expected = if sample.format == "webvtt" { "vtt" } else { &sample.format };
        let told = row.file["format"].as_str().unwrap_or("none");
        let same = if told == expected { Ok(()) } else { Err(format!("format {told}")) };
        formats.note(&sample.name, same);
        let said = ["error_kind", "error_message", "incomplete_reason"].map(|key| &row.file[key]);
        let whole = row.file["status"] == "ok";
        let whole = if whole { Ok(()) } else { Err(format!("{} {said:?}", row.file["status"])) };
        statuses.note(&sample.name, whole);
        let size = row.file["size"].as_u64() == Some(sample.bytes);
        assert!(size, "{}: {}", sample.name, row.file);
    }
    formats.finish();
    statuses.finish();
    Ok(())
}

#[test]
fn rows_of_dicom_are_what_dcmdump_lists() -> Result<()> {
    let Some(corpus) = corpus()? else { return Ok(()) };
    let mut report = Report::new("rows as dcmdump lists them", &[]);
    for (sample, row) in good(corpus, "dicom") {
        match dcmdump(&sample.path) {
            Err(why) => report.skip(&sample.name, &format!("{why:#}")),
            Ok(theirs) => {
                let ours: Vec<Value> = row.entries.iter().map(listed).collect();
                let outcome = dicom::listed(&ours).and_then(|ours| same(&ours, &theirs));
                report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
            }
        }
    }
    report.finish();
    Ok(())
}

const SCRIPT: &str = include_str!("../../src/python/scan_values.py");

/// What other libraries find of all files of a format: lines by file.
fn others(
    script: &Script,
    format: &str,
    files: &[(Sample, Scanned)],
) -> Result<BTreeMap<String, Vec<Value>>> {
    let mut arguments = vec![Path::new(format)];
    arguments.extend(files.iter().map(|(sample, _)| sample.path.as_path()));
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in script.lines(&arguments)? {
        let file = line["file"].as_str().context("a line without file")?.to_owned();
        found.entry(file).or_default().push(line);
    }
    Ok(found)
}

/// Compares the statistics of the entries of one file with what another library says of it, within `allowed`: relative and absolute.
/// What is no array here, compressed pixels, has none.
fn same_statistics(row: &Scanned, theirs: &[Value], allowed: (f64, f64)) -> Result<usize, String> {
    let mut found = Vec::new();
    let mut compared = 0;
    for line in theirs.iter().filter(|line| line["count"].is_u64()) {
        let path = line["path"].as_str().unwrap_or_default();
        let own = row.entries.iter().find(|entry| {
            let own = entry["path"].as_str().unwrap_or_default();
            own == path || unescape(own) == path
        });
        let Some(own) = own else {
            found.push(format!("{path} is not listed"));
            continue;
        };
        if own.get("dtype").is_none() {
            continue;
        }
        compared += 1;
        let ours = measures(own);
        found.extend(differences(&ours, line, allowed).iter().map(|d| format!("{path}: {d}")));
        if line["shape"].is_array() && own["kind"] == "array" && own["shape"] != line["shape"] {
            found.push(format!("{path}: shape {}, theirs {}", own["shape"], line["shape"]));
        }
    }
    told(&found).map(|()| compared)
}

/// The statistics of the files of a format beside those of another program.
struct Compared {
    report: Report,
    arrays: usize,
}

impl Compared {
    fn new(format: &str, known: &'static [Known]) -> Self {
        Self { report: Report::new(format!("statistics of {format}"), known), arrays: 0 }
    }

    fn note(&mut self, name: &str, outcome: Result<usize, String>) {
        self.arrays += *outcome.as_ref().unwrap_or(&0);
        self.report.note(name, outcome.map(|_| ()));
    }

    fn finish(self) -> Result<()> {
        println!("{} arrays compared", self.arrays);
        self.report.finish();
        Ok(())
    }
}

fn judge(format: &str, modules: &[&str], allowed: (f64, f64)) -> Result<()> {
    let Some(corpus) = corpus()? else { return Ok(()) };
    let Some(script) = Script::new(SCRIPT, modules) else { return Ok(()) };
    let files = good(corpus, format);
    let theirs = others(&script, format, &files)?;
    let mut compared = Compared::new(format, OTHER_STATISTICS);
    for (sample, row) in files {
        let lines = theirs.get(&*sample.path.to_string_lossy());
        let errors = lines.into_iter().flatten().filter(|line| line["error"].is_string());
        errors.for_each(|line| compared.report.skip(&sample.name, &line.to_string()));
        let outcome = same_statistics(&row, lines.map_or(&[], Vec::as_slice), allowed);
        compared.note(&sample.name, outcome);
    }
    compared.finish()
}

#[test]
fn statistics_of_hdf5_are_those_of_h5py_and_numpy() -> Result<()> {
    judge("hdf5", &["h5py", "hdf5plugin", "numpy"], (1e-12, 0.0))
}
