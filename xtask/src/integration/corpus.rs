//! The suites over files that nobody here wrote.
use std::path::PathBuf;

use anyhow::Result;

use crate::project::{self, cargo, step};
use crate::setup::{self, Need};

pub(super) fn run() -> Result<()> {
    let Some(corpus) = find() else {
        eprintln!("skipped: no corpus (set NARROWS_CORPUS, or put `corpus` beside the project)");
        return Ok(());
    };
    setup::ensure(&[Need::Integration])?;
    let narrows = project::narrows()?;
    let arguments = ["test", "--locked", "--package", "narrows-tests", "--features", "corpus"];
    let mut command = cargo(arguments);
    command.args(["--no-fail-fast", "--", "--nocapture", "--test-threads", "1"]);
    step(command.env("NARROWS_CORPUS", corpus).env("NARROWS_BIN", narrows))
}

/// The corpus, where it is named or where it is usually put.
pub(crate) fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("NARROWS_CORPUS") {
        return Some(named.into());
    }
    let root = project::root();
    let beside = root.parent()?;
    let usual = [beside.join("shared/corpus"), beside.join("corpus"), root.join("corpus")];
    usual.into_iter().find(|folder| folder.join("MANIFEST.tsv").is_file())
}
