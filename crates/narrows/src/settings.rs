//! What was said about memory, read.

use std::time::Duration;

use anyhow::Context as _;
use stream_memory::{Settings, parse_size};

use crate::cli::Governed;

/// The settings of the process: those given here, the others as they are.
pub(crate) fn read(
    governed: &Governed,
    limit: u64,
    chunk: Option<usize>,
) -> anyhow::Result<Settings> {
    let mut settings = Settings {
        // a budget of nothing, which refuses everything, is a budget
        memory_limit: Some(limit.max(1)),
        chunk_size: chunk,
        ..Settings::DEFAULT
    };
    if let Some(text) = &governed.warning_threshold {
        settings.warning_threshold =
            part(text).with_context(|| format!("warning threshold {text:?}"))?;
    }
    if let Some(text) = &governed.critical_threshold {
        settings.critical_threshold =
            part(text).with_context(|| format!("critical threshold {text:?}"))?;
    }
    let size = |name: &str, text: &str| {
        parse_size(text, limit).with_context(|| format!("{name} {text:?}"))
    };
    if let Some(text) = &governed.streaming_threshold {
        settings.streaming_threshold = size("streaming threshold", text)?;
    }
    if let Some(text) = &governed.chunk_overlap {
        settings.chunk_overlap = usize::try_from(size("chunk overlap", text)?)?;
    }
    if let Some(text) = &governed.max_file_size {
        settings.max_file_size = Some(size("maximum file size", text)?);
    }
    if let Some(interval) = interval(governed)? {
        settings.monitor_interval = interval;
    }
    settings.check()?;
    Ok(settings)
}

/// Whether memory is watched at all.
pub(crate) fn is_watched(governed: &Governed) -> bool {
    governed.monitor_interval.as_deref() != Some(OFF)
}

/// The interval that says: never.
const OFF: &str = "off";

fn interval(governed: &Governed) -> anyhow::Result<Option<Duration>> {
    let Some(text) = governed.monitor_interval.as_deref().filter(|text| *text != OFF) else {
        return Ok(None);
    };
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1000.0),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = number.trim().parse::<f64>().ok().map(|number| number / unit);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let time = time.with_context(|| {
        format!("monitor interval {text:?}: expected a time such as 500ms or 2s, or {OFF}")
    })?;
    Ok(Some(time))
}

/// `80%` or `0.8`.
fn part(text: &str) -> anyhow::Result<f64> {
    let (number, whole) = match text.strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text, 1.0),
    };
    let number: f64 = number.trim().parse().context("expected a part such as 80% or 0.8")?;
    Ok(number / whole)
}
