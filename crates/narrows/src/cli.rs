//! The words of the command line.

mod analyze;
mod memory;
#[cfg(feature = "scan")]
mod scan;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use stream_analysis::Measures;
use stream_core::Region;

pub(crate) use analyze::{Analyze, Loudness, Rms, Rows, Sounds};
pub(crate) use memory::{Governed, Memory, StrategyName};
#[cfg(feature = "scan")]
pub(crate) use scan::{Scan, Stage, Trees};

use crate::profiling::TABLE_ONLY;

/// Reads scientific and media files of any size through a narrow, fixed amount of memory
#[derive(Parser)]
#[command(name = "narrows", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const EXIT_CODES: &str = "Exit codes: 0 all fine, 1 some input could not be read whole, 2 wrong usage, \
3 the memory budget is too small, 130 interrupted";

/// Flags that every verb knows. Each is also an environment variable and a key of the configuration file; a flag overrules
/// the environment, and that the file.
#[derive(Args, Default)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// Memory budget: 64MiB, 2GB, 25% (default: a quarter of what the container or system leaves, at least 64 MiB)
    #[arg(long, global = true, value_name = "SIZE", env = "NARROWS_MEMORY")]
    pub(crate) memory: Option<String>,
    /// Threads that decode at once (default: one a core)
    #[arg(long, global = true, value_name = "N", env = "NARROWS_THREADS")]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    /// Size of chunks: 1MiB (default: what the budget allows, 256 KiB to 10 MiB)
    #[arg(long, global = true, value_name = "SIZE", env = "NARROWS_CHUNK")]
    pub(crate) chunk: Option<String>,
    /// Reads as this format, whatever the content looks like
    #[arg(long, global = true, value_name = "NAME", env = "NARROWS_FORMAT")]
    pub(crate) format: Option<String>,
    /// Sets a format's setting (repeatable, or several with ;); `narrows formats -v` lists them
    #[arg(
        long = "set",
        global = true,
        value_name = "NAME=VALUE",
        env = "NARROWS_SET",
        value_delimiter = ','
    )]
    pub(crate) settings: Vec<String>,
    /// Reads files in a process of their own (auto: where the format's reader enters a C library)
    #[arg(long, global = true, value_name = "WHEN", env = "NARROWS_ISOLATE")]
    pub(crate) isolate: Option<When>,
    /// Seconds after which such a process is ended that neither answers nor gets on (default: 60)
    #[arg(long, global = true, value_name = "SECONDS", env = "NARROWS_DEADLINE")]
    pub(crate) deadline: Option<f64>,
    /// Opens files that a file refers to: directory (those beside it; the default), never
    #[arg(long, global = true, value_name = "WHICH", env = "NARROWS_RELATED")]
    pub(crate) related: Option<Related>,
    /// Prints JSON lines
    #[arg(long, global = true, env = "NARROWS_JSON", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) json: Option<bool>,
    /// Shows progress on standard error
    #[arg(long, global = true, value_name = "WHEN", env = "NARROWS_PROGRESS")]
    pub(crate) progress: Option<ProgressWhen>,
    /// Tells at the end who used memory and time, as a table on standard error; with a file, as JSON there too
    #[arg(long, global = true, value_name = "FILE", env = "NARROWS_PROFILE", num_args = 0..=1, require_equals = true, default_missing_value = TABLE_ONLY)]
    pub(crate) profile: Option<PathBuf>,
    /// Prints sizes in powers of 1000
    #[arg(long, global = true, env = "NARROWS_SI", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) si: Option<bool>,
    /// Colours the output
    #[arg(long, global = true, value_name = "WHEN", env = "NARROWS_COLOR")]
    pub(crate) color: Option<When>,
    /// Reads defaults from this file instead of narrows.toml
    #[arg(long, global = true, value_name = "FILE", env = "NARROWS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Says more: memory at the end, notes of the formats
    #[arg(short, long, global = true, action = clap::ArgAction::Count, env = "NARROWS_VERBOSE")]
    pub(crate) verbose: u8,
    /// Says only errors
    #[arg(short, long, global = true, env = "NARROWS_QUIET", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(crate) quiet: Option<bool>,
    #[command(flatten)]
    pub(crate) governed: Governed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// Which files that a file refers to are opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Related {
    #[default]
    Directory,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProgressWhen {
    Auto,
    Always,
    Never,
    Json,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Tells what a file is: format, size, totals, the facts one asks first
    Info {
        /// Files; - is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Lists every entry in file order, one a line
    Ls(Ls),
    /// Streams an entry's data
    Cat(Cat),
    /// Tells what an entry's numbers are like, in one pass
    Stats(Stats),
    /// Writes frames of a video, or of any array of pictures, as PNG files
    Frames(Frames),
    /// Analyses data as it streams: levels and loudness of sound
    #[command(subcommand)]
    Analyze(Analyze),
    /// Reads everything and verifies what the format can verify
    Check {
        /// Files; - is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Scans trees of files into a catalogue: Parquet tables of files and entries
    #[cfg(feature = "scan")]
    Scan(Box<Scan>),
    /// Lists the formats, and what is compiled in
    Formats,
    /// Explains the memory budget that would be used here, and what files would need
    Memory(Memory),
}

impl Verb {
    /// Whether it reads data, so that it may take long: then memory is watched and governed.
    pub(crate) fn is_long(&self) -> bool {
        !matches!(self, Self::Info { .. } | Self::Formats | Self::Memory(_))
    }

    /// How long what was begun may take after a first Ctrl-C, where that is worth waiting for.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match self {
            #[cfg(feature = "scan")]
            Self::Scan(scan) => scan.patience(),
            _ => None,
        }
    }

    /// Whether it reads all of a file's data, so that what it needed tells what the file needs.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self, Self::Check { .. } | Self::Stats(_) | Self::Analyze(_))
    }

    /// What it makes readers do.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match self {
            // everything verified that a format can verify
            Self::Check { .. } => vec![set("verify", "on")],
            // what a file is stands in its headers; a sound's packets are no part of it
            Self::Info { .. } | Self::Analyze(_) => vec![set("packets", "off")],
            Self::Stats(stats) if stats.entry.is_empty() => vec![set("packets", "off")],
            Self::Ls(ls) => {
                let packets = ls.packets.then(|| set("packets", "on"));
                let types = ls.picture_type.then(|| set("video.picture_type", "on"));
                packets.into_iter().chain(types).collect()
            }
            Self::Frames(frames) => {
                let mut settings = vec![set("packets", "off")];
                settings.push(set("video.pixels", if frames.gray { "gray" } else { "rgb" }));
                settings.extend(frames.size.iter().map(|size| set("video.size", size)));
                settings.extend(frames.keys.then(|| set("video.keys", "on")));
                settings
            }
            _ => Vec::new(),
        }
    }
}

