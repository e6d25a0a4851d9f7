//! What an analyzer tells.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::Observation;
use super::gathered::{Gathered, median};
use crate::json::Object;
use crate::size::Bytes;

/// Formats, and what among them and their files is out of line. Displayed for people; [`json`](UsageReport::json) is for programs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UsageReport {
    /// By name.
    pub formats: Vec<FormatReport>,
    /// Formats that need more than others, or fail more.
    pub unusual: Vec<OutOfLine>,
    /// Files that need more than others of their format, the largest peaks first; of each format 16 at most.
    pub files: Vec<OutOfLine>,
}

/// What the files of a format needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormatReport {
    /// Its name.
    pub format: String,
    /// Files observed.
    pub files: u64,
    /// Those that could not be read whole.
    pub failures: u64,
    /// Their size together, in bytes.
    pub bytes: u64,
    /// The largest peak of a file, in bytes.
    pub peak: u64,
    /// The mean of their peaks, in bytes.
    pub mean_peak: u64,
    /// The median of peak over size.
    pub ratio: f64,
    /// The time they took, added up.
    pub time: Duration,
}

impl FormatReport {
    /// Bytes a second; zero where no time was measured.
    pub fn rate(&self) -> f64 {
        let seconds = self.time.as_secs_f64();
        if seconds > 0.0 { self.bytes as f64 / seconds } else { 0.0 }
    }
}

/// A format or file that is not like the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OutOfLine {
    /// The format's, or the file's.
    pub name: String,
    /// The format.
    pub format: String,
    /// Its peak, in bytes.
    pub peak: u64,
    /// What is unusual, and the likely reason.
    pub reason: String,
}

/// A format's peak is unusual at so many times the median of the formats.
const UNUSUAL_FORMAT: f64 = 8.0;
/// A file's peak is unusual beyond twice its format's median and so many times the usual distance from it.
const UNUSUAL_FILE: f64 = 6.0;
/// Differences below this are nothing, in bytes.
const NOTHING: u64 = 1 << 20;
/// A peak that grows by more than this for each byte of a file: data is held whole.
const HELD_WHOLE: f64 = 0.25;
/// Files of which a format is judged, at least.
const ENOUGH: u64 = 8;

pub(super) fn of(formats: &BTreeMap<String, Gathered>) -> UsageReport {
    let usual = median(formats.values().map(|gathered| gathered.median_peak() as f64));
    let mut report = UsageReport::default();
    for (format, gathered) in formats {
        report.formats.push(FormatReport {
            format: format.clone(),
            files: gathered.files,
            failures: gathered.failures,
            bytes: gathered.bytes,
            peak: gathered.peak,
            mean_peak: gathered.mean_peak(),
            ratio: gathered.ratio(),
            time: gathered.time,
        });
        let reasons = judge_format(gathered, usual, formats.len());
        report.unusual.extend(reasons.into_iter().map(|reason| OutOfLine {
            name: format.clone(),
            format: format.clone(),
            peak: gathered.peak,
            reason,
        }));
        let files = gathered.largest.iter().filter_map(|file| {
            let reason = judge_file(file, gathered)?;
            Some(OutOfLine {
                name: file.file.clone(),
                format: format.clone(),
                peak: file.peak,
                reason,
            })
        });
        report.files.extend(files);
    }
    report.files.sort_by_key(|file| std::cmp::Reverse(file.peak));
    report
}

fn judge_format(gathered: &Gathered, usual: f64, formats: usize) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Some(growth) = gathered.growth().filter(|growth| *growth >= HELD_WHOLE) {
        reasons.push(format!(
            "the peak grows by {growth:.2} bytes for each byte of a file: data or an index is held whole"
        ));
    }
    let middle = gathered.median_peak();
    let far = usual > 0.0 && middle as f64 > UNUSUAL_FORMAT * usual && middle > NOTHING;
    if formats > 2 && far {
        let times = middle as f64 / usual;
        reasons.push(format!(
            "a file needs {times:.0} times what other formats need, {} for {}: large chunks, or a library's own buffers",
            Bytes(middle),
            Bytes(gathered.median_size()),
        ));
    }
    let often = gathered.failures.saturating_mul(10) > gathered.files;
    if gathered.failures > 1 && often {
        let worst = gathered.kinds.iter().max_by_key(|(_, count)| **count);
        let kind = worst.map_or("", |(kind, _)| kind.as_str());
        let hint = match kind {
            "over budget" | "over_budget" => ": the budget is too small for them",
            "truncated" => ": they were cut off",
            "malformed" => ": they break their format's rules",
            "skipped" | "not enabled" => ": their format's reader is not there",
            "timeout" | "crashed" => ": the format's library does not stand them",
            _ => "",
        };
        reasons.push(format!(
            "{} of {} files fail, mostly {kind}{hint}",
            gathered.failures, gathered.files
        ));
    }
    reasons
}

