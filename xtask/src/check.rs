//! `check`: everything about the source that can be judged without running it.
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::project::{cargo, output, step};
use crate::setup::{self, Need};
use crate::tidy;

mod features;

/// Judges formatting, lints, documentation, features, dependencies and layout.
///
/// Needs: `setup`; for the dependencies' licences also cargo-deny (--install builds it).
/// Does: fmt, clippy with warnings denied, docs with warnings denied, each feature alone and
/// all together, cargo deny, tidy. Goes on after a failure and names all at the end.
/// Takes: about five minutes from nothing.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Install cargo-deny when it is missing (builds for several minutes).
    #[arg(long)]
    install: bool,
}

/// Runs the verb.
///
/// # Errors
/// When any of the judgements is bad; the message names all that are.
pub fn run(args: &Args) -> Result<()> {
    setup::ensure(&[Need::Build])?;
    let mut bad = Vec::new();
    let mut judge = |name: &str, outcome: Result<()>| {
        if let Err(error) = outcome {
            eprintln!("{name}: {error:#}");
            bad.push(name.to_owned());
        }
    };
    judge("fmt", step(&mut cargo(["fmt", "--all", "--check"])));
    let all = features::all()?;
    judge("clippy", clippy(&["--workspace", "--all-targets", "--features", &all]));
    let mut doc = cargo(["doc", "--quiet", "--workspace", "--no-deps", "--features", &all]);
    judge("doc", step(doc.args(["--locked"]).env("RUSTDOCFLAGS", "-D warnings")));
    for (name, arguments) in features::combinations()? {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        judge(&name, clippy(&words));
    }
    judge("deny", deny(args.install));
    judge("tidy", tidy::run(&tidy::Args {}));
    if bad.is_empty() { Ok(()) } else { bail!("not good: {}", bad.join(", ")) }
}

/// Clippy with warnings denied for what the arguments choose.
fn clippy(arguments: &[&str]) -> Result<()> {
    let mut command = cargo(["clippy", "--quiet", "--locked"]);
    step(command.args(arguments).args(["--", "--deny", "warnings"]))
}

/// Licences, sources and duplicates of what we depend on, by the rules of `deny.toml`.
fn deny(install: bool) -> Result<()> {
    if output(&mut cargo(["deny", "--version"])).is_err() {
        if !install {
            eprintln!("skipped: cargo-deny is not installed (`cargo xtask check --install`)");
            return Ok(());
        }
        step(&mut cargo(["install", "--locked", "--quiet", "cargo-deny"]))?;
    }
    // advisories come from the network; the rest does not
    let mut command: Command = cargo([
        "deny",
        "--all-features",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    step(command.stdin(Stdio::null()))
}
