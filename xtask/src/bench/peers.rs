//! Other people's tools: found where they are installed, named where they are not.
use std::path::PathBuf;

use anyhow::Result;

use crate::project::{self, output, step, which};
use crate::setup::{self, Need};

/// The natural scripts of the Python peers.
pub(super) const SCRIPT: &str = include_str!("peers.py");

/// What is there, and what is not.
pub(super) struct Peers {
    /// A Python that has pydicom, numpy and webvtt-py.
    pub(super) python: Option<PathBuf>,
    /// The script with the Python peers' work.
    pub(super) script: PathBuf,
    /// Names and reasons.
    pub(super) missing: Vec<String>,
}

const MODULES: [&str; 3] = ["numpy", "pydicom", "webvtt-py"];

/// Looks for the peers, after installing them if so wanted.
pub(super) fn find(install: bool) -> Result<Peers> {
    let folder = project::target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let script = folder.join("peers.py");
    std::fs::write(&script, SCRIPT)?;
    let mut missing = Vec::new();
    let venv = folder.join("venv");
    if install {
        if let Err(error) = setup::ensure(&[Need::Bench]) {
            eprintln!("{error:#}");
        }
        if let Err(error) = python(&venv) {
            eprintln!("{error:#}");
        }
    }
    let python = venv.join("bin/python");
    let line = ["-c", "import numpy, pydicom, webvtt"];
    let found = output(std::process::Command::new(&python).args(line)).is_ok();
    if !found {
        missing.push("pydicom and webvtt-py (cargo xtask bench --install)".into());
    }
    for program in ["dcmdump", "exiftool", "ffmpeg", "xxhsum", "ent"] {
        if which(program).is_none() {
            missing.push(format!("{program} (cargo xtask setup --bench)"));
        }
    }
    Ok(Peers { python: found.then_some(python), script, missing })
}

/// A virtual environment of our own, so that nobody's Python is touched.
fn python(venv: &std::path::Path) -> Result<()> {
    if !venv.join("bin/pip").exists() {
        step(std::process::Command::new("python3").args(["-m", "venv"]).arg(venv))?;
    }
    let mut pip = std::process::Command::new(venv.join("bin/pip"));
    step(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(MODULES))
}
