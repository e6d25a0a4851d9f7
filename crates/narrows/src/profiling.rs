//! `--profile`: memory and time by span and format.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
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
        // in one piece: standard error is not buffered, and takes each number by itself
        let text = table.to_string();
        eprint!("{text}");
    }
    if file.as_os_str() != OsStr::new(TABLE_ONLY) {
        let json = format!("{}\n", table.json());
        write(file, json.as_bytes()).with_context(|| format!("profile {}", file.display()))?;
    }
    Ok(())
}

/// Writes over what is there and cuts the rest: a file that is emptied first is written to the disk at once by some file
/// systems, which takes longer than the rest of a short run's profile.
fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut out = File::options().write(true).create(true).truncate(false).open(file)?;
    out.write_all(content)?;
    // a pipe has no length
    if out.metadata()?.is_file() { out.set_len(content.len() as u64) } else { Ok(()) }
}

/// Whether only errors are said.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    Yes,
    No,
}
