//! The suites over files that nobody here wrote.
use std::path::PathBuf;

use anyhow::Result;

use crate::project::{self, cargo, step};
use crate::python;
use crate::setup::{self, Need};

pub(super) fn run() -> Result<()> {
    let Some(corpus) = find() else {
        eprintln!("skipped: no corpus (set NARROWS_CORPUS, or put `corpus` beside the project)");
        return Ok(());
    };
    setup::ensure(&[Need::Integration])?;
    if let Err(why) = python::install(&python::ORACLES) {
        eprintln!("{why:#}; what needs those modules is skipped");
    }
    let narrows = project::narrows()?;
    let arguments = ["test", "--locked", "--package", "narrows-tests", "--features", "corpus"];
    let mut command = cargo(arguments);
    command.args(["--no-fail-fast", "--", "--nocapture", "--test-threads", "1"]);
    step(command.env("NARROWS_CORPUS", corpus).env("NARROWS_BIN", narrows))
}

/// The corpus: where `NARROWS_CORPUS` says, or a folder `corpus` with a manifest beside the project or
/// in a folder beside it.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("NARROWS_CORPUS") {
        return Some(named.into());
    }
    let root = project::root();
    let beside = root.parent()?;
    let neighbours = std::fs::read_dir(beside).ok()?.filter_map(Result::ok);
    let mut places: Vec<PathBuf> = neighbours.map(|entry| entry.path()).collect();
    places.sort();
    places.insert(0, beside.to_path_buf());
    let corpora = places.into_iter().map(|place| place.join("corpus"));
    corpora.into_iter().find(|corpus| corpus.join("MANIFEST.tsv").is_file())
}
