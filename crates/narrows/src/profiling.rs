//! `--profile`: memory and time by span and format.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Context as _;
use stream_memory::profile;

/// What `--profile` without a file stands for: only the table.
pub(crate) const TABLE_ONLY: &str = "-";

/// The setting that makes workers profile too.
pub(crate) const SETTING: (&str, &str) = ("profile", "on");

/// Profiles from now on.
pub(crate) fn begin() {
    profile::start();
}

/// Prints the table on standard error unless `quiet`, and writes it as JSON to `file`.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn end(file: &Path, quiet: Quiet) -> anyhow::Result<()> {
    profile::stop();
    let table = profile::table();
    if quiet == Quiet::No {
        eprint!("{table}");
    }
    if file.as_os_str() != OsStr::new(TABLE_ONLY) {
        let json = format!("{}\n", table.json());
        std::fs::write(file, json).with_context(|| format!("profile {}", file.display()))?;
    }
    Ok(())
}

/// Whether only errors are said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    Yes,
    No,
}
