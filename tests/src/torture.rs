//! Inputs that break off, and what must hold whatever the input is.
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::command::{run, sane};

/// The budget that the suites give.
pub const BUDGET: &str = "16MiB";

/// What a process may peak at under [`BUDGET`]: that, what the executable needs idle, and 16 MiB.
pub const CEILING: u64 = (16 + 16 + 16) << 20;

/// How many places a file is cut at.
const CUTS: u64 = 12;

/// Runs `ls` and `check` on a file and gives the code of `check`.
///
/// # Errors
/// When one of them panicked, hung, was killed, said nothing about a failure, or took too much.
pub fn survives(file: &Path, format: Option<&str>) -> Result<i32> {
    let mut code = 0;
    for verb in [&["ls", "--json"][..], &["check"][..]] {
        let mut arguments = [verb, &["--memory", BUDGET]].concat();
        arguments.extend(format.iter().flat_map(|name| ["--format", *name]));
        let seen = run(&arguments, file)?;
        code = sane(&seen, CEILING).with_context(|| arguments.join(" "))?;
    }
    Ok(code)
}

/// That all entries of a file are listed.
///
/// # Errors
/// When `ls` leaves with another code than 0, or as [`survives`].
pub fn lists(file: &Path) -> Result<()> {
    fine(&["ls", "--json", "--memory", BUDGET], file)
}

/// That nothing is wrong with a file.
///
/// # Errors
/// When `check` leaves with another code than 0, or as [`survives`].
pub fn sound(file: &Path) -> Result<()> {
    fine(&["check", "--memory", BUDGET], file)
}

fn fine(arguments: &[&str], file: &Path) -> Result<()> {
    let seen = run(arguments, file)?;
    let code = sane(&seen, CEILING)?;
    let said = [seen.stderr.text(), seen.stdout.text()].concat();
    let first = said.lines().find(|line| line.contains("error")).unwrap_or_default();
    ensure!(code == 0, "leaves with {code}: {first}");
    Ok(())
}

/// Cuts a file at places all over it, and near its start where headers are, and runs each piece.
///
/// # Errors
/// As [`survives`], with the place.
pub fn survives_cuts(file: &Path, format: &str, scratch: &Path) -> Result<()> {
    let whole = std::fs::read(file)?;
    let size = whole.len() as u64;
    let spread = (0..CUTS).map(|step| size * step / CUTS);
    let near = [1, 3, 7, 131, 133, 145, 300, size.saturating_sub(1), size.saturating_sub(3)];
    let mut cuts: Vec<u64> = spread.chain(near).filter(|cut| *cut < size).collect();
    cuts.sort_unstable();
    cuts.dedup();
    for cut in cuts {
        let piece: PathBuf = scratch.join(format!("cut-{format}"));
        std::fs::write(&piece, &whole[..usize::try_from(cut)?])?;
        survives(&piece, Some(format)).with_context(|| format!("cut at {cut} of {size}"))?;
    }
    Ok(())
}

/// A folder to write pieces into.
///
/// # Errors
/// When it cannot be made.
pub fn scratch(name: &str) -> Result<PathBuf> {
    let folder = xtask::project::target().join("torture").join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
