//! How the workers of a pool are kept.

use std::num::{NonZeroU32, NonZeroUsize};

use crate::deadlines::Deadlines;
use crate::sandbox::Sandbox;

/// How many workers there may be, how long each lives, and how it is watched.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(crate) most: NonZeroUsize,
    pub(crate) files: NonZeroU32,
    pub(crate) deadlines: Deadlines,
    pub(crate) sandbox: Sandbox,
}

/// Files after which a worker is replaced unless said otherwise: a start costs some milliseconds, a thousandth of it nothing, and
/// what a library leaks with each file stays small.
const FILES: NonZeroU32 = NonZeroU32::new(1000).unwrap();

impl Rules {
    /// At most `most` workers at a time, of all programs together; each is replaced after a thousand files.
    pub fn new(most: NonZeroUsize) -> Self {
        Self { most, files: FILES, deadlines: Deadlines::default(), sandbox: Sandbox::default() }
    }

    /// Replaces each worker after this many files.
    pub fn with_files(mut self, files: NonZeroU32) -> Self {
        self.files = files;
        self
    }

    /// How long each stage may take.
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    /// What of the file system a worker may read.
    pub fn with_sandbox(mut self, sandbox: Sandbox) -> Self {
        self.sandbox = sandbox;
        self
    }
}
