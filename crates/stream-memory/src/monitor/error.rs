//! Why nothing can be watched.

use std::path::PathBuf;
use std::{error, fmt, io};

/// Why a monitor could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum MonitorError {
    /// This file, without which nothing is known about the process, cannot be read: another system than
    /// Linux, or one without `/proc`.
    Unreadable(PathBuf),
    /// The system gave no thread.
    Thread(io::Error),
}

impl fmt::Display for MonitorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path) => write!(
                f,
                "memory monitor: {} cannot be read (expected Linux with /proc mounted)",
                path.display()
            ),
            Self::Thread(e) => write!(f, "memory monitor: no thread: {e}"),
        }
    }
}

impl error::Error for MonitorError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Unreadable(_) => None,
            Self::Thread(e) => Some(e),
        }
    }
}
