//! What a catalogue says of a file.

use std::path::PathBuf;

use stream_core::{Error, ErrorKind};
use stream_worker::Ended;

/// How reading a file ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// All of it was read, and nothing speaks against it.
    Ok,
    /// Its beginning was read, or it breaks a rule of its format.
    Partial,
    /// Nothing of it was read.
    Failed,
    /// The process that read it ended, twice.
    Crashed,
    /// The process that read it did not answer in time, twice.
    Timeout,
    /// It needs more memory than there is, even alone.
    OverBudget,
    /// Its format's reader is not there.
    Skipped,
}

impl Status {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::Partial,
        Self::Failed,
        Self::Crashed,
        Self::Timeout,
        Self::OverBudget,
        Self::Skipped,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Crashed => "crashed",
            Self::Timeout => "timeout",
            Self::OverBudget => "over_budget",
            Self::Skipped => "skipped",
        }
    }

    /// What an error means for a file of which `opened` says whether its reader was opened.
    pub(crate) fn of(kind: ErrorKind, opened: bool) -> Self {
        match kind {
            ErrorKind::Crashed => Self::Crashed,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::OverBudget => Self::OverBudget,
            ErrorKind::NotEnabled => Self::Skipped,
            _ if opened => Self::Partial,
            _ => Self::Failed,
        }
    }
}

/// What can be being done when reading fails.
pub(crate) const STAGES: [&str; 4] = ["open", "listing", "data", "end"];

/// What went wrong, as a row has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// [`ErrorKind::as_str`].
    pub kind: String,
    /// What was expected and found.
    pub message: String,
    /// In which entry.
    pub entry: Option<String>,
    /// At which byte.
    pub offset: Option<u64>,
    /// What was being done: `open`, `listing`, `data`, `end`.
    pub stage: &'static str,
    /// The signal that ended the process which read it.
    pub signal: Option<String>,
}

impl Fault {
    pub(crate) fn of(e: &Error, stage: &'static str) -> Self {
        let ended = Ended::of(e);
        let signal = ended.and_then(|ended| {
            let number = || ended.signal().map(|signal| signal.to_string());
            ended.signal_name().map(str::to_owned).or_else(number)
        });
        let stage = ended.map_or(stage, |ended| ended.stage().as_str());
        Self {
            signal,
            kind: e.kind().as_str().to_owned(),
            message: e.message().to_owned(),
            entry: e.entry().map(str::to_owned),
            offset: e.offset(),
            stage,
        }
    }
}

/// A row of the table `files`.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRow {
    /// [`Input::id`](crate::Input::id).
    pub id: u64,
    /// Where it is.
    pub path: PathBuf,
    /// Bytes, when it was read.
    pub size: u64,
    /// Time of the last change when it was read: nanoseconds since 1970.
    pub modified: i64,
    /// The format's name; `None` where it was not recognised.
    pub format: Option<&'static str>,
    /// What recognised it.
    pub detected_by: Option<&'static str>,
    /// `gzip` where the format was found inside a gzip stream.
    pub compression: Option<&'static str>,
    /// The format's media type.
    pub media_type: Option<&'static str>,
    /// How reading ended.
    pub status: Status,
    /// Why it ended so.
    pub fault: Option<Fault>,
    /// Why it is not complete although reading came to its end.
    pub incomplete_reason: Option<String>,
    /// Entries read.
    pub entries: u64,
    /// Of these, arrays.
    pub arrays: u64,
    /// Rules of its format that it breaks.
    pub findings: u64,
    /// The byte after the last that an entry is said to have data in.
    pub claimed: Option<u64>,
    /// How many of these the file has.
    pub counted: Option<u64>,
    /// Bytes read of it.
    pub bytes_read: u64,
    /// The most memory that was charged for it, or that its worker process had resident.
    pub peak_memory: u64,
    /// Seconds it took, the last attempt alone.
    pub elapsed: f64,
    /// How often it was read.
    pub attempts: u32,
    /// `xxh3:…` or `blake3:…`.
    pub digest: Option<String>,
    /// What it calls itself.
    pub title: Option<String>,
    /// When its content came to be, as it says.
    pub created: Option<String>,
    /// What made it.
    pub instrument: Option<String>,
    /// The kind of picture or recording: DICOM's modality, the first stream's type.
    pub modality: Option<String>,
    /// Seconds that it plays.
    pub duration: Option<f64>,
    /// Extents of its largest array, or height and width of its pictures.
    pub dimensions: Vec<u64>,
    /// What its format says of the whole file, as text.
    pub facts: Vec<(String, String)>,
}

impl FileRow {
    /// A file of which nothing is known yet.
    pub(crate) fn new(id: u64, path: PathBuf) -> Self {
        Self {
            id,
            path,
            size: 0,
            modified: 0,
            format: None,
            detected_by: None,
            compression: None,
            media_type: None,
            status: Status::Ok,
            fault: None,
            incomplete_reason: None,
            entries: 0,
            arrays: 0,
            findings: 0,
            claimed: None,
            counted: None,
            bytes_read: 0,
            peak_memory: 0,
            elapsed: 0.0,
            attempts: 1,
            digest: None,
            title: None,
            created: None,
            instrument: None,
            modality: None,
            duration: None,
            dimensions: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Sets why it was not read whole, unless that was said before.
    pub(crate) fn fail(&mut self, fault: Fault, status: Status) {
        if self.fault.is_none() {
            self.fault = Some(fault);
            self.status = status;
        }
    }
}
