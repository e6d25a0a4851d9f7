//! `setup`: the system packages, each with its reason.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::project::{step, which};

mod packages;

pub use packages::Need;
use packages::{PACKAGES, Package, Probe};

/// Installs the system packages that building needs, and says why each.
///
/// Needs: Debian or Ubuntu with root or sudo (elsewhere it only tells what is missing).
/// Does: asks for each package's program first, then runs apt-get for those that are missing;
/// quiet when there is nothing to do. Takes: nothing, or up to a minute.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Also what `integration` compares with.
    #[arg(long)]
    integration: bool,
    /// Also the peers that `bench` measures.
    #[arg(long)]
    bench: bool,
    /// Only list the packages and their reasons.
    #[arg(long)]
    list: bool,
}

/// Runs the verb.
///
/// # Errors
/// When something is missing and cannot be installed; the message has the command to run.
pub fn run(args: &Args) -> Result<()> {
    let mut needs = vec![Need::Build];
    needs.extend(args.integration.then_some(Need::Integration));
    needs.extend(args.bench.then_some(Need::Bench));
    if args.list {
        for package in PACKAGES {
            let state = if present(package) { "present" } else { "missing" };
            let needs: Vec<&str> = package.needs.iter().map(|need| need.name()).collect();
            println!("{:24} {state}  {}: {}", package.name, needs.join(", "), package.reason);
        }
        return Ok(());
    }
    ensure(&needs)
}

/// Installs what is missing of what these needs name.
///
/// # Errors
/// When something is missing and cannot be installed; the message has the command to run.
pub fn ensure(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Package> = PACKAGES
        .iter()
        .filter(|package| {
            package.needs.iter().any(|need| needs.contains(need)) && !present(package)
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    for package in &missing {
        eprintln!("missing: {} ({})", package.name, package.reason);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let line = format!("apt-get install --yes --no-install-recommends {}", names.join(" "));
    if which("apt-get").is_none() {
        bail!(
            "this system has no apt-get; install what Debian calls: {}, then run this again",
            names.join(" ")
        );
    }
    let Some(mut prefix) = privilege() else {
        bail!("this needs root; run: sudo {line}");
    };
    prefix.push("apt-get");
    let refreshed = step(&mut apt(&prefix, &["update", "--quiet=2"]));
    if let Err(error) = refreshed {
        eprintln!("{error:#}; going on with the lists that are there");
    }
    let mut install = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
    install.extend(&names);
    if let Err(error) = step(&mut apt(&prefix, &install)) {
        bail!("{error:#}; run: sudo {line}");
    }
    if let Some(still) = missing.iter().find(|package| !present(package)) {
        bail!("{} is installed and {:?} still is not there", still.name, still.probe);
    }
    Ok(())
}

/// What apt-get must be run through to be allowed to install: nothing for root, else sudo.
fn privilege() -> Option<Vec<&'static str>> {
    // SAFETY: geteuid takes nothing, changes nothing and cannot fail.
    if unsafe { libc::geteuid() } == 0 {
        return Some(Vec::new());
    }
    which("sudo")?;
    // without a terminal nobody can type a password: sudo must say no instead of waiting
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stdin());
    Some(if terminal { vec!["sudo"] } else { vec!["sudo", "--non-interactive"] })
}

fn apt(prefix: &[&str], arguments: &[&str]) -> Command {
    let mut words = prefix.iter().chain(arguments);
    let mut command = Command::new(words.next().unwrap_or(&"apt-get"));
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        command.stdin(Stdio::null());
    }
    command
}

fn present(package: &Package) -> bool {
    match package.probe {
        Probe::Program(name) => which(name).is_some(),
        Probe::File(path) => Path::new(path).exists(),
        Probe::PkgConfig(name) => {
            let asked = Command::new("pkg-config").args(["--exists", name]).status();
            asked.is_ok_and(|status| status.success())
        }
        Probe::Llvm(name) => {
            let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
            let mut llvm =
                folders.filter(|f| f.file_name().as_encoded_bytes().starts_with(b"llvm-"));
            llvm.any(|folder| folder.path().join("lib").join(name).exists())
                || std::env::var_os("LIBCLANG_PATH").is_some()
        }
        Probe::Module(name) => {
            let line = format!("import {name}");
            let asked = Command::new("python3").args(["-c", &line]).stderr(Stdio::null()).status();
            asked.is_ok_and(|status| status.success())
        }
    }
}
