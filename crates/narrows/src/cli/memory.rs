//! Words about memory.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::When;

/// Flags that say how memory is watched and kept.
#[derive(Args, Default)]
#[command(next_help_heading = "Memory options")]
pub(crate) struct Governed {
    /// Used part of the container's memory from which on it is warned: 80%, 0.8 (default: 80%)
    #[arg(
        long,
        global = true,
        value_name = "PART",
        env = "NARROWS_WARNING_THRESHOLD",
        hide_short_help = true
    )]
    pub(crate) warning_threshold: Option<String>,
    /// Used part from which on it is critical (default: 90%)
    #[arg(
        long,
        global = true,
        value_name = "PART",
        env = "NARROWS_CRITICAL_THRESHOLD",
        hide_short_help = true
    )]
    pub(crate) critical_threshold: Option<String>,
    /// Files over this size are fully streamed (default: 50MB)
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        env = "NARROWS_STREAMING_THRESHOLD",
        hide_short_help = true
    )]
    pub(crate) streaming_threshold: Option<String>,
    /// How much of a chunk of bytes windows repeat that overlap; no verb cuts any (default: 0)
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        env = "NARROWS_CHUNK_OVERLAP",
        hide_short_help = true
    )]
    pub(crate) chunk_overlap: Option<String>,
    /// Time between two looks at memory: 500ms, 2s, off (default: 500ms)
    #[arg(
        long,
        global = true,
        value_name = "TIME",
        env = "NARROWS_MONITOR_INTERVAL",
        hide_short_help = true
    )]
    pub(crate) monitor_interval: Option<String>,
    /// Opens no larger files
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        env = "NARROWS_MAX_FILE_SIZE",
        hide_short_help = true
    )]
    pub(crate) max_file_size: Option<String>,
    /// How memory is traded for speed (auto: by the file's size against what is available)
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        env = "NARROWS_STRATEGY",
        hide_short_help = true
    )]
    pub(crate) strategy: Option<StrategyName>,
    /// Keeps what files needed in this table, and estimates by it
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "NARROWS_PAST_PEAKS",
        hide_short_help = true
    )]
    pub(crate) past_peaks: Option<PathBuf>,
    /// Shows a live line of memory on standard error (auto: on a terminal)
    #[arg(long, global = true, value_name = "WHEN", env = "NARROWS_WATCH", num_args = 0..=1, require_equals = true, default_missing_value = "auto")]
    pub(crate) watch: Option<When>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StrategyName {
    Auto,
    Aggressive,
    Balanced,
    Conservative,
}

#[derive(Args)]
pub(crate) struct Memory {
    /// Files whose strategy and needs are estimated too
    pub(crate) files: Vec<PathBuf>,
    /// Tells by format what the files of a scan's catalogue needed, and which formats and files are out of line
    #[cfg(feature = "scan")]
    #[arg(long, value_name = "DIR", conflicts_with = "files")]
    pub(crate) analyze: Option<PathBuf>,
}
