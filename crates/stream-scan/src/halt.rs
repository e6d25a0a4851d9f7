//! What ends a scan before its end.

use stream_core::{Cancel, Error, Result};

/// Two flags that others raise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Halt {
    /// No more files are begun.
    pub(crate) stop: Cancel,
    /// Those that are being read are given up too.
    pub(crate) cancel: Cancel,
}

impl Halt {
    /// Whether no more files are to be begun.
    pub(crate) fn is_raised(&self) -> bool {
        self.stop.is_cancelled() || self.cancel.is_cancelled()
    }

    /// Fails where no more files are to be begun.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_raised() { Err(Error::cancelled()) } else { Ok(()) }
    }
}
