//! A file that is cut while it is read.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use stream_core::{Access, Identity, Source};

use super::widen;

/// A source that loses its end after some reads. It keeps saying the size it was opened with, as a file does; only its
/// identity tells.
pub struct Shrinking {
    inner: Arc<dyn Source>,
    after: u64,
    to: u64,
    reads: AtomicU64,
}

impl Shrinking {
    /// Reads `inner` `after` times; from then on it is `to` bytes long.
    pub fn new(inner: Arc<dyn Source>, after: u64, to: u64) -> Self {
        Self { inner, after, to, reads: AtomicU64::new(0) }
    }
}

impl Source for Shrinking {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut most = widen(buf.len());
        if self.reads.fetch_add(1, Relaxed) >= self.after {
            most = most.min(self.to.saturating_sub(offset));
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.inner.read_at(offset, buf.get_mut(..most).unwrap_or_default())
    }

    fn identity(&self) -> io::Result<Option<Identity>> {
        let size = self.inner.size().unwrap_or(self.to);
        let shrunk = self.reads.load(Relaxed) > self.after;
        let size = if shrunk { self.to.min(size) } else { size };
        Ok(Some(Identity { object: (0, 0), size, modified: i128::from(shrunk) }))
    }
}
