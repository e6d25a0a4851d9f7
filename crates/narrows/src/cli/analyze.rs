//! The words of `narrows analyze`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Subcommand)]
pub(crate) enum Analyze {
    /// Writes root mean square and peak of each frame of a sound, as the frames are read
    Rms(Rms),
    /// Measures the loudness of a sound: EBU R 128, ITU-R BS.1770-4
    Loudness(Loudness),
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

#[derive(Args)]
pub(crate) struct Loudness {
    #[command(flatten)]
    pub(crate) sounds: Sounds,
    /// Writes what is measured so far each time that this much has been heard, as JSON lines (at least 0.1)
    #[arg(long, value_name = "SECONDS", value_parser = steps)]
    pub(crate) every: Option<u64>,
}

/// Seconds as steps of 100 ms.
fn steps(text: &str) -> Result<u64, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number of seconds".to_owned())?;
    if !(0.1..=86_400.0).contains(&seconds) {
        return Err("expected 0.1 to 86400 seconds".to_owned());
    }
    Ok((seconds * 10.0).round() as u64)
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
