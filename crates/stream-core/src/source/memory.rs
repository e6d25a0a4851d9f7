//! Bytes that are in memory already.

use std::io;
use std::sync::Arc;

use stream_memory::Buf;

use crate::source::{Access, Source};

/// Bytes in memory: the caller's own, or a charged buffer.
#[derive(Clone, Debug)]
pub struct MemorySource(Bytes);

#[derive(Clone, Debug)]
enum Bytes {
    Shared(Arc<[u8]>),
    Charged(Arc<Buf>),
}

impl MemorySource {
    /// Bytes that the caller holds anyway; they are not charged.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(Bytes::Shared(bytes.into()))
    }

    /// A buffer, charged as long as the source lives.
    pub fn charged(buf: Buf) -> Self {
        Self(Bytes::Charged(Arc::new(buf)))
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Shared(bytes) => bytes,
            Bytes::Charged(buf) => buf,
        }
    }
}

impl Source for MemorySource {
    fn size(&self) -> Option<u64> {
        u64::try_from(self.bytes().len()).ok()
    }

    fn access(&self) -> Access {
        Access::Random
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let tail = usize::try_from(offset).ok().and_then(|at| self.bytes().get(at..));
        let tail = tail.unwrap_or_default();
        let n = tail.len().min(buf.len());
        for (to, from) in buf.iter_mut().zip(tail) {
            *to = *from;
        }
        Ok(n)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn reads_past_the_end_deliver_nothing() {
        let source = MemorySource::new(&b"abc"[..]);
        let mut buf = [0; 8];
        assert_eq!(source.read_at(1, &mut buf).unwrap(), 2);
        assert_eq!(&buf[..2], b"bc");
        assert_eq!(source.read_at(3, &mut buf).unwrap(), 0);
        assert_eq!(source.read_at(u64::MAX, &mut buf).unwrap(), 0);
    }
}
