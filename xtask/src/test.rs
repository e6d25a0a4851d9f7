//! `test`: every test that needs nothing but this checkout.
use anyhow::Result;

use crate::project::{self, cargo, step};
use crate::setup::{self, Need};

/// Runs every test of the workspace.
///
/// Needs: nothing beside this checkout; `setup` is done first.
/// Does: cargo test for all crates, with their examples in the documentation, then the
/// models of concurrent code that try every order of events. Takes: a few minutes to build,
/// then about one.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Leave out the models of concurrent code.
    #[arg(long)]
    no_models: bool,
}

/// Runs the verb.
///
/// # Errors
/// When a package is missing, or any test fails.
pub fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Need::Build])?;
    if !args.no_models {
        models()?;
    }
    step(&mut cargo(["test", "--workspace", "--locked", "--no-fail-fast"]))
}

/// The loom models. They compile the crate another way, so they have a target folder of their own.
fn models() -> Result<()> {
    let flags = format!("{} --cfg loom", std::env::var("RUSTFLAGS").unwrap_or_default());
    step(
        cargo(["test", "--quiet", "--locked", "--release", "--package", "stream-memory"])
            .args(["--test", "loom"])
            .env("RUSTFLAGS", flags.trim())
            .env("CARGO_TARGET_DIR", project::target().join("loom")),
    )
}
