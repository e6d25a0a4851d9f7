//! A source that delivers less than it was asked for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use stream_core::{Access, Source};

use crate::random::{Random, mix};

/// Delivers a source in short reads: at most so many bytes, and now and then nothing but an interruption.
pub struct ShortReads {
    inner: Arc<dyn Source>,
    most: usize,
    interrupted: bool,
    seed: Option<u64>,
    reads: AtomicU64,
}

impl ShortReads {
    /// Every read delivers at most `most` bytes (at least 1).
    pub fn of(inner: Arc<dyn Source>, most: usize) -> Self {
        let most = most.max(1);
        Self { inner, most, interrupted: false, seed: None, reads: AtomicU64::new(0) }
    }

    /// Every read delivers 1 to `most` bytes, as the seed decides.
    pub fn random(inner: Arc<dyn Source>, most: usize, seed: u64) -> Self {
        Self { seed: Some(seed), ..Self::of(inner, most) }
    }

    /// Every other read is interrupted by a signal: `EINTR`, no bytes.
    pub fn interrupted(mut self) -> Self {
        self.interrupted = true;
        self
    }
}

impl Source for ShortReads {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.reads.fetch_add(1, Relaxed);
        if self.interrupted && read.is_multiple_of(2) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = match self.seed {
            Some(seed) => Random::new(mix(seed ^ read)).below(self.most).saturating_add(1),
            None => self.most,
        };
        let most = most.min(buf.len());
        self.inner.read_at(offset, buf.get_mut(..most).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::MemorySource;

    #[test]
    fn reads_are_short_and_interrupted_and_lose_nothing() {
        let bytes: Vec<u8> = (0..200).collect();
        let inner: Arc<dyn Source> = Arc::new(MemorySource::new(bytes.clone()));
        let short = ShortReads::random(inner, 9, 1).interrupted();
        let (mut all, mut interruptions, mut sizes) = (Vec::new(), 0, [0; 10]);
        let mut buf = [0; 64];
        loop {
            match short.read_at(all.len() as u64, &mut buf) {
                Ok(0) => break,
                Ok(n) => {
                    sizes[n] += 1;
                    all.extend_from_slice(&buf[..n]);
                }
                Err(e) => {
                    assert_eq!(e.kind(), io::ErrorKind::Interrupted);
                    interruptions += 1;
                }
            }
        }
        assert_eq!(all, bytes);
        assert!(interruptions > 20 && sizes[1] > 0 && sizes[9] > 0, "{interruptions} {sizes:?}");
    }
}
