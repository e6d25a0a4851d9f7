//! FITS files of others and of astropy's writer, against what astropy reads, and against all that can go wrong.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use narrows_tests::corpus::inputs;
use narrows_tests::fits::{astropy, compare, differences, headers, same_scaled, same_stored};
use narrows_tests::python::Script;
use narrows_tests::report::{Known, Report, told};
use narrows_tests::torture::{Suite, scratch};
use narrows_tests::values::arrays;
use serde_json::Value;
use stream_core::Form;

/// Files whose cards differ from those that astropy tells, each looked into.
const OTHER_CARDS: &[Known] = &[
    Known { name: "file-img2-bitpix+08.fits", reason: EXTEND },
    Known { name: "file-img2-bitpix+16.fits", reason: EXTEND },
    Known { name: "file-img2-bitpix+32.fits", reason: EXTEND },
    Known { name: "file-img2-bitpix+64.fits", reason: EXTEND },
    Known { name: "file-img2-bitpix-32.fits", reason: EXTEND },
    Known { name: "file-img2-bitpix-64.fits", reason: EXTEND },
    Known { name: "m13_gzip.fits", reason: MAPPED },
    Known { name: "m13_hcomp.fits", reason: MAPPED },
    Known { name: "m13_plio.fits", reason: MAPPED },
    Known { name: "m13_rice.fits", reason: MAPPED },
    Known { name: "compressed_with_nan.fits", reason: MAPPED },
    Known { name: "compressed_image.fits", reason: MAPPED },
];

const EXTEND: &str = "astropy adds EXTEND, which the file does not have, where extensions follow";
const MAPPED: &str = "of a compressed image astropy orders the cards anew and leaves out what the file has of the table: \
                      EXTNAME, ZBLANK, PCOUNT";

/// Files whose values differ from those that astropy reads, each looked into.
const OTHER_VALUES: &[Known] = &[];

/// Files whose scaled values differ from those that astropy gives, each looked into.
const OTHERWISE_SCALED: &[Known] = &[];

/// Files that their sources read and that do not list to their end.
const UNLISTED: &[Known] = &[];

/// Files that their sources read and in which `check` finds something all the same.
const BROKEN: &[Known] = &[
    Known { name: "tests/data/memtest.fits", reason: "DATASUM is wrong for cfitsio too" },
    Known { name: "sunpy/gbm.fits", reason: "DATASUM is wrong for cfitsio too" },
];

const SUITE: Suite = Suite { folder: "fits", format: "fits", memory: 16, cuts: 8, flips: 6 };

const READ: &str = include_str!("../src/python/fits_values.py");
const MAKE: &str = include_str!("../src/python/fits_make.py");

/// Whether cards are compared: astropy makes those of a compressed image anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cards {
    Compared,
    Left,
}

/// Compares cards and values of these files with what astropy reads of them.
fn judge(files: Vec<(String, PathBuf)>, script: &Script, with_cards: Cards) {
    let mut cards = Report::new("cards as astropy reads them", OTHER_CARDS);
    let mut stored = Report::new("values as astropy reads them", OTHER_VALUES);
    let mut scaled = Report::new("values as astropy scales them", OTHERWISE_SCALED);
    let mut compared = 0;
    for (name, file) in files {
        let theirs = match script.lines(&[&file]) {
            Err(why) => {
                stored.skip(&name, &format!("{why:#}"));
                continue;
            }
            Ok(lines) => lines,
        };
        let failed = theirs.iter().filter(|line| line["error"].is_string());
        failed.for_each(|line| stored.skip(&name, &line.to_string()));
        if with_cards == Cards::Compared {
            let ours = headers(&file).map_err(|why| format!("{why:#}"));
            cards.note(&name, ours.and_then(|ours| told(&differences(&ours, &astropy(&theirs)))));
        }
        let outcome = values(&file, &theirs, Form::Stored);
        compared += outcome.as_ref().unwrap_or(&0);
        stored.note(&name, outcome.map(|_| ()));
        let outcome = values(&file, &theirs, Form::Scaled);
        scaled.note(&name, outcome.map(|_| ()));
    }
    println!("{compared} images, tables and columns compared");
    for report in [stored, scaled, cards] {
        report.finish();
    }
}

fn values(file: &Path, theirs: &[Value], form: Form) -> Result<usize, String> {
    let (ours, _) = arrays(file, form).map_err(|why| format!("{why:#}"))?;
    let judge = if form == Form::Stored { same_stored } else { same_scaled };
    compare(theirs, &ours, judge).map_err(|wrong| told(&wrong).err().unwrap_or_default())
}

/// The same file without gzip around it.
fn inflated(file: &Path, folder: &Path) -> Result<PathBuf> {
    let to = folder.join(file.file_stem().context("a file without a name")?);
    let out = std::fs::File::create(&to)?;
    let status = Command::new("gzip").arg("-dc").arg(file).stdout(out).status()?;
    ensure!(status.success(), "gzip ends with {status}");
    Ok(to)
}

#[test]
fn cards_and_values_equal_those_that_astropy_reads() -> Result<()> {
    let Some(script) = Script::new(READ, &["astropy"]) else { return Ok(()) };
    let folder = scratch("fits-inflated")?;
    let mut files = Vec::new();
    for sample in inputs("fits")?.into_iter().filter(|sample| sample.good) {
        // over gzip an entry's data can be asked before the next entry only: what is compared is random access
        let path = match sample.name.ends_with(".gz") {
            true => inflated(&sample.path, &folder)?,
            false => sample.path,
        };
        files.push((sample.name, path));
    }
    judge(files, &script, Cards::Compared);
    Ok(())
}

#[test]
fn what_astropy_writes_reads_the_same() -> Result<()> {
    let Some(make) = Script::new(MAKE, &["astropy"]) else { return Ok(()) };
    let Some(script) = Script::new(READ, &["astropy"]) else { return Ok(()) };
    let folder = scratch("fits-made")?;
    let mut files = Vec::new();
    for line in make.lines(&[&folder])? {
        let name = line["name"].as_str().context("a file without a name")?.to_owned();
        files.push((name.clone(), folder.join(name)));
    }
    judge(files, &script, Cards::Left);
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
