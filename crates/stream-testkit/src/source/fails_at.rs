//! A source that breaks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use stream_core::{Access, Source};

/// Fails from its n-th read on, like a disk or a network that went away.
pub struct FailsAt {
    inner: Arc<dyn Source>,
    left: AtomicU64,
}

impl FailsAt {
    /// The words of the error.
    pub const MESSAGE: &'static str = "the device went away";

    /// Reads `inner`, and fails from the `n`-th read on; the first is 0.
    pub fn new(inner: Arc<dyn Source>, n: u64) -> Self {
        Self { inner, left: AtomicU64::new(n) }
    }
}

impl Source for FailsAt {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let left = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        match left {
            Ok(_) => self.inner.read_at(offset, buf),
            Err(_) => Err(io::Error::other(Self::MESSAGE)),
        }
    }
}
