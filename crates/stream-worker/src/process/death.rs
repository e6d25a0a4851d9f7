//! Why a worker is no more, in words and as a kind that a caller can act on.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

use stream_core::{Error, ErrorKind};
use stream_memory::{Bytes, OverBudget};

use crate::deadlines::Stage;
use crate::ended::{Ended, signal_name};

/// Who ended it.
#[derive(Debug)]
pub(super) enum Cause {
    /// It ended.
    Itself,
    /// It closed its sockets, and went on.
    Closed,
    /// The caller cancelled.
    Cancelled,
    /// It did not get on.
    Silence(Duration),
    /// It got on for too long.
    Total(Duration),
    /// It sent what cannot be: this.
    Mad(String),
}

#[derive(Debug)]
pub(super) struct Death {
    kind: ErrorKind,
    text: String,
    refusal: Option<OverBudget>,
    words: String,
    signal: Option<i32>,
    code: Option<i32>,
}

impl Death {
    /// `status` is how it ended, `words` the end of its standard error.
    pub(super) fn new(cause: Cause, status: Option<ExitStatus>, wall: u64, words: String) -> Self {
        let seconds = |time: Duration| time.as_secs_f64();
        let (kind, text) = match cause {
            Cause::Cancelled => (ErrorKind::Cancelled, "cancelled".to_owned()),
            Cause::Silence(time) => {
                let text = format!("the worker did not answer for {} s", seconds(time));
                (ErrorKind::Timeout, text)
            }
            Cause::Total(time) => {
                let text = format!("the worker was not done after {} s", seconds(time));
                (ErrorKind::Timeout, text)
            }
            Cause::Mad(what) => (ErrorKind::Crashed, what),
            Cause::Closed => (ErrorKind::Crashed, "the worker closed its answer".to_owned()),
            Cause::Itself if refused(&words).is_some() => (
                ErrorKind::OverBudget,
                format!("the worker hit its memory wall of {}", Bytes(wall)),
            ),
            Cause::Itself => (ErrorKind::Crashed, how(status, &words)),
        };
        // the allocator had no more, and said so
        let requested = refused(&words).filter(|_| kind == ErrorKind::OverBudget);
        let refusal = requested.map(|requested| {
            let needed = wall.saturating_add(requested);
            OverBudget::told("wall", [requested, wall, wall, needed], Vec::new(), true)
        });
        let signal = status.and_then(|status| status.signal());
        let code = status.and_then(|status| status.code());
        Self { kind, text, refusal, words, signal, code }
    }

    /// The error for who waited for an answer meanwhile. Final.
    pub(super) fn error(&self, stage: Stage, doing: &str) -> Error {
        if self.kind == ErrorKind::Cancelled {
            return Error::cancelled().as_final();
        }
        let ended = Ended {
            stage,
            signal: self.signal,
            code: self.code,
            words: self.words.clone(),
            refusal: self.refusal.clone(),
        };
        Error::new(self.kind, format!("{} while {doing}", self.text)).with_source(ended)
    }
}

/// Rust's words when the allocator gives nothing: `memory allocation of 123 bytes failed`.
fn refused(words: &str) -> Option<u64> {
    let (_, rest) = words.rsplit_once("memory allocation of ")?;
    let (number, rest) = rest.split_once(' ')?;
    rest.starts_with("bytes failed").then(|| number.parse().ok())?
}

fn how(status: Option<ExitStatus>, words: &str) -> String {
    let Some(status) = status else { return "the worker ended".to_owned() };
    if let Some(signal) = status.signal() {
        if words.contains("has overflowed its stack") {
            return "the reader crashed (stack overflow)".to_owned();
        }
        return match signal_name(signal) {
            Some("SIGKILL") => "the worker was killed (SIGKILL)".to_owned(),
            Some(name) => format!("the reader crashed ({name})"),
            None => format!("the reader crashed (signal {signal})"),
        };
    }
    match panic(words) {
        Some(message) => format!("the reader panicked ({message})"),
        None => format!("the worker ended (exit code {})", status.code().unwrap_or(0)),
    }
}

/// What a panic said: the line after `thread 'x' (1) panicked at file:1:2:`.
fn panic(words: &str) -> Option<&str> {
    let (_, rest) = words.rsplit_once(" panicked at ")?;
    rest.lines().nth(1).map(str::trim).filter(|line| !line.is_empty())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn itself(raw: i32, words: &str) -> Error {
        let status = Some(ExitStatus::from_raw(raw));
        Death::new(Cause::Itself, status, 64 << 20, words.to_owned())
            .error(Stage::Listing, "reading /g/t")
    }

    #[test]
    fn a_signal_is_named_with_what_was_being_read() {
        let e = itself(libc::SIGSEGV, "");
        assert_eq!(e.kind(), ErrorKind::Crashed);
        assert_eq!(e.to_string(), "the reader crashed (SIGSEGV) while reading /g/t");
        let ended = Ended::of(&e).unwrap();
        assert_eq!((ended.stage(), ended.signal()), (Stage::Listing, Some(libc::SIGSEGV)));
        assert_eq!(ended.to_string(), "stage listing, SIGSEGV");
        let e = itself(3 << 8, "");
        assert_eq!(e.to_string(), "the worker ended (exit code 3) while reading /g/t");
    }

    #[test]
    fn an_allocation_that_failed_is_a_refusal_with_numbers() {
        let e = itself(libc::SIGABRT, "noise\nmemory allocation of 1048576 bytes failed\n");
        assert_eq!(e.kind(), ErrorKind::OverBudget);
        assert_eq!(e.to_string(), "the worker hit its memory wall of 64.0 MiB while reading /g/t");
        assert_eq!(e.over_budget().map(OverBudget::requested), Some(1 << 20));
        assert!(!e.resumable());
    }

    #[test]
    fn a_panic_is_told_in_its_own_words() {
        let words = "thread 'main' (7) panicked at src/x.rs:1:2:\nindex out of bounds\nnote: run";
        let e = itself(101 << 8, words);
        assert_eq!(e.message(), "the reader panicked (index out of bounds) while reading /g/t");
    }

    #[test]
    fn a_deadline_is_told_in_seconds() {
        let cause = Cause::Silence(Duration::from_millis(1500));
        let e = Death::new(cause, None, 0, String::new()).error(Stage::Open, "reading /x");
        assert_eq!(e.kind(), ErrorKind::Timeout);
        assert_eq!(e.message(), "the worker did not answer for 1.5 s while reading /x");
    }
}
