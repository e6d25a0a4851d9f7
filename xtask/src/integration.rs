//! `integration`: everything around the workspace: its consumers, its packages, other people's files.
use anyhow::{Context as _, Result, bail};

use crate::project::{self, cargo, step};
use crate::setup::{self, Need};

mod consumers;
pub(crate) mod corpus;
mod kills;
mod linked;
mod newest;
mod processes;
mod scan;
mod walls;

/// Builds what uses Narrows from outside, packages each crate, and reads the corpus.
///
/// Needs: `setup --integration` (done first: dcmdump, h5dump, ncdump; h5py, netCDF4 and astropy
/// in a virtual environment in the target folder); the corpus is a folder named by
/// NARROWS_CORPUS, or `corpus` beside the project or in a folder beside it; without it that
/// part is skipped and said to be. Does: builds and runs the consumers in tests/consumers and looks
/// at what they pull in, runs cargo package for each crate, kills scans at random moments and
/// compares their catalogues with that of an undisturbed one, scans very many small files and looks at
/// its memory, then compares every corpus file with its oracle and with those tools, and reads large files of every format behind a limit that
/// the kernel keeps (7 GB of disk). Takes: about half an hour. `--only newest` builds HDF5 2.x from its
/// source (with a CMake from 3.26 on, which is installed into the project's own Python where there is
/// none) and tests what reads with it; it is done only when it is named.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// Do only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,

    /// How many processes of scans are killed.
    #[arg(long, value_name = "NUMBER", default_value_t = kills::KILLS)]
    kills: u32,

    /// How many small files are scanned.
    #[arg(long, value_name = "NUMBER", default_value_t = scan::FILES)]
    files: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The programs in tests/consumers.
    Consumers,
    /// What the command loads when it starts.
    Linked,
    /// `cargo package` for each crate that is published.
    Package,
    /// Scans that are killed at random moments and go on.
    Kills,
    /// Scans of many small files, and of files that several processes read: their memory and rate.
    Scan,
    /// The corpus, its oracles and other people's tools.
    Corpus,
    /// Large files of every format, behind a limit on memory that the kernel keeps.
    Walls,
    /// The readers of HDF5 and netCDF-4 over HDF5 2.x, built from its source.
    Newest,
}

/// Runs the verb.
///
/// # Errors
/// When any part fails; the parts after it still run.
pub fn run(args: &Args) -> Result<()> {
    let wanted = |part| args.only.is_empty() || args.only.contains(&part);
    let mut bad = Vec::new();
    let mut note = |name: &str, outcome: Result<()>| {
        if let Err(error) = outcome {
            eprintln!("{name}: {error:#}");
            bad.push(name.to_owned());
        }
    };
    setup::ensure(&[Need::Build])?;
    if wanted(Part::Consumers) {
        note("consumers", consumers::run());
    }
    if wanted(Part::Linked) {
        note("linked", linked::run());
    }
    if wanted(Part::Package) {
        note("package", package());
    }
    if wanted(Part::Kills) {
        note("kills", kills::run(args.kills));
    }
    if wanted(Part::Scan) {
        note("scan", scan::run(args.files));
    }
    if wanted(Part::Corpus) {
        note("corpus", corpus::run());
    }
    if wanted(Part::Walls) {
        note("walls", walls::run());
    }
    if args.only.contains(&Part::Newest) {
        note("newest", newest::run());
    }
    if bad.is_empty() { Ok(()) } else { bail!("not good: {}", bad.join(", ")) }
}

/// Packages each published crate and builds it from its package, as a registry's user would get it.
fn package() -> Result<()> {
    let folder = project::target().join("package-check");
    let mut command = cargo(["package", "--quiet", "--workspace", "--locked", "--allow-dirty"]);
    command.args(["--exclude", "xtask", "--exclude", "narrows-tests", "--target-dir"]);
    step(command.arg(&folder)).context("a crate does not build from its own package")
}
