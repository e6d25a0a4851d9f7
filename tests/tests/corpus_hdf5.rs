//! HDF5 files of others, against h5dump, against libhdf5 through h5py, and against all that can go wrong.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use narrows_tests::command::{DEADLINE, entries, run, sane};
use narrows_tests::corpus::{Sample, inputs};
use narrows_tests::ddl::{Dump, Objects, differences, listed, parse, unescape};
use narrows_tests::python::Script;
use narrows_tests::report::{Known, Report, known, told};
use narrows_tests::torture::Suite;
use narrows_tests::values::{arrays, crc32};
use stream_core::Form;
use xtask::child::{End, measure};

const OUTSIDE: &str = "h5dump's size has chunks of the index that lie outside of the array";

/// Files whose description differs from h5dump's, each looked into.
const DIFFERENT: &[Known] = &[
    known("testfiles/h5repack_attr.h5", NOTATION),
    known("testfiles/h5fc_ext2_if.h5", OUTSIDE),
    known("hdf5_official/h5fc_ext2_is.h5", OUTSIDE),
    known("hdf5_official/tref-escapes-at.h5", NOTATION),
    known("jhdf/test_attribute_earliest.hdf5", NOTATION),
    known("pyfive/data/references.hdf5", NOTATION),
    known("jhdf/bitfield_datasets.hdf5", "attributes of a null dataspace: ours tell null"),
    known("jhdf/isssue-523.hdf5", "h5dump gives a named type beside the root a name of its own"),
    known("jhdf/test_large_attribute.hdf5", "values over 64 KiB are data, not part of a listing"),
    known("basic/le_data.h5", PRECISION),
    known("h5repack_nested_8bit_enum.h5", PRECISION),
    known("vds-eiger.h5 by vds-gap2", "made with another --vds-gap-size"),
    known("vds-percival-unlim-maxmin.h5 by vds-first", "made with --vds-view-first-missing"),
    known("tgroup.h5 by tgroup-2", "shows three groups, each as if the walk began there"),
];

const NOTATION: &str =
    "h5dump writes references and opaque bytes in a notation of its own; ours are paths and text";
const PRECISION: &str = "h5dump 1.10 has other words for numbers that do not use all of their bits";

/// Files whose values differ from those that h5py reads, each looked into.
const OTHER_VALUES: &[Known] = &[
    known("HDF5.jl/h5ex_t_string.h5", PADDING),
    known("h5diff_strings2.h5", PADDING),
    known("hdf5_official/tstring.h5", PADDING),
    known("bounds_ref_v110_v110.h5", REGIONS),
    known("bounds_sel_latest_latest.h5", REGIONS),
    known("testfiles/h5diff_dset1.h5", REGIONS),
    known("testfiles/h5diff_dset2.h5", REGIONS),
    known("hdf5_official/tdatareg.h5", REGIONS),
    known("hdf5_official/trefer_obj.h5", REGIONS),
    known("pyfive/data/references.hdf5", REGIONS),
    known("testfiles/tarray3.h5", "h5py repeats the values of arrays within arrays"),
    known("h5clear_mdc_image.h5", "its metadata stand in a cache image"),
    known("pyfive/data/h5netcdf_test.hdf5", "bears netCDF's marks, and is read as netCDF"),
    known("roteiro/hdf5/extensible_array_chunked.h5", VERSION_5),
    known("roteiro/hdf5/fixed_array_chunked.h5", VERSION_5),
    known("roteiro/hdf5/v4_layout.h5", VERSION_5),
];

const PADDING: &str = "h5py turns padding spaces into zeros; ours are the bytes of the file";
const REGIONS: &str = "h5py gives a region's object alone; ours adds the region";

/// Generated files whose filtered datasets cannot be opened.
const UNREAD: &[Known] = &[Known {
    name: "_newest.h5",
    reason: "HDF5 2.0 writes layout messages of version 5, which libhdf5 1.10 does not open",
}];

/// Crashes libhdf5 itself.
const CRASHES: [&str; 2] = ["hdf5_official/h5diff_attr1.h5", "hdf5_official/h5diff_attr2.h5"];

