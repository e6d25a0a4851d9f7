//! A file cut short before it was opened.

use std::io;
use std::sync::Arc;

use stream_core::{Access, Source};

use super::widen;

/// The first bytes of another source.
pub struct Truncated {
    inner: Arc<dyn Source>,
    len: u64,
}

impl Truncated {
    /// The first `len` bytes of `inner`.
    pub fn new(inner: Arc<dyn Source>, len: u64) -> Self {
        Self { inner, len }
    }
}

impl Source for Truncated {
    fn size(&self) -> Option<u64> {
        self.inner.size().map(|size| size.min(self.len))
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let most = widen(buf.len()).min(self.len.saturating_sub(offset));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.inner.read_at(offset, buf.get_mut(..most).unwrap_or_default())
    }
}
