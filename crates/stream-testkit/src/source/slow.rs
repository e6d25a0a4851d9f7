//! A source on a slow line.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use stream_core::{Access, Source};

/// Sleeps before each read.
pub struct Slow {
    inner: Arc<dyn Source>,
    pause: Duration,
}

impl Slow {
    /// Sleeps for `pause` before each read of `inner`.
    pub fn new(inner: Arc<dyn Source>, pause: Duration) -> Self {
        Self { inner, pause }
    }
}

impl Source for Slow {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        std::thread::sleep(self.pause);
        self.inner.read_at(offset, buf)
    }
}