/// Files that their sources read and that do not list to their end.
const UNLISTED: &[Known] = &[
    known("h5repack_CVE-2018-17432.h5", "libhdf5 refuses the dataset's dataspace, as h5dump does"),
    known("h5clear_fsm_persist_user_greater.h5", "shorter than its superblock says, on purpose"),
    known("tfamily00000.h5", "the first of a family of files, which only together are one"),
    known("tmulti-s.h5", "one of the files that the multi driver writes"),
    known(CRASHES[0], "libhdf5 1.10.8 crashes on it; the worker says so"),
    known(CRASHES[1], "libhdf5 1.10.8 crashes on it; the worker says so"),
    known("test_ds_be_new_ref-32bit.h5", "references of 1.12, which libhdf5 1.10 does not know"),
    known("test_ds_le_new_ref.h5", "references of 1.12, which libhdf5 1.10 does not know"),
    known("reference/tbogus.h5", "a message that a reader must fail on when it does not know it"),
    known("roteiro/hdf5/extensible_array_chunked.h5", VERSION_5),
    known("roteiro/hdf5/fixed_array_chunked.h5", VERSION_5),
    known("roteiro/hdf5/v4_layout.h5", VERSION_5),
];

const VERSION_5: &str = "layout messages of HDF5 2.0, which libhdf5 1.10 does not open";

/// Files that their sources read and in which `check` finds something all the same.
const BROKEN: &[Known] = &[
    UNLISTED[0],
    UNLISTED[1],
    UNLISTED[2],
    UNLISTED[3],
    UNLISTED[4],
    UNLISTED[5],
    UNLISTED[6],
    UNLISTED[7],
    UNLISTED[8],
    UNLISTED[9],
    UNLISTED[10],
    UNLISTED[11],
    known("testfiles/h5repack_ext.h5", "its external file is not there"),
    known("testfiles/tfilters.h5", "its external file is not there"),
    known("hdf5_official/h5stat_filters.h5", "its external file is not there"),
    known("h5stat/testfiles/h5stat_filters.h5", "a wrong Fletcher-32 sum, for libhdf5 too"),
    known("testfiles/filter_fail.h5", "a filter that exists in a test of libhdf5 alone"),
    known("h5ex_d_granularbr.h5", "a filter that is not known here"),
    known("h5ex_d_jpeg.h5", "a filter that is not known here"),
    known("h5clear_mdc_image.h5", "its metadata stand in a cache image"),
];

/// Files whose damaged pieces ask for more memory than they are given, and say how much, or for more time.
const HARMFUL: &[Known] = &[
    known("vds/1_a.h5", "a changed byte makes its chunks 96 MiB large"),
    known("vds/1_c.h5", "a changed byte makes its chunks 96 MiB large"),
    known("vds/1_e.h5", "a changed byte makes its chunks 96 MiB large"),
];

const SUITE: Suite = Suite { folder: "hdf5", format: "hdf5", memory: 32, cuts: 4, flips: 4 };

/// What h5dump lists of a file: header, storage and attributes with their values.
fn h5dump(file: &Path) -> Result<Dump> {
    let mut command = Command::new("h5dump");
    // each value on one line, with escapes
    command.args(["-p", "-A", "-e", "-w", "65535"]).arg(file).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let seen = measure(&mut command, Some(DEADLINE))?;
    if seen.end != End::Code(0) {
        bail!("h5dump ends with {:?}", seen.end);
    }
    parse(&seen.stdout.text()).context("h5dump's output")
}

/// What the command lists.
fn ours(file: &Path) -> Result<Objects> {
    // sizes of chunked data are told only then
    let verify = ["--set", "verify=on"];
    let arguments = [&["ls", "--json", "--memory", "32MiB", "--format", "hdf5"][..], &verify];
    let seen = run(&arguments.concat(), file)?;
    let code = sane(&seen, 64 << 20)?;
    ensure!(code == 0, "ls leaves with {code}: {}", seen.stderr.text());
    listed(&entries(&seen)?)
}

#[test]
fn descriptions_equal_h5dumps() -> Result<()> {
    let mut report = Report::new("structure as h5dump tells it", DIFFERENT);
    for sample in inputs("hdf5")?.iter().filter(|sample| sample.good) {
        match h5dump(&sample.path) {
            Err(why) if format!("{why:#}").contains("ends with") => {
                report.skip(&sample.name, &format!("{why:#}"));
            }
            Err(why) => report.note(&sample.name, Err(format!("{why:#}"))),
            Ok(theirs) => {
                let outcome = ours(&sample.path).map_err(|why| format!("{why:#}"));
                let outcome = outcome.and_then(|ours| told(&differences(&theirs.objects, &ours)));
                report.note(&sample.name, outcome);
            }
        }
    }
    report.finish();
    Ok(())
}

