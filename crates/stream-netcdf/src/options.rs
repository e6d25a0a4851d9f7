//! How much is kept of a header.
#![deny(clippy::arithmetic_side_effects)]

/// How to read a header.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    value_limit: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { value_limit: 64 * 1024 }
    }
}

impl Options {
    /// Keeps values of attributes up to this many bytes (64 KiB by default); longer ones are read when they are asked for.
    pub fn with_value_limit(mut self, bytes: usize) -> Self {
        self.value_limit = bytes;
        self
    }

    /// The longest value that is kept.
    pub fn value_limit(&self) -> usize {
        self.value_limit
    }
}
