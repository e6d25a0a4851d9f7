//! What a reader keeps, checks and stops at.

use crate::Tag;

/// How a [`Reader`](crate::Reader) reads. The defaults suit listings.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub(crate) value_limit: usize,
    pub(crate) read_ahead: usize,
    pub(crate) max_depth: usize,
    pub(crate) until: Option<Tag>,
    pub(crate) checks: Checks,
}

/// Which rules are checked on the way; what stands in the way of reading always is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checks {
    /// What reading itself meets: structure, delimiters, lengths.
    Structure,
    /// Also each element's VR against the registry, its length against its VR, and private blocks.
    #[default]
    All,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            value_limit: 1024,
            read_ahead: 16 * 1024,
            // a path is copied per element by listings; deeper nesting has no use
            max_depth: 1024,
            until: None,
            checks: Checks::All,
        }
    }
}

impl Options {
    /// Keeps values up to `bytes` bytes; at most half of the read-ahead.
    pub fn with_value_limit(mut self, bytes: usize) -> Self {
        self.value_limit = bytes;
        self
    }

    /// Reads `bytes` bytes ahead (at least 256), held by the reader all its life.
    pub fn with_read_ahead(mut self, bytes: usize) -> Self {
        self.read_ahead = bytes;
        self
    }

    /// Follows at most `items` items nested in one another; deeper ones give `Unsupported`.
    pub fn with_max_depth(mut self, items: usize) -> Self {
        self.max_depth = items;
        self
    }

    /// Ends before the first element of the data set itself whose tag is greater than `last`.
    pub fn with_until(mut self, last: Tag) -> Self {
        self.until = Some(last);
        self
    }

    /// Checks these rules.
    pub fn with_checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }
}
