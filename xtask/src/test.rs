//! `test`: every test that needs nothing but this checkout.
use anyhow::Result;

use crate::project::{self, cargo, step};
use crate::setup::{self, Need};

/// Runs every test of the workspace.
///
/// Needs: nothing beside this checkout; `setup` is done first.
/// Does: cargo test for all crates, every format compiled in, with their examples in the
/// documentation, and before them the models of concurrent code that try every order of
/// events. Takes: about ten minutes to build from nothing on two cores, then a few.
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
    // one build of each crate: the suites drive the command that this builds with every format
    let narrows = project::target().join("debug/narrows");
    let mut tests = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    step(tests.args(["--features", "narrows/full"]).env("NARROWS_BIN", narrows))
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
