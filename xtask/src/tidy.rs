//! `tidy`: rules of the source tree that no compiler checks. The tests package runs it too.
use anyhow::{Result, bail};

mod crates;
mod files;
pub mod metadata;

/// Checks the rules of the source tree that no compiler checks.
///
/// Needs: nothing. Does: looks at file sizes and names, words that promise later work, paths
/// of one machine, every crate's manifest, and the direction of dependencies between crates.
/// Takes: less than a second.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {}

/// Runs the verb.
///
/// # Errors
/// When a rule is broken; all that are were printed before.
pub fn run(_args: &Args) -> Result<()> {
    let broken = violations()?;
    for line in &broken {
        eprintln!("tidy: {line}");
    }
    if broken.is_empty() { Ok(()) } else { bail!("{} rules broken", broken.len()) }
}

/// Every broken rule, one line each.
///
/// # Errors
/// When the tree or cargo's metadata cannot be read.
pub fn violations() -> Result<Vec<String>> {
    let mut broken = files::violations()?;
    broken.extend(crates::violations(&metadata::read()?)?);
    Ok(broken)
}
