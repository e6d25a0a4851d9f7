//! netCDF files of others, against ncdump, against netCDF-C through Python, and against all that can go wrong.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use narrows_tests::cdl::{Described, differences, listed, parse};
use narrows_tests::command::{DEADLINE, entries, run, sane};
use narrows_tests::corpus::{folder, inputs};
use narrows_tests::ddl::unescape;
use narrows_tests::netcdf::{BYTES, NAMES, NO_FILL, SAME_ID};
use narrows_tests::python::Script;
use narrows_tests::report::{Known, Report, known, told};
use narrows_tests::torture::{Suite, scratch};
use narrows_tests::values::{Values, arrays, crc32};
use serde_json::Value;
use stream_core::Form;
use xtask::child::{End, Measured, measure};

/// Files whose description differs from ncdump's, each looked into.
const DIFFERENT: &[Known] = &[
    known("netcdf4/nc4_groups.nc", SAME_ID),
    known("ref_tst_comp.cdl as netCDF-4", AS_CDL),
    known("ref_tst_comp2.cdl as netCDF-4", AS_CDL),
    known("ref_tst_compounds4.cdl as netCDF-4", AS_CDL),
    known("ref_tst_opaque_data.cdl as netCDF-4", AS_CDL),
];

const AS_CDL: &str = "values of compound and opaque attributes are told as their text in CDL";

/// Files whose values differ from those that netCDF-C reads, each looked into.
const OTHER_VALUES: &[Known] = &[
    known("nc_test/f03tst_open_mem.nc", NEVER_WRITTEN),
    known("netcdf4/nc4_groups.nc", SAME_ID),
    known("ref_tst_special_atts.cdl as netCDF-4", NEVER_WRITTEN),
    known("ref_tst_special_atts3.cdl as netCDF-4", NEVER_WRITTEN),
    known("ref_tst_special_atts3.cdl as netCDF-4-classic", NEVER_WRITTEN),
    known(
        "ref_tst_string_data.cdl as netCDF-4",
        "netCDF4-python masks texts that equal _FillValue",
    ),
];

const NEVER_WRITTEN: &str =
    "never written and not to be filled: netCDF-C gives what its memory held, ours zeros";

/// Files whose scaled values differ from those that netCDF4-python gives, each looked into.
const OTHERWISE_SCALED: &[Known] = &[
    known("netcdf4/nc4_groups.nc", SAME_ID),
    known("nctest/ref_nctest_classic.nc", BYTES),
    known("unit_test/nctest_netcdf4_classic.nc", BYTES),
    known("netcdf4-python/ubyte.nc", BYTES),
    known("inttags.cdl as 64-bit-data", BYTES),
    known("inttags.cdl as 64-bit-offset", BYTES),
    known("inttags.cdl as classic", BYTES),
    known("inttags.cdl as netCDF-4-classic", BYTES),
    known("inttags.cdl as netCDF-4", BYTES),
    known("test0.cdl as 64-bit-data", BYTES),
    known("test0.cdl as 64-bit-offset", BYTES),
    known("test0.cdl as classic", BYTES),
    known("test0.cdl as netCDF-4-classic", BYTES),
    known("test0.cdl as netCDF-4", BYTES),
    known("pyfive/data/enum_variable.nc", NAMES),
    known("pyfive/data/enums_from_netcdf.nc", NAMES),
    known("ref_tst_enum_data.cdl as netCDF-4", NAMES),
    known("nc_test/f03tst_open_mem.nc", NO_FILL),
    known("ref_tst_special_atts.cdl as netCDF-4", NO_FILL),
    known("ref_tst_special_atts3.cdl as netCDF-4-classic", NO_FILL),
    known("ref_tst_special_atts3.cdl as netCDF-4", NO_FILL),
];

/// Files that their sources read and that do not list to their end.
const UNLISTED: &[Known] = &[];

/// Files that their sources read and in which `check` finds something all the same.
const BROKEN: &[Known] = &[];

const SUITE: Suite = Suite { folder: "netcdf", format: "netcdf", memory: 32, cuts: 6, flips: 6 };

