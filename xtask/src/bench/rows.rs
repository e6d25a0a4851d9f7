//! The rows: each a piece of work, those who do it, and what the answer must contain.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::inputs::Inputs;
use super::peers::Peers;
use super::race::{Entrant, Side};
use crate::project::{self, which};

mod audio;
mod binary;
mod dicom;
mod fits;
mod hdf5;
mod netcdf;
mod pool;
mod video;
mod vtt;

/// One piece of work.
pub(super) struct Row {
    pub(super) title: String,
    /// What each of ours must print.
    pub(super) expect: Option<String>,
    pub(super) entrants: Vec<Entrant>,
}

/// Programs over the library, in `tests/examples`; without arguments they do nothing.
pub(super) const PROGRAMS: [&str; 8] = [
    "frames",
    "tags",
    "digests",
    "array_sum",
    "time_mean",
    "fits_image",
    "fits_columns",
    "fits_list",
];

/// Where a program over the library is built.
pub(super) fn program(name: &str) -> PathBuf {
    project::target().join("release/examples").join(name)
}

/// Gathers the entrants of one row.
struct Builder<'a> {
    row: Row,
    peers: &'a Peers,
    own: PathBuf,
}

impl Builder<'_> {
    pub(super) fn add(&mut self, side: Side, name: &str, command: Command) {
        self.row.entrants.push(Entrant { name: name.into(), side, command, sink: None });
    }

    pub(super) fn ours(&mut self, name: &str, program: &Path, arguments: &[OsString], out: Stdio) {
        let mut command = Command::new(program);
        command.args(arguments).stdout(out);
        self.add(Side::Ours, name, command);
    }

    /// A peer on `PATH`, or nothing where it is not installed.
    pub(super) fn peer(&mut self, name: &str, program: &str, arguments: &[OsString]) {
        if which(program).is_some() {
            let mut command = Command::new(program);
            command.args(arguments).stdout(Stdio::null());
            self.add(Side::Peer, name, command);
        }
    }

    /// A peer in C over an installed library, compiled on the spot.
    pub(super) fn c(&mut self, name: &str, program: Option<PathBuf>, arguments: &[OsString]) {
        if let Some(program) = program {
            let mut command = Command::new(program);
            command.args(arguments).stdout(Stdio::piped());
            self.add(Side::Peer, name, command);
        }
    }

    /// A peer in Rust, from tests/peers.
    pub(super) fn rust(&mut self, name: &str, arguments: &[OsString]) {
        self.c(name, self.peers.rust.clone(), arguments);
    }

    pub(super) fn python(&mut self, name: &str, arguments: &[OsString]) {
        let work = arguments.first().map(|work| work.to_string_lossy()).unwrap_or_default();
        if let Some(python) = self.peers.python(&work) {
            let mut command = Command::new(python);
            command.arg(&self.peers.script).args(arguments).stdout(Stdio::piped());
            self.add(Side::Peer, name, command);
        }
    }

    pub(super) fn floor(&mut self, name: &str, kind: &str, path: &Path) {
        let mut command = Command::new(&self.own);
        command.args(["floor", kind]).arg(path).stdout(Stdio::null());
        self.add(Side::Floor, name, command);
    }

    /// A floor that needs a decoder, from `tests/examples`.
    pub(super) fn decoding_floor(&mut self, name: &str, example: &str, arguments: &[OsString]) {
        let mut command = Command::new(program(example));
        command.args(arguments).stdout(Stdio::null());
        self.add(Side::Floor, name, command);
    }
}

/// Words and paths as arguments.
macro_rules! words {
    ($($word:expr),* $(,)?) => { &[$(OsString::from($word)),*] };
}
use words;

/// What every format's rows are made of.
struct Bench<'a> {
    narrows: &'a Path,
    inputs: &'a Inputs,
    peers: &'a Peers,
    own: PathBuf,
    /// Only rows whose title contains this.
    only: Option<&'a str>,
}

impl Bench<'_> {
    /// Whether any of these rows is wanted, so that its inputs have to be made.
    fn wants(&self, titles: &[&str]) -> bool {
        self.only.is_none_or(|word| titles.iter().any(|title| title.contains(word)))
    }

    /// A row without entrants. Each of ours must print `expect`.
    fn row(&self, title: &str, expect: Option<String>) -> Builder<'_> {
        Builder {
            row: Row { title: title.into(), expect, entrants: Vec::new() },
            peers: self.peers,
            own: self.own.clone(),
        }
    }
}

/// Every row, in the order of the table.
pub(super) fn all(
    narrows: &Path,
    inputs: &Inputs,
    peers: &Peers,
    only: Option<&str>,
) -> Result<Vec<Row>> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let bench = Bench { narrows, inputs, peers, own, only };
    let mut rows = Vec::new();
    dicom::rows(&bench, &mut rows);
    vtt::rows(&bench, &mut rows);
    binary::rows(&bench, &mut rows);
    fits::rows(&bench, &mut rows)?;
    hdf5::rows(&bench, &mut rows)?;
    netcdf::rows(&bench, &mut rows)?;
    audio::rows(&bench, &mut rows)?;
    video::rows(&bench, &mut rows)?;
    pool::rows(&bench, &mut rows);
    Ok(rows)
}