fn judge_file(file: &Observation, gathered: &Gathered) -> Option<String> {
    let usual = gathered.median_peak();
    let beyond = file.peak.saturating_sub(usual);
    let far = beyond as f64 > UNUSUAL_FILE * gathered.spread();
    let twice = file.peak > usual.saturating_mul(2);
    if gathered.files < ENOUGH || beyond < NOTHING || !far || !twice {
        return None;
    }
    let times = file.peak as f64 / usual.max(1) as f64;
    let ratio = file.peak as f64 / file.size.max(1) as f64;
    let larger = file.size as f64 / gathered.median_size().max(1) as f64;
    let reason = if let Some(kind) = &file.failure {
        format!("it failed ({kind}): what led to that may have needed it")
    } else if larger >= times / 4.0 && larger >= 2.0 {
        format!("it is {larger:.0} times as large as the others: its peak follows its size")
    } else if ratio >= 4.0 {
        format!(
            "{ratio:.0} bytes for each of the file's: compressed data, large chunks, or many objects"
        )
    } else {
        "it is of the usual size: larger chunks, or a longer index, than in the others".to_owned()
    };
    Some(format!("{times:.0} times the usual peak; {reason}"))
}

impl UsageReport {
    /// The report as one JSON object: `formats` with `format`, `files`, `failures`, `bytes`, `peak`, `mean_peak`, `ratio`, `seconds`, `rate`
    /// (bytes a second); `unusual` and `files` with `name`, `format`, `peak`, `reason`.
    pub fn json(&self) -> String {
        let out_of_line = |found: &OutOfLine| {
            let mut object = Object::new();
            object.text("name", &found.name);
            object.text("format", &found.format);
            object.number("peak", found.peak);
            object.text("reason", &found.reason);
            object.end()
        };
        let mut object = Object::new();
        object.list(
            "formats",
            self.formats.iter().map(|format| {
                let mut object = Object::new();
                object.text("format", &format.format);
                object.number("files", format.files);
                object.number("failures", format.failures);
                object.number("bytes", format.bytes);
                object.number("peak", format.peak);
                object.number("mean_peak", format.mean_peak);
                object.float("ratio", format.ratio);
                object.float("seconds", format.time.as_secs_f64());
                object.float("rate", format.rate());
                object.end()
            }),
        );
        object.list("unusual", self.unusual.iter().map(out_of_line));
        object.list("files", self.files.iter().map(out_of_line));
        object.end()
    }
}

impl fmt::Display for UsageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, failed, size, peak) = ("files", "failed", "size", "peak");
        let (mean, ratio, rate) = ("mean", "peak/size", "rate");
        writeln!(
            f,
            "{:10}  {files:>8}  {failed:>6}  {size:>10}  {peak:>10}  {mean:>10}  {ratio:>9}  {rate:>12}",
            "format"
        )?;
        for format in &self.formats {
            let FormatReport { format: name, files, failures, ratio, .. } = format;
            let size = |bytes| Bytes(bytes).to_string();
            let (bytes, peak, mean) =
                (size(format.bytes), size(format.peak), size(format.mean_peak));
            // whole bytes a second
            let rate = format!("{}/s", Bytes(format.rate() as u64));
            writeln!(
                f,
                "{name:10}  {files:>8}  {failures:>6}  {bytes:>10}  {peak:>10}  {mean:>10}  {ratio:>9.3}  {rate:>12}"
            )?;
        }
        for found in &self.unusual {
            writeln!(f, "{}: {}", found.name, found.reason)?;
        }
        for found in &self.files {
            let peak = Bytes(found.peak).to_string();
            writeln!(f, "{} ({}, {peak}): {}", found.name, found.format, found.reason)?;
        }
        Ok(())
    }
}