fn tool(program: &str, arguments: &[&str], file: &Path) -> Result<Measured> {
    let mut command = Command::new(program);
    command.args(arguments).arg(file).stdin(Stdio::null());
    let seen = measure(command.stdout(Stdio::piped()).stderr(Stdio::piped()), Some(DEADLINE))?;
    if seen.end != End::Code(0) {
        bail!("{program} ends with {:?}", seen.end);
    }
    Ok(seen)
}

/// What ncdump says of a file's structure.
fn ncdump(file: &Path) -> Result<Described> {
    let seen = tool("ncdump", &["-h", "-p", "9,17"], file)?;
    parse(&seen.stdout.text()).context("ncdump's output")
}

/// What the command lists.
fn ours(file: &Path) -> Result<Described> {
    let seen = run(&["ls", "--json", "--memory", "32MiB", "--format", "netcdf"], file)?;
    sane(&seen, 64 << 20)?;
    // ncgen leaves out data that nobody gave: the listing is whole, and what is short is said beside it
    let whole = !seen.stdout.text().lines().last().unwrap_or_default().starts_with("{\"error\"");
    ensure!(whole && seen.stdout.bytes > 0, "ls: {}", seen.stderr.text());
    listed(&entries(&seen)?)
}

fn described(report: &mut Report, name: &str, file: &Path) {
    match ncdump(file) {
        Err(why) if format!("{why:#}").contains("ends with") => {
            report.skip(name, &format!("{why:#}"));
        }
        Err(why) => report.note(name, Err(format!("{why:#}"))),
        Ok(theirs) => {
            let outcome = ours(file).map_err(|why| format!("{why:#}"));
            report.note(name, outcome.and_then(|ours| told(&differences(&theirs, &ours))));
        }
    }
}

#[test]
fn descriptions_equal_ncdumps() -> Result<()> {
    let mut report = Report::new("structure as ncdump tells it", DIFFERENT);
    for sample in inputs("netcdf")?.iter().filter(|sample| sample.good) {
        described(&mut report, &sample.name, &sample.path);
    }
    report.finish();
    Ok(())
}

