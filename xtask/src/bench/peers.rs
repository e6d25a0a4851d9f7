//! Other people's tools: found where they are installed, named where they are not.
use std::path::PathBuf;

use anyhow::Result;

use crate::project::{self, cargo, step, which};
use crate::python;
use crate::setup::{self, Need};

pub(super) mod c;

/// The natural scripts of the Python peers.
pub(super) const SCRIPT: &str = include_str!("peers.py");

const PROGRAMS: [&str; 11] = [
    "dcmdump", "exiftool", "ffmpeg", "ffprobe", "flac", "xxhsum", "ent", "h5dump", "h5ls",
    "ncdump", "ncra",
];

/// What is there, and what is not.
pub(super) struct Peers {
    /// The Python that has the peers' modules, most of them at least.
    python: Option<PathBuf>,
    /// Those that it lacks.
    lacks: Vec<&'static str>,
    /// The program in tests/peers, where it was built.
    pub(super) rust: Option<PathBuf>,
    /// The script with the Python peers' work.
    pub(super) script: PathBuf,
    /// Names and reasons.
    pub(super) missing: Vec<String>,
}

/// Looks for the peers, after installing them if so wanted.
pub(super) fn find(install: bool) -> Result<Peers> {
    let folder = project::target().join("bench");
    std::fs::create_dir_all(&folder)?;
    let script = folder.join("peers.py");
    std::fs::write(&script, SCRIPT)?;
    let mut missing = Vec::new();
    let wanted = [&python::ORACLES[..], &python::PEERS[..]].concat();
    if install {
        for outcome in [setup::ensure(&[Need::Bench]), python::install(&wanted)] {
            if let Err(error) = outcome {
                eprintln!("{error:#}");
            }
        }
    }
    let modules: Vec<&str> = wanted.iter().map(|(module, _)| *module).collect();
    let python = python::find(&modules).or_else(|| python::find(&["numpy"]));
    let lacks = python.as_ref().map_or(modules.clone(), |found| python::lacks(found, &modules));
    if !lacks.is_empty() {
        missing.push(format!("{} (cargo xtask bench --install)", lacks.join(", ")));
    }
    if install && let Err(error) = build_rust() {
        eprintln!("{error:#}");
    }
    let rust = Some(rust_target().join("release/peers")).filter(|program| program.is_file());
    if rust.is_none() {
        missing.push("the readers in tests/peers (cargo xtask bench --install)".into());
    }
    for program in PROGRAMS {
        if which(program).is_none() {
            missing.push(format!("{program} (cargo xtask setup --bench)"));
        }
    }
    Ok(Peers { python, lacks, rust, script, missing })
}

fn rust_target() -> PathBuf {
    project::target().join("peers")
}

/// The peers in Rust are a workspace of their own: nobody else compiles them.
fn build_rust() -> Result<()> {
    let mut build = cargo(["build", "--quiet", "--release", "--manifest-path"]);
    step(build.arg("tests/peers/Cargo.toml").arg("--target-dir").arg(rust_target()))
}

impl Peers {
    /// The Python that makes inputs with a module.
    pub(super) fn maker(&self, module: &str) -> Option<&PathBuf> {
        self.python(module)
    }

    /// The Python for a piece of work, whose name begins with the module that does it.
    pub(super) fn python(&self, work: &str) -> Option<&PathBuf> {
        let module = work.split('-').next().unwrap_or_default();
        self.python.as_ref().filter(|_| !self.lacks.contains(&module))
    }
}
