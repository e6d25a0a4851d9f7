//! How a worker came to its end, for those who record it.

use std::error::Error as StdError;
use std::fmt;

use stream_core::Error;
use stream_memory::OverBudget;

use crate::deadlines::Stage;

/// How a worker came to its end while it read a file: the source of the error that tells of it.
#[derive(Clone, Debug)]
pub struct Ended {
    pub(crate) stage: Stage,
    pub(crate) signal: Option<i32>,
    pub(crate) code: Option<i32>,
    pub(crate) words: String,
    pub(crate) refusal: Option<OverBudget>,
}

impl Ended {
    /// What is behind `error`, if that tells of a worker's end.
    pub fn of(error: &Error) -> Option<&Self> {
        let first = StdError::source(error);
        std::iter::successors(first, |&e| e.source()).find_map(|e| e.downcast_ref())
    }

    /// What it was doing for its caller.
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The signal that ended it: the reader's fault, or `SIGKILL` where its time was over.
    pub fn signal(&self) -> Option<i32> {
        self.signal
    }

    /// The signal's name, for those that a fault or its caller raises.
    pub fn signal_name(&self) -> Option<&'static str> {
        self.signal.and_then(signal_name)
    }

    /// The code with which it ended itself.
    pub fn exit_code(&self) -> Option<i32> {
        self.code
    }

    /// The end of its standard error.
    pub fn last_words(&self) -> &str {
        &self.words
    }

    pub(crate) fn with_refusal(&self, refusal: OverBudget) -> Self {
        Self { refusal: Some(refusal), ..self.clone() }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.words.is_empty() {
            return write!(f, "its last words: {}", self.words);
        }
        write!(f, "stage {}", self.stage)?;
        match (self.signal, self.signal_name(), self.code) {
            (_, Some(name), _) => write!(f, ", {name}"),
            (Some(signal), ..) => write!(f, ", signal {signal}"),
            (.., Some(code)) => write!(f, ", exit code {code}"),
            _ => Ok(()),
        }
    }
}

impl StdError for Ended {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.refusal.as_ref().map(|refusal| refusal as _)
    }
}

pub(crate) fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        _ => return None,
    })
}
