//! Detects a file's format and opens the reader for it.