#[derive(Args)]
pub(crate) struct Ls {
    /// File; - is standard input
    pub(crate) file: PathBuf,
    /// Adds type, shape, place, filters and fields
    #[arg(short, long)]
    pub(crate) long: bool,
    /// Lists the packets of audio too (those of video are listed anyway)
    #[arg(long)]
    pub(crate) packets: bool,
    /// Tells the types of pictures (I, P, B) of all videos, for which packets are read
    #[arg(long)]
    pub(crate) picture_type: bool,
    /// Lists only entries nested less than N deep
    #[arg(long, value_name = "N")]
    pub(crate) depth: Option<u32>,
    /// Lists only entries of this kind (repeatable)
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Vec<stream_core::Kind>,
}

#[derive(Args)]
pub(crate) struct Cat {
    /// File; - is standard input
    pub(crate) file: PathBuf,
    /// The entry, as `ls` prints it (repeatable; default by format: cues, pixel data, bytes)
    #[arg(long, value_name = "PATH")]
    pub(crate) entry: Vec<String>,
    /// Part of it, as numpy's slices: 0:10,::2
    #[arg(long, value_name = "REGION", allow_hyphen_values = true)]
    pub(crate) region: Option<Region>,
    /// Form of the data
    #[arg(long, value_name = "FORM")]
    pub(crate) form: Option<FormName>,
    /// Writes as this (default: raw; cues as text)
    #[arg(long, value_name = "AS")]
    pub(crate) to: Option<To>,
}

