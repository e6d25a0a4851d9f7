//! Stopping from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{Error, Result};

/// A flag that any thread may raise; every reader looks at it before each read of its source.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the flag. Work stops within one chunk or one library call, whichever is longer.
    pub fn cancel(&self) {
        // Relaxed: the flag guards no other memory; it only has to arrive
        self.0.store(true, Ordering::Relaxed);
    }

    /// Lowers the flag, so that a resumable reader may go on.
    pub fn reset(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether the flag is raised.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails when the flag is raised.
    ///
    /// # Errors
    /// `Cancelled`, resumable.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
}

impl From<Arc<AtomicBool>> for Cancel {
    /// Shares a flag that something else raises, such as a signal handler.
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}
