//! A source like a pipe, without a pipe.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use stream_core::{Access, Error, ErrorKind, Source};

use super::widen;

/// Reads another source onwards only: what lies more than a window behind the furthest byte is passed, and the size is unknown
/// until the end was seen.
pub struct ForwardOnly {
    inner: Arc<dyn Source>,
    window: u64,
    taken: AtomicU64,
    ended: AtomicBool,
}

impl ForwardOnly {
    /// Reads `inner` onwards, with `window` bytes that stay readable.
    pub fn new(inner: Arc<dyn Source>, window: u64) -> Self {
        Self { inner, window, taken: AtomicU64::new(0), ended: AtomicBool::new(false) }
    }
}

impl Source for ForwardOnly {
    fn size(&self) -> Option<u64> {
        self.ended.load(Relaxed).then(|| self.taken.load(Relaxed))
    }

    fn access(&self) -> Access {
        Access::Forward { window: self.window }
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let taken = self.taken.load(Relaxed);
        if offset < taken.saturating_sub(self.window) {
            let message = format!("bytes already passed (the source keeps {} bytes)", self.window);
            return Err(Error::new(ErrorKind::Passed, message).at(offset).into_io());
        }
        let n = self.inner.read_at(offset, buf)?;
        if n > 0 {
            self.taken.fetch_max(offset.saturating_add(widen(n)), Relaxed);
        } else if !buf.is_empty() {
            // a read beyond the end runs the stream dry all the same
            self.taken.fetch_max(self.inner.size().unwrap_or(offset), Relaxed);
            self.ended.store(true, Relaxed);
        }
        Ok(n)
    }
}
