//! Where things are, and how a step is run: shown first, then done, and its failure named.
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The workspace's folder.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder where cargo puts what it builds, as this run of cargo sees it.
#[must_use]
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// A cargo command in the workspace's folder, of the pinned toolchain.
#[must_use]
pub fn cargo<I, S>(arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// Runs a command after showing it on standard error.
///
/// # Errors
/// When it cannot be started or ends with anything but success.
pub fn step(command: &mut Command) -> Result<()> {
    let shown = show(command);
    eprintln!("$ {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// What a command prints on standard output.
///
/// # Errors
/// When it cannot be started, fails, or prints something that is not UTF-8.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let out =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{shown}`"))?;
    if !out.status.success() {
        bail!("`{shown}` failed: {}", String::from_utf8_lossy(&out.stderr).trim());
    }
    String::from_utf8(out.stdout).with_context(|| format!("`{shown}` prints no UTF-8"))
}

/// Builds the `narrows` command in release with every format and gives its path; or takes the one that `NARROWS_RELEASE` names.
///
/// # Errors
/// When it does not build.
pub fn narrows() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("NARROWS_RELEASE") {
        return Ok(named.into());
    }
    let mut build = cargo(["build", "--quiet", "--release", "--locked", "--package", "narrows"]);
    step(build.args(["--features", "full"]))?;
    Ok(target().join("release").join("narrows"))
}

/// The command's path, when it is on `PATH`.
#[must_use]
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// The command's line as a person would type it.
#[must_use]
pub fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = if program.is_absolute() { program.file_name() } else { None };
    let mut line = name.unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        let word = argument.to_string_lossy();
        line.push(' ');
        if word.is_empty() || word.contains([' ', '(', '"', '*', '$']) {
            line.push_str(&format!("'{word}'"));
        } else {
            line.push_str(&word);
        }
    }
    line
}
