//! netCDF files of others, against ncdump, against netCDF-C through Python, and against all that can go wrong.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use narrows_tests::cdl::{Described, parse};
use narrows_tests::corpus::inputs;
use narrows_tests::report::Report;
use xtask::child::{End, measure};

/// What ncdump says of a file's structure.
fn ncdump(file: &Path) -> Result<Described> {
    let mut command = Command::new("ncdump");
    command.args(["-h", "-p", "9,17"]).arg(file).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let seen = measure(&mut command, Some(narrows_tests::command::DEADLINE))?;
    if seen.end != End::Code(0) {
        bail!("ncdump ends with {:?}", seen.end);
    }
    parse(&seen.stdout.text()).context("ncdump's output")
}

#[test]
fn ncdump_is_understood() -> Result<()> {
    let mut report = Report::new("ncdump's output is understood", &[]);
    for sample in inputs("netcdf")?.iter().filter(|sample| sample.good) {
        match ncdump(&sample.path) {
            Err(why) if format!("{why:#}").contains("ends with") => {
                report.skip(&sample.name, &format!("{why:#}"));
            }
            other => report.note(&sample.name, other.map(|_| ()).map_err(|why| format!("{why:#}"))),
        }
    }
    report.finish();
    Ok(())
}
