//! The words of `narrows scan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use stream_scan::{Analysis, Depth, Digest, Shard};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Scan {
    #[command(subcommand)]
    pub(crate) stage: Option<Stage>,
    #[command(flatten)]
    pub(crate) trees: Option<Trees>,
    /// Tells the kernel of each file that it is not needed again, so that the scan does not push out what others have cached
    #[arg(long, global = true)]
    pub(crate) forget: bool,
    /// The key of hashes that a redaction policy asks for, which is written nowhere
    #[arg(
        long,
        global = true,
        value_name = "KEY",
        env = "NARROWS_REDACT_KEY",
        hide_env_values = true
    )]
    pub(crate) redact_key: Option<String>,
}

impl Scan {
    /// How long files that are being read may take after a first Ctrl-C: long enough for nearly every file, short enough to wait.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let reads = matches!(self.stage, None | Some(Stage::Plan(_) | Stage::Run { .. }));
        reads.then_some(PATIENCE)
    }
}

const PATIENCE: Duration = Duration::from_secs(5);

/// What is scanned, and how deep.
#[derive(Args)]
pub(crate) struct Trees {
    /// Files and folders; - reads paths from standard input, one a line
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The catalogue's folder, which is made; a scan that was stopped goes on there
    #[arg(short, long, value_name = "DIR", required = true)]
    pub(crate) output: PathBuf,
    /// How much of each file: summary (a row a file), structure (its entries too), full (analyses of their data too)
    /// [default: structure, or full where --with is given]
    #[arg(long, value_name = "DEPTH")]
    pub(crate) depth: Option<Depth>,
    /// What full depth computes, between commas: stats (of numbers; the default), rms, loudness (of sound)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) with: Vec<Analysis>,
    /// Where the catalogue is there already, walks again: reads files whose size or time changed, adds new ones, drops those that
    /// are gone
    #[arg(long)]
    pub(crate) changed: bool,
    /// Gives each file a digest, by which duplicates are found: xxh3, blake3
    #[arg(long, value_name = "NAME")]
    pub(crate) digest: Option<Digest>,
    /// Writes only values that a policy lets through: basic (DICOM's basic profile), or a TOML file
    #[arg(long, value_name = "POLICY")]
    pub(crate) redact: Option<PathBuf>,
    /// Takes only files that match (repeatable); a glob without / is for names
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Leaves out files and folders that match (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub(crate) without: Vec<String>,
    /// Takes only files of this size at least: 1KiB
    #[arg(long, value_name = "SIZE")]
    pub(crate) min_size: Option<String>,
    /// Takes only files of this size at most
    #[arg(long, value_name = "SIZE")]
    pub(crate) max_size: Option<String>,
    /// Follows symbolic links
    #[arg(long)]
    pub(crate) follow: bool,
}

/// The three steps of a scan, for several machines that share a folder.
#[derive(Subcommand)]
pub(crate) enum Stage {
    /// Lists the work
    Plan(Trees),
    /// Does a share of it; run again, goes on where it was
    Run {
        /// The catalogue's folder
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
        /// Which share: 1/4 is the first of four
        #[arg(long, value_name = "k/N", default_value_t = Shard::WHOLE)]
        shard: Shard,
    },
    /// Checks that each input has exactly one row
    Commit {
        /// The catalogue's folder
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    },
    /// Lists the files that are there more than once, of a catalogue with digests
    Duplicates {
        /// The catalogue's folder
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    },
    /// Prints a catalogue in canonical order as JSON lines, without what differs from run to run
    Canonical {
        /// The catalogue's folder
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    },
}
