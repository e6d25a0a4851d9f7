//! Rows of the catalogue against the command's own listings, which other suites hold against other programs, and against what other
//! libraries compute.
use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use narrows_tests::command::{entries, run};
use narrows_tests::corpus::Sample;
use narrows_tests::ffprobe;
use narrows_tests::python::Script;
use narrows_tests::report::{Report, told};
use narrows_tests::samples::{self, OTHER_SAMPLES};
use narrows_tests::scan::{Scanned, listed};
use serde_json::{Value, json};

use super::known::{OTHER_SOUND, OTHER_STATISTICS};
use super::{Compared, corpus, good, judge, same_statistics};

/// What both a row and a line of `ls` say.
fn outline(entry: &Value) -> Value {
    let keys = ["path", "kind", "dtype", "shape", "chunk", "filters", "offset", "length"];
    let empty = |value: &&Value| value.as_array().is_some_and(Vec::is_empty);
    let pairs = keys.iter().filter_map(|key| {
        let value = entry.get(key).filter(|value| *key != "filters" || !empty(value))?;
        Some(((*key).to_owned(), value.clone()))
    });
    Value::Object(pairs.collect())
}

fn same_listing(sample: &Sample, row: &Scanned) -> Result<()> {
    let seen = run(&["ls", "--json", "--set", "packets=off"], &sample.path)?;
    let theirs = entries(&seen)?;
    for (at, (our, their)) in row.entries.iter().zip(&theirs).enumerate() {
        let our = listed(our);
        ensure!(outline(&our) == outline(their), "entry {at}: {our}, ls has {their}");
        let names = |entry: &Value| {
            let fields = entry["fields"].as_object();
            // cards of FITS headers stand under their keywords
            let names = fields.map(|f| f.keys().filter(|key| *key != "cards").cloned().collect());
            names.unwrap_or_default()
        };
        let (ours, theirs): (BTreeSet<String>, BTreeSet<String>) = (names(&our), names(their));
        ensure!(theirs.is_subset(&ours), "entry {at}: fields {ours:?}, ls has {theirs:?}");
    }
    ensure!(
        row.entries.len() == theirs.len(),
        "{} entries, ls has {}",
        row.entries.len(),
        theirs.len()
    );
    let counted = row.file["entries"].as_u64();
    ensure!(counted == Some(row.entries.len() as u64), "counts {counted:?} entries");
    Ok(())
}

/// What `ls` lists is held against h5dump, ncdump, astropy, dcmdump and ffprobe by the other suites.
#[test]
fn rows_of_entries_are_what_ls_lists() -> Result<()> {
    let Some(corpus) = corpus()? else { return Ok(()) };
    let mut report = Report::new("rows as ls lists them", &[]);
    for (sample, row) in good(corpus, "") {
        let outcome = same_listing(&sample, &row);
        report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}

#[test]
fn rows_of_video_are_what_ffprobe_tells() -> Result<()> {
    let Some(corpus) = corpus()?.filter(|_| ffprobe::is_there()) else { return Ok(()) };
    let mut report = Report::new("rows as ffprobe tells them", &[]);
    for (sample, row) in good(corpus, "video") {
        match ffprobe::probe(&sample.path, false) {
            Err(why) => report.skip(&sample.name, &format!("{why:#}")),
            Ok(theirs) => {
                let ours: Vec<Value> = row.entries.iter().map(listed).collect();
                report.note(&sample.name, told(&ffprobe::streams(&ours, &theirs)));
            }
        }
    }
    report.finish();
    Ok(())
}

/// The same by a script that tells of one file count, sum, least and greatest of what is scaled and not missing.
fn judge_scaled(format: &str, text: &'static str, module: &str) -> Result<()> {
    let Some(corpus) = corpus()? else { return Ok(()) };
    let Some(script) = Script::new(text, &[module]) else { return Ok(()) };
    let mut compared = Compared::new(format, OTHER_STATISTICS);
    for (sample, row) in good(corpus, format) {
        let lines = match script.lines(&[&sample.path]) {
            Err(why) => {
                compared.report.skip(&sample.name, &format!("{why:#}"));
                continue;
            }
            Ok(lines) => lines,
        };
        let with_count = |line: &Value| {
            let [count, sum, min, max] = [0, 1, 2, 3].map(|at| line["scaled"][at].clone());
            let mean = sum.as_f64().zip(count.as_f64().filter(|n| *n > 0.0)).map(|(s, n)| s / n);
            json!({ "path": line["path"], "count": count, "min": min, "max": max, "mean": mean })
        };
        let theirs: Vec<Value> =
            lines.iter().filter(|line| line["scaled"].is_array()).map(with_count).collect();
        compared.note(&sample.name, same_statistics(&row, &theirs, (1e-6, 0.0)));
    }
    compared.finish()
}

#[test]
fn statistics_of_fits_are_those_of_astropy() -> Result<()> {
    judge_scaled("fits", include_str!("../../src/python/fits_values.py"), "astropy")
}

#[test]
fn statistics_of_netcdf_are_those_of_netcdf4_python() -> Result<()> {
    judge_scaled("netcdf", include_str!("../../src/python/netcdf_values.py"), "netCDF4")
}

#[test]
fn statistics_of_sound_are_those_of_what_ffmpeg_decodes() -> Result<()> {
    let Some(corpus) = corpus()?.filter(|_| ffprobe::is_there()) else { return Ok(()) };
    let mut compared = Compared::new("sound", OTHER_SOUND);
    for (sample, row) in good(corpus, "audio") {
        if let Some(known) = OTHER_SAMPLES.iter().find(|known| sample.name.ends_with(known.name)) {
            compared.report.skip(&sample.name, known.reason);
            continue;
        }
        let theirs = match ffprobe::probe(&sample.path, false) {
            Err(why) => {
                compared.report.skip(&sample.name, &format!("{why:#}"));
                continue;
            }
            Ok(theirs) => theirs,
        };
        let Some(stream) = samples::first(&theirs) else { continue };
        let decoded = samples::decoded(&sample.path, stream).map_err(|why| format!("{why:#}"));
        let outcome = decoded.and_then(|(decoded, allowed)| {
            let finite: Vec<f64> =
                decoded.iter().map(|x| f64::from(*x)).filter(|x| x.is_finite()).collect();
            let n = finite.len() as f64;
            let mean = finite.iter().sum::<f64>() / n;
            let square = finite.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
            let theirs = json!({
                "path": format!("stream/{}", stream["index"]),
                "count": finite.len(),
                "missing": decoded.iter().filter(|x| x.is_nan()).count(),
                "min": finite.iter().copied().fold(f64::INFINITY, f64::min),
                "max": finite.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                "mean": mean,
                "sd": square.sqrt(),
            });
            same_statistics(&row, &[theirs], (1e-7, f64::from(allowed)))
        });
        compared.note(&sample.name, outcome);
    }
    compared.finish()
}

#[test]
fn statistics_of_dicom_are_those_of_pydicom_and_numpy() -> Result<()> {
    // scaled pixels are of single precision here
    judge("dicom", &["pydicom", "numpy"], (1e-6, 0.0))
}
