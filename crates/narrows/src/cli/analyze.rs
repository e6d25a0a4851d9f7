//! The words of `narrows analyze`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand)]
pub(crate) enum Analyze {
    /// Writes root mean square and peak of each frame of a sound, as the frames are read
    Rms(Rms),
}

/// Where the sound is.
#[derive(Args)]
pub(crate) struct Sounds {
    /// Files; - is standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The entry, as `ls` prints it (default: the first that holds a sound: frames by channels of f32 or f64)
    #[arg(long, value_name = "PATH")]
    pub(crate) entry: Option<String>,
}

#[derive(Args)]
pub(crate) struct Rms {
    #[command(flatten)]
    pub(crate) sounds: Sounds,
    /// Samples in a frame
    #[arg(long, value_name = "N", default_value_t = 2048)]
    pub(crate) frame: u64,
    /// Samples from the start of one frame to that of the next
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) hop: u64,
    /// Starts frame i at sample i * hop (default: its middle is there, and zeros stand around the sound)
    #[arg(long)]
    pub(crate) no_center: bool,
    /// Without centring: one more frame of the samples that are left behind the last whole one
    #[arg(long, requires = "no_center")]
    pub(crate) partial: bool,
    /// Writes as this
    #[arg(long, value_name = "AS", default_value = "jsonl")]
    pub(crate) to: Rows,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rows {
    /// One JSON object a line
    Jsonl,
    /// One line a row, below a line of names
    Csv,
    /// numpy's file format: an array of rows with named members
    Npy,
}
