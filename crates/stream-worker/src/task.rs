//! Work that is done inside the worker, so that only its result crosses.

use stream_core::{Reader, Result};

/// A function that reads a file and gives a few bytes; what they mean is a matter between it and its caller.
///
/// The same task gives the same result wherever it runs: here through [`Task::run`], or in a worker that was started with it
/// through [`Remote::call`](crate::Remote::call).
#[derive(Clone, Copy)]
pub struct Task {
    /// What it is called by; unique among the tasks of an executable.
    pub name: &'static str,
    /// Reads with a reader that stands before the first entry; gets the caller's input.
    pub run: fn(&mut dyn Reader, &[u8]) -> Result<Vec<u8>>,
}

/// The setting that makes a worker profile what it does, and the name under which what it counted is asked for.
pub(crate) const PROFILE: &str = "profile";
