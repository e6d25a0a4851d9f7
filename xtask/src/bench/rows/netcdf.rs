//! The rows of netCDF.
use std::ffi::OsString;
use std::process::Stdio;

use anyhow::Result;

use super::{Bench, Row, program, words};
use crate::make::arrays;

const DEFLATED: &str = "netCDF-4: mean over time, 132 MB deflated";
const CLASSIC: &str = "netCDF classic: mean over time, 520 MB";
const LARGE: &str = "netCDF classic: the same, ten times as large";
const HEADER: &str = "netCDF: header";
const TITLES: [&str; 4] = [DEFLATED, CLASSIC, LARGE, HEADER];

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<()> {
    if !bench.wants(&TITLES) {
        return Ok(());
    }
    let Some(python) = bench.peers.maker("netCDF4") else {
        eprintln!("skipped: the rows of netCDF, whose files netCDF4-python makes");
        return Ok(());
    };
    let folder = &bench.inputs.folder;
    let facts = arrays::make(python, "netcdf", folder, bench.inputs.share)?;
    let sum = facts["sum"].as_f64().unwrap_or_default();
    let mean = program("time_mean");
    let scratch = |name: &str| bench.inputs.scratch.join(name);
    for (title, name, floor) in [(DEFLATED, "deflated.nc", ""), (CLASSIC, "classic.nc", "sum")] {
        let file = folder.join(name);
        let mut row = bench.row(title, Some(sum.to_string()));
        row.ours("library, 48 MiB", &mean, words!["48MiB", &file, "/t2m"], Stdio::piped());
        row.python("netCDF4-python", words!["netCDF4-mean", &file]);
        let out = scratch("mean.nc");
        row.peer("NCO", "ncra", words!["-O", "-v", "t2m", &file, out]);
        row.rust("netcdf-reader", words!["netcdf-reader-mean", &file]);
        if !floor.is_empty() {
            row.floor("read, byte swap, sum", "sum-swapped", &file);
        }
        rows.push(row.row);
    }

    let large = folder.join("classic10.nc");
    let mut row = bench.row(LARGE, Some((sum * 10.0).to_string()));
    row.ours("library, 48 MiB", &mean, words!["48MiB", &large, "/t2m"], Stdio::piped());
    rows.push(row.row);

    for (kind, name) in [("classic", "classic.nc"), ("netCDF-4", "deflated.nc")] {
        let file = folder.join(name);
        let mut row = bench.row(&format!("{HEADER}, {kind}"), None);
        row.ours("narrows ls -l", bench.narrows, words!["ls", "-l", &file], Stdio::null());
        row.peer("ncdump -h", "ncdump", words!["-h", &file]);
        row.python("netCDF4-python", words!["netCDF4-header", &file]);
        row.rust("netcdf-reader", words!["netcdf-reader-header", &file]);
        rows.push(row.row);
    }
    Ok(())
}
