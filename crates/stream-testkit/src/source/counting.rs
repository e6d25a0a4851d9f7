//! A source that counts, and that does something at the n-th read.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use stream_core::{Access, Advice, Identity, Source};

use super::widen;

/// Counts what is read of another source; may act within the n-th read.
pub struct Counting {
    inner: Arc<dyn Source>,
    reads: AtomicU64,
    bytes: AtomicU64,
    furthest: AtomicU64,
    after: AtomicU64,
    act: Option<(u64, Box<dyn Fn() + Send + Sync>)>,
}

impl Counting {
    /// Counts what is read of `inner`.
    pub fn new(inner: Arc<dyn Source>) -> Self {
        Self {
            inner,
            reads: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            furthest: AtomicU64::new(0),
            after: AtomicU64::new(0),
            act: None,
        }
    }

    /// Calls `act` within the `n`-th read (the first is 1), before its bytes are delivered.
    pub fn acting_at(mut self, n: u64, act: impl Fn() + Send + Sync + 'static) -> Self {
        self.act = Some((n, Box::new(act)));
        self
    }

    /// Reads so far.
    pub fn reads(&self) -> u64 {
        self.reads.load(Relaxed)
    }

    /// Bytes delivered so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Relaxed)
    }

    /// The byte after the last one that was delivered.
    pub fn furthest(&self) -> u64 {
        self.furthest.load(Relaxed)
    }

    /// Bytes delivered by reads that came after the one it acted in.
    pub fn bytes_after(&self) -> u64 {
        self.after.load(Relaxed)
    }
}

impl Source for Counting {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reads.fetch_add(1, Relaxed).wrapping_add(1);
        if let Some((n, act)) = &self.act
            && *n == read
        {
            act();
        }
        let n = self.inner.read_at(offset, buf)?;
        self.bytes.fetch_add(widen(n), Relaxed);
        if n > 0 {
            self.furthest.fetch_max(offset.saturating_add(widen(n)), Relaxed);
        }
        if self.act.as_ref().is_some_and(|(at, _)| read > *at) {
            self.after.fetch_add(widen(n), Relaxed);
        }
        Ok(n)
    }

    fn path(&self) -> Option<&Path> {
        self.inner.path()
    }

    fn identity(&self) -> io::Result<Option<Identity>> {
        self.inner.identity()
    }

    fn advise(&self, range: Range<u64>, advice: Advice) {
        self.inner.advise(range, advice);
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<Range<u64>>> {
        self.inner.next_data(offset)
    }
}
