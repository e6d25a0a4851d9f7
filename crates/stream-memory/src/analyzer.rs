//! Which formats and files need more memory than the rest, and why, probably.
#![deny(clippy::arithmetic_side_effects)]

mod gathered;
mod report;

use std::collections::BTreeMap;
use std::time::Duration;

use self::gathered::Gathered;
pub use self::report::{FormatReport, OutOfLine, UsageReport};

/// What reading one file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observation {
    /// The file's name, for the report.
    pub file: String,
    /// The format's name.
    pub format: String,
    /// The file's size, in bytes.
    pub size: u64,
    /// The most memory that it needed at once, in bytes: reserved, live or resident, but the same for all files.
    pub peak: u64,
    /// How long it took.
    pub time: Duration,
    /// The kind of the error, if it could not be read whole.
    pub failure: Option<String>,
}

/// Gathers what files needed, format by format, in a bounded amount of memory: some 30 KiB a format.
///
/// ```
/// use std::time::Duration;
/// use stream_memory::{Analyzer, Observation};
///
/// let mut analyzer = Analyzer::new();
/// for (index, peak) in [2, 2, 3, 2, 2, 3, 2, 90].into_iter().enumerate() {
///     analyzer.observe(&Observation {
///         file: format!("{index}.dcm"),
///         format: "dicom".into(),
///         size: 1 << 20,
///         peak: peak << 20,
///         time: Duration::from_millis(10),
///         failure: None,
///     });
/// }
/// let report = analyzer.report();
/// assert_eq!((report.formats[0].files, report.formats[0].peak), (8, 90 << 20));
/// assert_eq!(report.files[0].name, "7.dcm");
/// ```
#[derive(Debug, Default)]
pub struct Analyzer {
    formats: BTreeMap<String, Gathered>,
}

/// Formats that are told apart; names beyond are one.
const MOST_FORMATS: usize = 64;

impl Analyzer {
    /// Nothing observed yet.
    pub fn new() -> Analyzer {
        Analyzer::default()
    }

    /// Adds a file.
    pub fn observe(&mut self, observation: &Observation) {
        let known =
            self.formats.len() < MOST_FORMATS || self.formats.contains_key(&observation.format);
        let format = if known { observation.format.as_str() } else { "other" };
        match self.formats.get_mut(format) {
            Some(gathered) => gathered.add(observation),
            None => {
                let mut gathered = Gathered::default();
                gathered.add(observation);
                self.formats.insert(format.to_owned(), gathered);
            }
        }
    }

    /// What is out of line, and all formats.
    pub fn report(&self) -> UsageReport {
        report::of(&self.formats)
    }
}