/// What a `.ddl` describes of a file; it may be a part of it only.
fn described(sample: &Sample, oracle: &Path) -> Result<(), String> {
    let text = std::fs::read(oracle).map_err(|why| why.to_string())?;
    let theirs = parse(&String::from_utf8_lossy(&text)).map_err(|why| format!("{why:#}"))?;
    let mut ours = ours(&sample.path).map_err(|why| format!("{why:#}"))?;
    // some show one object of the file, and some only its structure or only what was chosen
    ours.retain(|path, _| theirs.objects.contains_key(path));
    told(&differences(&theirs.objects, &ours))
}

#[test]
fn descriptions_equal_the_published_ones() -> Result<()> {
    let mut report = Report::new("structure as the .ddl files tell it", DIFFERENT);
    for sample in inputs("hdf5")?.iter().filter(|sample| sample.good) {
        for oracle in &sample.oracles {
            let name = oracle.file_name().unwrap_or_default().to_string_lossy();
            let stem = name.trim_end_matches(".ddl");
            if !name.ends_with(".ddl") {
                continue;
            }
            let told = format!("{} by {stem}", sample.name);
            // one description of several files at once
            if stem.contains("multifile") || stem == "non_existing" {
                report.skip(&told, "describes several files");
                continue;
            }
            report.note(&told, described(sample, oracle));
        }
    }
    report.finish();
    Ok(())
}

const SCRIPT: &str = include_str!("../src/python/hdf5_values.py");
const FILTERS: &str = include_str!("../src/python/hdf5_filters.py");

/// Compares the values of every dataset of a file with those that h5py reads.
fn same_values(script: &Script, file: &Path) -> Result<usize> {
    let theirs = script.lines(&[file])?;
    let (ours, _) = arrays(file, Form::Stored)?;
    let mut compared = 0;
    let mut wrong = Vec::new();
    for line in &theirs {
        let path = line["path"].as_str().context("a line without path")?;
        let Some(crc) = line["crc32"].as_u64() else { continue };
        let own = ours.iter().find(|own| unescape(&own.path) == path);
        let Some(own) = own else {
            wrong.push(format!("{path} has no data"));
            continue;
        };
        compared += 1;
        match &own.packed {
            Err(why) => wrong.push(format!("{path} ({}): {why}", own.dtype)),
            Ok(packed) if Some(packed.len() as u64) != line["bytes"].as_u64() => {
                wrong.push(format!(
                    "{path} ({}): {} bytes, h5py has {}",
                    own.dtype,
                    packed.len(),
                    line["bytes"]
                ))
            }
            Ok(packed) if u64::from(crc32(packed)) != crc => {
                wrong.push(format!("{path} ({}): other values", own.dtype));
            }
            Ok(_) => {}
        }
    }
    told(&wrong).map_err(|why| anyhow::anyhow!(why))?;
    Ok(compared)
}

#[test]
fn values_equal_those_that_h5py_reads() -> Result<()> {
    let mut report = Report::new("values as h5py reads them", OTHER_VALUES);
    let Some(script) = Script::new(SCRIPT, &["h5py", "hdf5plugin"]) else { return Ok(()) };
    let mut compared = 0;
    for sample in inputs("hdf5")?.iter().filter(|sample| sample.good) {
        // read in this process, which is not to end with it
        if CRASHES.iter().any(|name| sample.name.ends_with(name)) {
            report.skip(&sample.name, "crashes libhdf5");
            continue;
        }
        match same_values(&script, &sample.path) {
            Err(why) if format!("{why:#}").starts_with("python:") => {
                report.skip(&sample.name, &format!("{why:#}"));
            }
            other => {
                compared += *other.as_ref().unwrap_or(&0);
                report.note(&sample.name, other.map(|_| ()).map_err(|why| format!("{why:#}")));
            }
        }
    }
    println!("{compared} datasets compared");
    report.finish();
    Ok(())
}

#[test]
fn every_filter_gives_the_values_that_went_in() -> Result<()> {
    let mut report = Report::new("filters as hdf5plugin writes them", UNREAD);
    let needed = ["h5py", "hdf5plugin"];
    let Some(writer) = Script::new(FILTERS, &needed) else { return Ok(()) };
    let Some(reader) = Script::new(SCRIPT, &needed) else { return Ok(()) };
    let folder = narrows_tests::torture::scratch("hdf5-filters")?;
    for line in writer.lines(&[&folder])? {
        let name = line["file"].as_str().context("a line without file")?;
        let outcome = same_values(&reader, &folder.join(name));
        let outcome = outcome.and_then(|compared| {
            ensure!(compared > 0, "no dataset compared");
            Ok(())
        });
        report.note(name, outcome.map_err(|why| format!("{why:#}")));
    }
    report.finish();
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
    SUITE.damaged_files_do_no_harm(HARMFUL)
}
