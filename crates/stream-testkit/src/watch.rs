//! What is looked at after every call: progress and errors.

use stream_core::{Error, ErrorKind, Progress, Severity, Summary};

/// Progress so far.
#[derive(Default)]
pub(crate) struct Watch {
    last: Progress,
    fraction: Option<f64>,
}

/// Where the walk stands when progress is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Walking,
    /// After the last entry.
    End,
    /// After an error.
    Failed,
}

impl Watch {
    /// Says what is wrong with `now`.
    pub(crate) fn see(&mut self, now: Progress, phase: Phase) -> Option<String> {
        let last = std::mem::replace(&mut self.last, now);
        let fraction = now.fraction();
        let before = self.fraction;
        self.fraction = fraction.or(before);
        if now.done < last.done {
            return Some(format!("done fell from {} to {}", last.done, now.done));
        }
        if let Some(total) = now.total.filter(|total| now.done > *total) {
            return Some(format!("{} of {total} are done", now.done));
        }
        if let (Some(before), Some(after)) = (before, fraction)
            && after < before
        {
            return Some(format!("the share done fell from {before} to {after}"));
        }
        match phase {
            Phase::Walking if now.complete => Some("complete before the end was told".to_owned()),
            Phase::Failed if now.complete => Some("complete after an error".to_owned()),
            _ => None,
        }
    }
}

/// What a reading can meet beside what its bytes cause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// The source's real size in bytes.
    pub(crate) size: u64,
    pub(crate) io: bool,
    pub(crate) cancelled: bool,
    /// The implementer asks for regions of his own, which a damaged file's arrays need not have.
    pub(crate) request: bool,
}

/// Says what is wrong with an error.
pub(crate) fn error(e: &Error, expected: Expected) -> Option<String> {
    use ErrorKind::{
        Cancelled, Io, Malformed, NotEnabled, Passed, Request, Truncated, Unsupported,
    };
    let kind = e.kind();
    let by_input = matches!(kind, Malformed | Truncated | Unsupported | Passed);
    let misplaced = match kind {
        Io => !expected.io,
        Cancelled => !expected.cancelled,
        Request => !expected.request,
        NotEnabled => true,
        _ => false,
    };
    let what = if misplaced {
        format!("has the kind {kind}, for which there is no cause")
    } else if by_input && e.format().is_none() {
        "does not name the format".to_owned()
    } else if matches!(kind, Malformed | Truncated | Passed) && e.offset().is_none() {
        "does not say at which offset".to_owned()
    } else if let Some(offset) = e.offset().filter(|offset| *offset > expected.size) {
        format!("names offset {offset} of {} bytes", expected.size)
    } else {
        words(e.message())?.to_owned()
    };
    Some(format!("the error {e:?} {what}"))
}

/// Says what is wrong with a summary's findings.
pub(crate) fn findings(summary: &Summary, size: u64) -> Option<String> {
    summary.diagnostics.kept().iter().find_map(|d| {
        let what = match d.offset {
            Some(offset) if offset > size => format!("names offset {offset} of {size} bytes"),
            _ => words(&d.message)?.to_owned(),
        };
        Some(format!("the finding {d:?} {what}"))
    })
}

/// Whether a summary says that something is wrong with the file.
pub(crate) fn noted(summary: &Summary) -> bool {
    let count = |severity| summary.diagnostics.count(severity);
    count(Severity::Warning) > 0 || count(Severity::Error) > 0
}

/// A message is lower case without a full stop; an acronym or a name may stand first.
fn words(message: &str) -> Option<&'static str> {
    let mut letters = message.chars();
    let (first, second) = (letters.next(), letters.next());
    let upper = first.is_some_and(char::is_uppercase);
    if message.trim().is_empty() {
        Some("has no message")
    } else if upper && second.is_some_and(char::is_lowercase) {
        Some("starts with a capital letter")
    } else if message.ends_with(['.', '!', '\n']) {
        Some("ends with a full stop or a line break")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: Expected = Expected { size: 10, io: false, cancelled: false, request: false };

    #[test]
    fn an_error_without_its_place_is_found() {
        let good = Error::malformed(3, "VR expected (found 2 zeros)").with_format("dicom");
        assert_eq!(error(&good, INPUT), None);
        for (bad, why) in [
            (Error::malformed(3, "x"), "format"),
            (Error::new(ErrorKind::Truncated, "x").with_format("f"), "offset"),
            (Error::malformed(11, "x").with_format("f"), "names offset 11"),
            (Error::malformed(3, "").with_format("f"), "no message"),
            (Error::malformed(3, "Bad thing").with_format("f"), "capital"),
            (Error::malformed(3, "bad thing.").with_format("f"), "full stop"),
            (Error::new(ErrorKind::Io, "x"), "no cause"),
        ] {
            let message = error(&bad, INPUT).unwrap_or_default();
            assert!(message.contains(why), "{message}");
        }
    }

    #[test]
    fn progress_that_goes_back_or_ends_early_is_found() {
        let at = |done| Progress { done, total: Some(10), complete: false };
        let mut watch = Watch::default();
        assert_eq!(watch.see(at(4), Phase::Walking), None);
        assert!(watch.see(at(3), Phase::Walking).is_some());
        assert!(Watch::default().see(at(11), Phase::Walking).is_some());
        let complete = Progress { complete: true, ..at(10) };
        assert!(Watch::default().see(complete, Phase::Walking).is_some());
        assert!(Watch::default().see(complete, Phase::Failed).is_some());
        assert_eq!(Watch::default().see(complete, Phase::End), None);
    }
}
