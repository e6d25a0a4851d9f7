//! Defaults from a file: every common flag is a key.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use crate::cli::{Common, ProgressWhen, Related, StrategyName, When};

/// The file that is read when no other is named.
const DEFAULT: &str = "narrows.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(alias = "memory_limit")]
    memory: Option<String>,
    threads: Option<NonZeroUsize>,
    #[serde(alias = "chunk_size")]
    chunk: Option<String>,
    format: Option<String>,
    #[serde(default)]
    set: Vec<String>,
    isolate: Option<When>,
    deadline: Option<f64>,
    related: Option<Related>,
    json: Option<bool>,
    progress: Option<ProgressWhen>,
    profile: Option<PathBuf>,
    si: Option<bool>,
    color: Option<When>,
    verbose: Option<u8>,
    quiet: Option<bool>,
    warning_threshold: Option<Part>,
    critical_threshold: Option<Part>,
    streaming_threshold: Option<String>,
    chunk_overlap: Option<String>,
    monitor_interval: Option<String>,
    max_file_size: Option<String>,
    strategy: Option<StrategyName>,
    past_peaks: Option<PathBuf>,
    watch: Option<When>,
}

/// A part of a whole, written as a number or as text: 0.8, "80%".
#[derive(Deserialize)]
#[serde(untagged)]
enum Part {
    Number(f64),
    Text(String),
}

impl Part {
    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// Fills what neither flag nor environment gave from the configuration file.
pub(crate) fn fill(common: &mut Common) -> anyhow::Result<()> {
    let named = common.config.clone();
    let path = named.as_deref().unwrap_or(Path::new(DEFAULT));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) if named.is_none() && e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e).with_context(|| format!("{}", path.display())),
    };
    let file: File = toml::from_str(&text).with_context(|| format!("{}", path.display()))?;
    common.memory = common.memory.take().or(file.memory);
    common.threads = common.threads.or(file.threads);
    common.chunk = common.chunk.take().or(file.chunk);
    common.format = common.format.take().or(file.format);
    // what comes later overrules
    common.settings.splice(0..0, file.set);
    common.isolate = common.isolate.or(file.isolate);
    common.deadline = common.deadline.or(file.deadline);
    common.related = common.related.or(file.related);
    common.json = common.json.or(file.json);
    common.progress = common.progress.or(file.progress);
    common.profile = common.profile.take().or(file.profile);
    common.si = common.si.or(file.si);
    common.color = common.color.or(file.color);
    if common.verbose == 0 {
        common.verbose = file.verbose.unwrap_or(0);
    }
    common.quiet = common.quiet.or(file.quiet);
    let governed = &mut common.governed;
    let part = |given: &mut Option<String>, kept: Option<Part>| {
        *given = given.take().or_else(|| kept.map(Part::into_text));
    };
    part(&mut governed.warning_threshold, file.warning_threshold);
    part(&mut governed.critical_threshold, file.critical_threshold);
    let text = |given: &mut Option<String>, kept| *given = given.take().or(kept);
    text(&mut governed.streaming_threshold, file.streaming_threshold);
    text(&mut governed.chunk_overlap, file.chunk_overlap);
    text(&mut governed.monitor_interval, file.monitor_interval);
    text(&mut governed.max_file_size, file.max_file_size);
    governed.strategy = governed.strategy.or(file.strategy);
    governed.past_peaks = governed.past_peaks.take().or(file.past_peaks);
    governed.watch = governed.watch.or(file.watch);
    Ok(())
}