#[derive(Args)]
pub(crate) struct Stats {
    /// File; - is standard input
    pub(crate) file: PathBuf,
    /// The entry, as `ls` prints it (repeatable; default: every array and column of numbers)
    #[arg(long, value_name = "PATH")]
    pub(crate) entry: Vec<String>,
    /// Part of it, as numpy's slices: 0:10,::2
    #[arg(long, value_name = "REGION", allow_hyphen_values = true)]
    pub(crate) region: Option<Region>,
    /// Form of the data (default: scaled)
    #[arg(long, value_name = "FORM")]
    pub(crate) form: Option<FormName>,
    /// What to gather, between commas: all, or of min, max, sum, mean, variance, sd, quantiles, histogram
    #[arg(long, value_name = "NAMES")]
    pub(crate) measures: Option<Measures>,
    /// About how many bins the histogram has
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) bins: u16,
}

#[derive(Args)]
pub(crate) struct Frames {
    /// File
    pub(crate) file: PathBuf,
    /// The entry, as `ls` prints it (default: the first video stream; of other formats, the first array of pictures)
    #[arg(long, value_name = "PATH")]
    pub(crate) entry: Option<String>,
    /// The frame of this index, from 0, or at this time of a video: 12.5s (repeatable)
    #[arg(long, value_name = "INDEX|TIME", conflicts_with = "every")]
    pub(crate) at: Vec<At>,
    /// Every N-th frame
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) every: Option<u32>,
    /// Of a video, key frames only
    #[arg(long)]
    pub(crate) keys: bool,
    /// Scales the frames of a video
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    pub(crate) size: Option<String>,
    /// Of a video, gray instead of colour
    #[arg(long)]
    pub(crate) gray: bool,
    /// Writes as this
    #[arg(long, value_name = "AS", default_value = "png")]
    pub(crate) to: Picture,
    /// The folder for the files, which is made; - writes one after another to standard output
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub(crate) output: PathBuf,
}

/// Which frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum At {
    Index(u64),
    Seconds(f64),
}

impl std::str::FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let seconds = text.strip_suffix('s').and_then(|n| n.parse::<f64>().ok());
        match (text.parse().ok(), seconds.filter(|s| s.is_finite() && *s >= 0.0)) {
            (Some(index), _) => Ok(Self::Index(index)),
            (None, Some(seconds)) => Ok(Self::Seconds(seconds)),
            (None, None) => Err("expected an index, or seconds as 12.5s".to_owned()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// Portable Network Graphics: 8 or 16 bits, gray or colour
    Png,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormName {
    /// As stored, in the machine's byte order
    Stored,
    /// Compressed frames decoded
    Decoded,
    /// After the format's own scaling
    Scaled,
    /// The bytes in the file
    Bytes,
}

impl From<FormName> for stream_core::Form {
    fn from(name: FormName) -> Self {
        match name {
            FormName::Stored => Self::Stored,
            FormName::Decoded => Self::Decoded,
            FormName::Scaled => Self::Scaled,
            FormName::Bytes => Self::Bytes,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// The bytes, numbers in the machine's order
    Raw,
    /// numpy's file format
    Npy,
    /// A WAV file of 32-bit floats: frames by channels
    Wav,
    /// One line a row
    Csv,
    /// One JSON value a line: a cue, a row of an array, a block of bytes with its digest and entropy
    Jsonl,
    /// Numbers converted, little-endian
    U8,
    /// Numbers converted, little-endian
    I16le,
    /// Numbers converted, little-endian
    I32le,
    /// Numbers converted, little-endian
    F32le,
    /// Numbers converted, little-endian
    F64le,
}

impl To {
    /// Whether only numbers can be written so.
    pub(crate) fn is_of_numbers(self) -> bool {
        !matches!(self, Self::Raw | Self::Csv | Self::Jsonl)
    }
}

fn kind(name: &str) -> Result<stream_core::Kind, String> {
    let all = stream_core::Kind::ALL;
    all.into_iter().find(|k| k.as_str() == name).ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|k| k.as_str()).collect();
        format!("kinds are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
