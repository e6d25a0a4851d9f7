//! HDF5 files of others, against h5dump, against libhdf5 through h5py, and against all that can go wrong.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use narrows_tests::corpus::inputs;
use narrows_tests::ddl::{Dump, parse};
use narrows_tests::report::Report;
use xtask::child::{End, measure};

/// What h5dump lists of a file: header, storage and attributes with their values.
fn h5dump(file: &Path) -> Result<Dump> {
    let mut command = Command::new("h5dump");
    // on one line, with escapes
    command.args(["-p", "-A", "-e", "-w", "65535"]).arg(file).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let seen = measure(&mut command, Some(narrows_tests::command::DEADLINE))?;
    if seen.end != End::Code(0) {
        bail!("h5dump ends with {:?}", seen.end);
    }
    parse(&seen.stdout.text()).context("h5dump's output")
}

#[test]
fn h5dump_is_understood() -> Result<()> {
    let mut report = Report::new("h5dump's output is understood", &[]);
    for sample in inputs("hdf5")?.iter().filter(|sample| sample.good) {
        match h5dump(&sample.path) {
            Err(why) if format!("{why:#}").contains("ends with") => {
                report.skip(&sample.name, &format!("{why:#}"))
            }
            other => report.note(&sample.name, other.map(|_| ()).map_err(|why| format!("{why:#}"))),
        }
        for oracle in &sample.oracles {
            if oracle.extension().is_some_and(|e| e == "ddl") {
                let text = String::from_utf8_lossy(&std::fs::read(oracle)?).into_owned();
                let name = oracle.display().to_string();
                report.note(&name, parse(&text).map(|_| ()).map_err(|why| format!("{why:#}")));
            }
        }
    }
    report.finish();
    Ok(())
}
