//! The rows of FITS.
use std::ffi::OsString;
use std::process::Stdio;

use anyhow::Result;

use super::{Bench, Row, program, words};
use crate::bench::peers::c;
use crate::make::arrays;

const IMAGE: &str = "FITS: least, mean and greatest of 256 MB float32";
const RICE: &str = "FITS: the same of 8192 x 8192 int16 in RICE_1 tiles";
const COLUMNS: &str = "FITS: sums of two columns of 5 million rows";
const LIST: &str = "FITS: list 500 HDUs with their cards";
const TITLES: [&str; 4] = [IMAGE, RICE, COLUMNS, LIST];

const READ: &str = include_str!("../peers/fitsread.c");

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<()> {
    if !bench.wants(&TITLES) {
        return Ok(());
    }
    let Some(python) = bench.peers.maker("astropy") else {
        eprintln!("skipped: the rows of FITS, whose files astropy makes");
        return Ok(());
    };
    let folder = &bench.inputs.folder;
    let facts = arrays::make(python, "fits", folder, bench.inputs.share)?;
    let read = c::program("fitsread", READ, "cfitsio");
    for (title, name, entry) in [(IMAGE, "image", "hdu/0"), (RICE, "rice", "hdu/1")] {
        let file = folder.join(format!("{name}.fits"));
        let mean = facts[name]["mean"].as_f64().unwrap_or_default();
        let mut row = bench.row(title, Some(format!("{mean:.6}")));
        let image = program("fits_image");
        row.ours("library fold, 32 MiB", &image, words!["32MiB", &file, entry], Stdio::piped());
        row.python("astropy", words!["astropy-image", &file]);
        row.python("fitsio by 256 lines", words!["fitsio-image", &file]);
        row.c("cfitsio in C, 16 lines", read.clone(), words!["image", &file]);
        row.floor("read 1 MiB", "read", &file);
        rows.push(row.row);
    }

    let file = folder.join("table.fits");
    let sums = facts["columns"].as_array().into_iter().flatten();
    let sums: Vec<String> =
        sums.filter_map(|sum| sum.as_f64()).map(|sum| format!("{sum:.3}")).collect();
    let mut row = bench.row(COLUMNS, Some(sums.join(" ")));
    let arguments = words!["32MiB", &file, "hdu/1/column/MAG", "hdu/1/column/RA"];
    row.ours("library fold, 32 MiB", &program("fits_columns"), arguments, Stdio::piped());
    row.python("astropy", words!["astropy-columns", &file]);
    row.python("fitsio", words!["fitsio-columns", &file]);
    row.c("cfitsio in C", read, words!["columns", &file, "MAG", "RA"]);
    row.floor("read 1 MiB", "read", &file);
    rows.push(row.row);

    let file = folder.join("hdus.fits");
    let mut row = bench.row(LIST, facts["hdus"].as_u64().map(|count| format!("{count} ")));
    row.ours("library", &program("fits_list"), words![&file], Stdio::piped());
    row.ours("narrows ls -l", bench.narrows, words!["ls", "-l", &file], Stdio::null());
    row.python("astropy", words!["astropy-list", &file]);
    row.python("fitsio", words!["fitsio-list", &file]);
    row.peer("listhead", "listhead", words![&file]);
    rows.push(row.row);
    Ok(())
}
