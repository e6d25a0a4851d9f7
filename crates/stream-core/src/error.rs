//! The one error type: what kind, which format, where.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::io;

use stream_memory::{OverBudget, Refused};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused or failed a read or an open.
    Io,
    /// The bytes break a rule of the format.
    Malformed,
    /// The input ends before what it promised.
    Truncated,
    /// The input is well formed, and uses something this reader does not read.
    Unsupported,
    /// The format is known, and its reader is not compiled in.
    NotEnabled,
    /// The work needs more memory than its budget has.
    OverBudget,
    /// The caller cancelled.
    Cancelled,
    /// The bytes asked for lie behind the window of a source that only goes forward.
    Passed,
    /// No format, or no entry of that name.
    Unrecognized,
    /// The request does not fit the entry: its rank, its bounds, its form.
    Request,
    /// The process that read the file ended, or said what no reader says.
    Crashed,
    /// The process that read the file did not answer in time.
    Timeout,
}

impl ErrorKind {
    /// All kinds.
    pub const ALL: [Self; 12] = [
        Self::Io,
        Self::Malformed,
        Self::Truncated,
        Self::Unsupported,
        Self::NotEnabled,
        Self::OverBudget,
        Self::Cancelled,
        Self::Passed,
        Self::Unrecognized,
        Self::Request,
        Self::Crashed,
        Self::Timeout,
    ];

    /// The stable name used in JSON and catalogues.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Io => "io",
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::Unsupported => "unsupported",
            Self::NotEnabled => "not_enabled",
            Self::OverBudget => "over_budget",
            Self::Cancelled => "cancelled",
            Self::Passed => "passed",
            Self::Unrecognized => "unrecognized",
            Self::Request => "request",
            Self::Crashed => "crashed",
            Self::Timeout => "timeout",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why reading failed and where: the size of a pointer, so that results stay small.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    format: Option<&'static str>,
    entry: Option<Box<str>>,
    offset: Option<u64>,
    resumable: bool,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`; the message is lower case, the thing first, what was expected and found.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            format: None,
            entry: None,
            offset: None,
            resumable: false,
            source: None,
        }))
    }

    /// Bytes that break a rule, at `offset`.
    pub fn malformed(offset: u64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Malformed, message).at(offset)
    }

    /// Input that ends at `offset` although more was promised.
    pub fn truncated(offset: u64, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Truncated, message).at(offset)
    }

    /// A cancelled call. Resumable: the reader stands where it stood.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "cancelled").as_resumable()
    }

    /// Says which format's reader speaks, unless that is already said.
    pub fn with_format(mut self, name: &'static str) -> Self {
        self.0.format.get_or_insert(name);
        self
    }

    /// Says which entry, unless that is already said.
    pub fn in_entry(mut self, path: impl Into<Box<str>>) -> Self {
        if self.0.entry.is_none() {
            self.0.entry = Some(path.into());
        }
        self
    }

    /// Says at which byte of the source, unless that is already said.
    pub fn at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// Adds the error that this one comes from.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Declares that no state moved before this error, so the same call may be tried again.
    pub fn as_resumable(mut self) -> Self {
        self.0.resumable = true;
        self
    }

    /// Declares that state moved, whatever the cause said of itself.
    pub fn as_final(mut self) -> Self {
        self.0.resumable = false;
        self
    }

    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What was expected and found, without the place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The name of the format whose reader failed.
    pub fn format(&self) -> Option<&'static str> {
        self.0.format
    }

    /// The path of the entry in which reading failed.
    pub fn entry(&self) -> Option<&str> {
        self.0.entry.as_deref()
    }

    /// The byte of the source at which reading failed.
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// Whether the reader stands where it stood, so that the same call may be tried again with more
    /// budget or after a new start. Any other error is final; all entries before it were delivered.
    pub fn resumable(&self) -> bool {
        self.0.resumable
    }

    /// The refusal behind [`ErrorKind::OverBudget`], with the limit that would have sufficed.
    pub fn over_budget(&self) -> Option<&OverBudget> {
        let first = StdError::source(self);
        std::iter::successors(first, |&e| e.source()).find_map(|e| e.downcast_ref())
    }

    /// Carries this error through an API that speaks [`io::Error`]; [`Error::from`] unpacks it.
    pub fn into_io(self) -> io::Error {
        let kind = match self.kind() {
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::Malformed => io::ErrorKind::InvalidData,
            ErrorKind::OverBudget => io::ErrorKind::OutOfMemory,
            ErrorKind::Unsupported => io::ErrorKind::Unsupported,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, self)
    }
}

impl From<OverBudget> for Error {
    /// A refused reservation: resumable, since `reserve` comes before any state moves.
    fn from(refusal: OverBudget) -> Self {
        Self::new(ErrorKind::OverBudget, refusal.to_string()).with_source(refusal).as_resumable()
    }
}

impl From<Refused> for Error {
    /// Resumable: nothing was begun.
    fn from(refusal: Refused) -> Self {
        Self::new(ErrorKind::OverBudget, refusal.to_string()).with_source(refusal).as_resumable()
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.get_ref().is_some_and(|inner| inner.is::<Error>()) {
            match error.into_inner().map(|inner| inner.downcast::<Error>()) {
                Some(Ok(inner)) => return *inner,
                Some(Err(other)) => return Self::new(ErrorKind::Io, other.to_string()),
                None => return Self::new(ErrorKind::Io, "input or output failed"),
            }
        }
        Self::new(ErrorKind::Io, error.to_string()).with_source(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { format, message, entry, offset, .. } = &*self.0;
        if let Some(format) = format {
            write!(f, "{format}: ")?;
        }
        f.write_str(message)?;
        match (entry, offset) {
            (Some(entry), Some(offset)) => write!(f, " (entry {entry}, offset {offset})"),
            (Some(entry), None) => write!(f, " (entry {entry})"),
            (None, Some(offset)) => write!(f, " (offset {offset})"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("format", &self.0.format)
            .field("entry", &self.0.entry)
            .field("offset", &self.0.offset)
            .field("resumable", &self.0.resumable)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|e| e as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_format_message_entry_and_offset_in_this_order() {
        let e = Error::truncated(7, "value cut short (expected 4 bytes, found 2)")
            .in_entry("(0010,0010)")
            .with_format("dicom");
        assert_eq!(
            e.to_string(),
            "dicom: value cut short (expected 4 bytes, found 2) (entry (0010,0010), offset 7)"
        );
    }

    #[test]
    fn the_first_place_named_is_kept() {
        let e = Error::malformed(1, "x").at(2).in_entry("a").in_entry("b");
        assert_eq!((e.offset(), e.entry()), (Some(1), Some("a")));
    }

    #[test]
    fn an_error_survives_the_way_through_io() {
        let e = Error::from(Error::malformed(9, "bad").into_io());
        assert_eq!((e.kind(), e.offset()), (ErrorKind::Malformed, Some(9)));
    }

    #[test]
    fn a_refusal_is_resumable_and_keeps_its_numbers() {
        let refusal = stream_memory::Budget::new("b", 10).reserve(11).unwrap_err();
        let e = Error::from(refusal);
        assert!(e.resumable());
        assert_eq!(e.over_budget().map(OverBudget::requested), Some(11));
    }
}
