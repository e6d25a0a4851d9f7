//! Memory that survives its scope, run after run.
#![deny(clippy::arithmetic_side_effects)]

mod series;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::allocator;
use crate::json::Object;
use crate::kernel::{kib_after, text};
use crate::profile;
use crate::size::Bytes;

use self::series::Series;
pub use self::series::Slope;

/// Looks for leaks in work that is done again and again, such as one file after another.
///
/// After each run, when its scope has ended, [`observe`](Leaks::observe) notes the bytes that are live in the process and resident, and
/// those left behind in each span of the [`profile`], where that is on. What grows with every run to the
/// last, by its slope's confidence interval, leaks; a cache that fills and then stays, and memory that the allocator keeps
/// after it was freed, do not.
///
/// ```standalone_crate
/// use stream_memory::{Leaks, Verdict};
///
/// let mut leaks = Leaks::new();
/// for file in 0..50 {
///     drop(vec![0u8; 1000 * (file % 7)]);
///     leaks.observe();
/// }
/// assert_ne!(leaks.report().verdict, Verdict::Leaks);
/// ```
#[derive(Debug, Default)]
pub struct Leaks {
    runs: u64,
    live: Series,
    resident: Series,
    spans: BTreeMap<(String, String), Series>,
}

/// What a program does with memory from run to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Too few runs for one, or an allocator that does not say what is live.
    Unknown,
    /// It holds what it held before.
    Steady,
    /// Live bytes stay, resident ones grow: the allocator keeps what was freed, or has it in small pieces. A purge helps, or
    /// a shorter decay.
    Retains,
    /// Live bytes grow with each run.
    Leaks,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakReport {
    /// In a word.
    pub verdict: Verdict,
    /// Runs observed.
    pub runs: u64,
    /// Live bytes a run.
    pub live: Option<Slope>,
    /// Resident bytes a run.
    pub resident: Option<Slope>,
    /// Where the bytes were allocated, if it leaks: spans that leave more behind with each run, the most first.
    pub spans: Vec<LeakySpan>,
}

/// A span that leaves memory behind.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakySpan {
    /// Its name.
    pub span: String,
    /// Its format; empty where none was named.
    pub format: String,
    /// Bytes a run, those of the spans within it included.
    pub slope: Slope,
}

/// Spans that are followed, at most.
const MOST_SPANS: usize = 256;

/// Slower growth than this, in bytes a run, is not told from the noise of thread caches and lists that grow.
const LEAST: f64 = 64.0;

/// Growth of resident memory below this, in bytes a run, is nothing: four pages.
const LEAST_RESIDENT: f64 = 16_384.0;

impl Leaks {
    /// Nothing observed yet.
    pub fn new() -> Leaks {
        Leaks::default()
    }

    /// Does something, and observes when it has ended.
    pub fn run<T>(&mut self, act: impl FnOnce() -> T) -> T {
        let done = act();
        self.observe();
        done
    }

    /// Notes what is held now, between two runs.
    pub fn observe(&mut self) {
        self.runs = self.runs.saturating_add(1);
        // what lies in this thread's cache is noise of some hundred KiB
        allocator::current().settle();
        if let Ok(usage) = allocator::usage() {
            self.live.push(usage.live as f64);
        }
        let status = text(Path::new("/proc/self/status"));
        if let Some(bytes) = status.and_then(|status| kib_after(status.as_bytes(), "VmRSS:")) {
            self.resident.push(bytes as f64);
        }
        if !profile::is_on() {
            return;
        }
        for row in profile::table().rows {
            let live = row.live() as f64;
            let key = (row.span, row.format);
            if self.spans.len() < MOST_SPANS || self.spans.contains_key(&key) {
                self.spans.entry(key).or_default().push(live);
            }
        }
    }

    /// What the runs so far show.
    pub fn report(&self) -> LeakReport {
        let (live, resident) = (self.live.slope(), self.resident.slope());
        let grows = |slope: &Option<Slope>, least| slope.is_some_and(|slope| slope.lower >= least);
        let verdict = match &live {
            None => Verdict::Unknown,
            Some(_) if grows(&live, LEAST) => Verdict::Leaks,
            Some(_) if grows(&resident, LEAST_RESIDENT) => Verdict::Retains,
            Some(_) => Verdict::Steady,
        };
        let mut spans = Vec::new();
        if verdict == Verdict::Leaks {
            let leaky = self.spans.iter().filter_map(|((span, format), series)| {
                let slope = series.slope().filter(|slope| slope.lower >= LEAST)?;
                Some(LeakySpan { span: span.clone(), format: format.clone(), slope })
            });
            spans.extend(leaky);
            spans.sort_by(|a, b| b.slope.bytes.total_cmp(&a.slope.bytes));
        }
        LeakReport { verdict, runs: self.runs, live, resident, spans }
    }
}

impl LeakReport {
    /// The report as one JSON object: `verdict`, `runs`, `live` and `resident` with `bytes`, `lower`, `upper` a run, `spans`.
    pub fn json(&self) -> String {
        let slope = |slope: &Slope| {
            let mut object = Object::new();
            object.float("bytes", slope.bytes);
            object.float("lower", slope.lower);
            object.float("upper", slope.upper);
            object.end()
        };
        let mut object = Object::new();
        object.text("verdict", self.verdict.as_str());
        object.number("runs", self.runs);
        for (name, of) in [("live", &self.live), ("resident", &self.resident)] {
            if let Some(of) = of {
                object.value(name, &slope(of));
            }
        }
        object.list(
            "spans",
            self.spans.iter().map(|span| {
                let mut object = Object::new();
                object.text("span", &span.span);
                object.text("format", &span.format);
                object.value("slope", &slope(&span.slope));
                object.end()
            }),
        );
        object.end()
    }
}

impl Verdict {
    /// As in reports: `unknown`, `steady`, `retains`, `leaks`.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Unknown => "unknown",
            Verdict::Steady => "steady",
            Verdict::Retains => "retains",
            Verdict::Leaks => "leaks",
        }
    }
}

impl fmt::Display for LeakReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {} runs", self.verdict.as_str(), self.runs)?;
        for (name, of) in [("live", &self.live), ("resident", &self.resident)] {
            if let Some(slope) = of {
                write!(f, "; {name} {slope}")?;
            }
        }
        for LeakySpan { span, format, slope } in &self.spans {
            write!(f, "\n{span} {format}: {slope}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Slope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = |bytes: f64| {
            // whole bytes, as `Bytes` counts them
            let sign = if bytes <= -0.5 { "-" } else { "" };
            format!("{sign}{}", Bytes(bytes.abs().round() as u64))
        };
        write!(f, "{} a run ({} to {})", size(self.bytes), size(self.lower), size(self.upper))
    }
}
