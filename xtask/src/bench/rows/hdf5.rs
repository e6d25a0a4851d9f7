//! The rows of HDF5.
use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;

use anyhow::Result;

use super::{Bench, Builder, Row, program, words};
use crate::bench::peers::c;
use crate::make::arrays;

const SUM: &str = "HDF5: sum of 1 GiB float32, shuffle and deflate";
const LARGE: &str = "HDF5: the same, ten times as large";
const CONTIGUOUS: &str = "HDF5: sum of 1 GiB float32, contiguous";
const LIST: &str = "HDF5: list 20,000 datasets with attributes";
const TITLES: [&str; 4] = [SUM, LARGE, CONTIGUOUS, LIST];

const H5SUM: &str = include_str!("../peers/h5sum.c");

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<()> {
    if !bench.wants(&TITLES) {
        return Ok(());
    }
    let Some(python) = bench.peers.maker("h5py") else {
        eprintln!("skipped: the rows of HDF5, whose files h5py makes");
        return Ok(());
    };
    let folder = &bench.inputs.folder;
    let facts = arrays::make(python, "hdf5", folder, bench.inputs.share)?;
    let sum = facts["sum"].as_f64().unwrap_or_default();
    let h5sum = c::program("h5sum", H5SUM, "hdf5");
    let library = |row: &mut Builder<'_>, file: &Path| {
        let arguments = words!["48MiB", file, "/grp/data"];
        row.ours("library fold, 48 MiB", &program("array_sum"), arguments, Stdio::piped());
    };

    let deflated = folder.join("deflated.h5");
    let mut row = bench.row(SUM, Some(sum.to_string()));
    library(&mut row, &deflated);
    let arguments = words!["stats", "--memory", "48MiB", "--entry", "/grp/data", &deflated];
    row.ours("narrows stats", bench.narrows, arguments, Stdio::null());
    row.python("h5py by chunks", words!["h5py-chunks", &deflated]);
    row.c("libhdf5 in C, slabs", h5sum.clone(), words![&deflated, "/grp/data"]);
    row.python("hidefix on all cores", words!["hidefix-sum", &deflated]);
    row.rust("hdf5-reader by chunks", words!["hdf5-reader-chunks", &deflated]);
    row.rust("hdf5-reader, parallel slabs", words!["hdf5-reader-parallel", &deflated]);
    row.decoding_floor(
        "libdeflate, unshuffle, sum on one core",
        "floor_inflate",
        words![folder.join("deflated.chunks"), &deflated],
    );
    rows.push(row.row);

    let large = folder.join("deflated10.h5");
    let mut row = bench.row(LARGE, Some((sum * 10.0).to_string()));
    library(&mut row, &large);
    rows.push(row.row);

    let contiguous = folder.join("contiguous.h5");
    let mut row = bench.row(CONTIGUOUS, Some(sum.to_string()));
    library(&mut row, &contiguous);
    row.python("h5py by slabs", words!["h5py-slabs", &contiguous]);
    row.c("libhdf5 in C, slabs", h5sum, words![&contiguous, "/grp/data"]);
    row.python("hidefix on all cores", words!["hidefix-sum", &contiguous]);
    row.rust("hdf5-reader, parallel slabs", words!["hdf5-reader-parallel", &contiguous]);
    row.floor("read, sum", "sum", &contiguous);
    rows.push(row.row);

    let tree = folder.join("tree.h5");
    let mut row = bench.row(LIST, None);
    let arguments = words!["ls", "--json", "--memory", "32MiB", &tree];
    row.ours("narrows ls --json", bench.narrows, arguments, Stdio::null());
    row.peer("h5dump -H -A", "h5dump", words!["-H", "-A", &tree]);
    row.peer("h5ls -r -v", "h5ls", words!["-r", "-v", &tree]);
    row.python("h5py", words!["h5py-list", &tree]);
    row.rust("hdf5-pure", words!["hdf5-pure-list", &tree]);
    row.rust("hdf5-reader", words!["hdf5-reader-list", &tree]);
    rows.push(row.row);
    Ok(())
}
