//! Errors of the operating system, with the path they are about.

use std::io;
use std::path::Path;

use stream_core::{Error, ErrorKind, Result};

/// The error of what was done to `path`.
pub(crate) fn fault(path: &Path, doing: &str, e: &io::Error) -> Error {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or_default().to_lowercase();
    Error::new(ErrorKind::Io, format!("{}: {doing}: {text}", path.display()))
}

/// Adds the path and what was done to a result.
pub(crate) trait Doing<T> {
    fn doing(self, path: &Path, doing: &str) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, path: &Path, doing: &str) -> Result<T> {
        self.map_err(|e| fault(path, doing, &e))
    }
}

/// The error of an Arrow or Parquet call about `path`.
pub(crate) fn table_fault(path: &Path, e: impl std::fmt::Display) -> Error {
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    Error::new(ErrorKind::Io, format!("{}: {text}", path.display()))
}