/// Every published `.cdl`, made into files by ncgen in each kind of netCDF that can hold it.
fn generated() -> Result<Vec<(String, PathBuf)>> {
    let Some(corpus) = folder() else { return Ok(Vec::new()) };
    let place = scratch("netcdf-cdl")?;
    let mut found = Vec::new();
    for folder in ["netcdf/oracle/netcdf-c-cdl/ncdump", "netcdf/oracle/netcdf-c/ncdump"] {
        for entry in std::fs::read_dir(corpus.join(folder))? {
            let cdl = entry?.path();
            let stem = cdl.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            for kind in ["classic", "64-bit-offset", "64-bit-data", "netCDF-4", "netCDF-4-classic"]
            {
                let kind_of = kind.replace("netCDF-4-classic", "netCDF-4 classic model");
                let name = format!("{stem}.cdl as {kind}");
                let file = place.join(format!("{stem}-{kind}.nc"));
                let out = file.to_string_lossy().into_owned();
                let made =
                    tool("ncgen", &["-k", &kind_of.replace("-bit-", "-bit "), "-o", &out], &cdl);
                if made.is_ok() {
                    found.push((name, file));
                }
            }
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn descriptions_of_generated_files_equal_ncdumps() -> Result<()> {
    let mut report = Report::new("structure of what ncgen makes", DIFFERENT);
    for (name, file) in generated()? {
        described(&mut report, &name, &file);
    }
    report.finish();
    Ok(())
}

const SCRIPT: &str = include_str!("../src/python/netcdf_values.py");

/// Compares every variable that both sides have.
fn compare(
    theirs: &[Value],
    ours: &[Values],
    mut judge: impl FnMut(&Value, &Values) -> Result<(), String>,
) -> Result<usize, String> {
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in theirs.iter().filter(|line| line["crc32"].is_u64()) {
        let path = line["path"].as_str().unwrap_or_default();
        match ours.iter().find(|own| unescape(&own.path) == path) {
            None => wrong.push(format!("{path} has no data")),
            Some(own) => {
                compared += 1;
                if let Err(why) = judge(line, own) {
                    wrong.push(format!("{path} ({}): {why}", own.dtype));
                }
            }
        }
    }
    told(&wrong).map(|()| compared)
}

fn same_values(line: &Value, own: &Values) -> Result<(), String> {
    let packed = own.packed.as_ref().map_err(Clone::clone)?;
    if Some(packed.len() as u64) != line["bytes"].as_u64() {
        return Err(format!("{} bytes, netCDF-C has {}", packed.len(), line["bytes"]));
    }
    if Some(u64::from(crc32(packed))) != line["crc32"].as_u64() {
        return Err("other values".to_owned());
    }
    Ok(())
}

/// Count, sum, least and greatest of what is not missing.
fn same_scaled(line: &Value, own: &Values) -> Result<(), String> {
    let theirs = &line["scaled"];
    let (Some(count), Some(sum)) = (theirs[0].as_u64(), theirs[1].as_f64()) else { return Ok(()) };
    let packed = own.packed.as_ref().map_err(Clone::clone)?;
    let numbers: Vec<f64> = match own.delivered.as_str() {
        "f32" => {
            packed.as_chunks().0.iter().map(|four| f64::from(f32::from_ne_bytes(*four))).collect()
        }
        "f64" => packed.as_chunks().0.iter().map(|eight| f64::from_ne_bytes(*eight)).collect(),
        // neither packed nor with a value that means missing: as stored
        "i8" | "enum<i8>" => packed.iter().map(|byte| f64::from(byte.cast_signed())).collect(),
        "u8" | "enum<u8>" => packed.iter().map(|byte| f64::from(*byte)).collect(),
        "i32" | "enum<i32>" => {
            packed.as_chunks().0.iter().map(|four| f64::from(i32::from_ne_bytes(*four))).collect()
        }
        "enum<u64>" => {
            packed.as_chunks().0.iter().map(|eight| u64::from_ne_bytes(*eight) as f64).collect()
        }
        other => return Err(format!("scaled values are {other}")),
    };
    let left: Vec<f64> = numbers.into_iter().filter(|number| number.is_finite()).collect();
    if left.len() as u64 != count {
        return Err(format!("{} values, netCDF4 has {count}", left.len()));
    }
    let size = left.iter().map(|number| number.abs()).sum::<f64>();
    let total: f64 = left.iter().sum();
    if (total - sum).abs() > 1e-5 * size {
        return Err(format!("sum {total}, netCDF4 has {sum}"));
    }
    Ok(())
}

fn files() -> Result<Vec<(String, PathBuf)>> {
    let good = inputs("netcdf")?.into_iter().filter(|sample| sample.good);
    let mut files: Vec<_> = good.map(|sample| (sample.name, sample.path)).collect();
    files.extend(generated()?);
    Ok(files)
}

#[test]
fn values_equal_those_that_netcdf_c_reads() -> Result<()> {
    let mut stored = Report::new("values as netCDF-C reads them", OTHER_VALUES);
    let mut scaled = Report::new("values as netCDF4-python scales them", OTHERWISE_SCALED);
    let Some(script) = Script::new(SCRIPT, &["netCDF4"]) else { return Ok(()) };
    let mut compared = 0;
    for (name, file) in files()? {
        let theirs = match script.lines(&[&file]) {
            Err(why) => {
                stored.skip(&name, &format!("{why:#}"));
                continue;
            }
            Ok(lines) => lines,
        };
        let read = |form| arrays(&file, form).map_err(|why| format!("{why:#}"));
        let outcome = read(Form::Stored).and_then(|(ours, _)| compare(&theirs, &ours, same_values));
        compared += *outcome.as_ref().unwrap_or(&0);
        stored.note(&name, outcome.map(|_| ()));
        let outcome = read(Form::Scaled).and_then(|(ours, _)| compare(&theirs, &ours, same_scaled));
        scaled.note(&name, outcome.map(|_| ()));
    }
    println!("{compared} variables compared");
    stored.finish();
    scaled.finish();
    Ok(())
}

#[test]
fn good_files_read_to_their_end() -> Result<()> {
    SUITE.good_files_read_to_their_end(UNLISTED, BROKEN)
}

#[test]
fn bad_files_do_no_harm() -> Result<()> {
    SUITE.bad_files_do_no_harm(&[])
}

#[test]
fn damaged_files_do_no_harm() -> Result<()> {
    SUITE.damaged_files_do_no_harm(&[])
}
