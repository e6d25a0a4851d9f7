//! Runs the `narrows` command as its users do, and sees how it ended.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use xtask::child::{End, Measured, measure};
use xtask::project;

/// A command that has not ended by then hangs.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// The command: `NARROWS_BIN` where it is set, else built here once.
///
/// # Errors
/// When the command does not build.
pub fn narrows() -> Result<&'static Path> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = BUILT.get_or_init(|| match std::env::var_os("NARROWS_BIN") {
        Some(path) => Ok(path.into()),
        None => {
            let mut cargo = project::cargo(["build", "--quiet", "--package", "narrows"]);
            cargo.args(["--features", "full"]);
            project::step(&mut cargo).map_err(|error| format!("{error:#}"))?;
            Ok(project::target().join("debug/narrows"))
        }
    });
    built.as_deref().map_err(|why| anyhow::anyhow!("{why}"))
}

/// What the measuring process may grow by between looking at itself and starting the child.
const SLACK: u64 = 1 << 20;

/// Runs the command on one file and keeps what it says.
///
/// # Errors
/// When it cannot be started.
pub fn run(arguments: &[&str], file: &Path) -> Result<Measured> {
    let mut command = Command::new(narrows()?);
    command.args(arguments).arg(file).env("NO_COLOR", "1").stdin(Stdio::null());
    measure(command.stdout(Stdio::piped()).stderr(Stdio::piped()), Some(DEADLINE))
}

/// What must hold for any input: a code of its own, in time, and no more memory than allowed.
///
/// # Errors
/// When a signal ended it, it hung, it panicked, or it took more than `ceiling` bytes.
pub fn sane(seen: &Measured, ceiling: u64) -> Result<i32> {
    let said = seen.stderr.text();
    let End::Code(code) = seen.end else { bail!("ended with {:?}: {}", seen.end, said) };
    if said.contains("panicked at") || !matches!(code, 0 | 1) {
        bail!("left with code {code}: {}", said);
    }
    // `check` tells its findings as its result, on standard output
    if code != 0 && said.is_empty() && seen.stdout.bytes == 0 {
        bail!("left with code {code} and did not say why");
    }
    // below the floor the kernel cannot tell the child's memory from ours
    if seen.peak > ceiling.max(seen.floor + SLACK) {
        bail!("took {} bytes of memory, {ceiling} are allowed", seen.peak);
    }
    Ok(code)
}

/// The entries that `ls --json` lists, without a line about an error.
///
/// # Errors
/// When a line is not a JSON object.
pub fn entries(seen: &Measured) -> Result<Vec<Value>> {
    let text = std::str::from_utf8(&seen.stdout.kept).context("the listing is not UTF-8")?;
    let mut found = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        if value.get("error").is_none() {
            found.push(value);
        }
    }
    Ok(found)
}
