//! A Python of the project's own, with the modules that suites and benchmarks compare with.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::project::{self, output, step};

/// A module, and the package of the index that has it.
pub type Module = (&'static str, &'static str);

/// What the integration suites compare with.
pub const ORACLES: [Module; 5] = [
    ("numpy", "numpy"),
    ("h5py", "h5py"),
    ("hdf5plugin", "hdf5plugin"),
    ("netCDF4", "netCDF4"),
    ("astropy", "astropy"),
];

/// What the benchmarks measure beside those.
pub const PEERS: [Module; 7] = [
    ("pydicom", "pydicom"),
    ("webvtt", "webvtt-py"),
    ("fitsio", "fitsio"),
    ("hidefix", "hidefix"),
    ("soundfile", "soundfile"),
    ("librosa", "librosa"),
    ("av", "av"),
];

/// A Python that imports these modules: the one that `NARROWS_PYTHON` names, or the project's own in the target folder.
#[must_use]
pub fn find(modules: &[&str]) -> Option<PathBuf> {
    let named = std::env::var_os("NARROWS_PYTHON").map(PathBuf::from);
    let own = folder().join("bin/python");
    named.into_iter().chain([own]).find(|python| lacks(python, modules).is_empty())
}

/// The modules that a Python does not import.
#[must_use]
pub fn lacks<'a>(python: &Path, modules: &[&'a str]) -> Vec<&'a str> {
    let imports = |names: &[&str]| {
        let line = format!("import {}", names.join(", "));
        output(Command::new(python).args(["-c", &line])).is_ok()
    };
    if imports(modules) {
        return Vec::new();
    }
    modules.iter().copied().filter(|name| !imports(&[name])).collect()
}

/// Installs modules into the project's own Python, so that nobody's is touched. Those that `NARROWS_PYTHON` has already are
/// enough.
///
/// # Errors
/// When there is no `python3` with `venv`, or the index cannot be reached.
pub fn install(modules: &[Module]) -> Result<()> {
    let names: Vec<&str> = modules.iter().map(|(module, _)| *module).collect();
    if find(&names).is_some() {
        return Ok(());
    }
    let folder = folder();
    let pip = folder.join("bin/pip");
    if !pip.exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    let mut command = Command::new(pip);
    command.args(["install", "--quiet", "--disable-pip-version-check"]);
    step(command.args(modules.iter().map(|(_, package)| package)))
}

fn folder() -> PathBuf {
    project::target().join("python")
}
