//! Sources whose bytes are not what they were.

use std::io;
use std::sync::Arc;

use stream_core::{Access, Source};

use super::widen;
use crate::random::Random;

/// The most bytes that are replaced: two 64-bit fields, or a few single bytes.
const MOST: usize = 16;

/// Another source with a few bytes replaced.
pub struct Patched {
    inner: Arc<dyn Source>,
    patches: [(u64, u8); MOST],
    used: usize,
}

impl Patched {
    /// Replaces the bytes of `inner` from `offset` on by `with`, of which the first 16 count.
    pub fn new(inner: Arc<dyn Source>, offset: u64, with: &[u8]) -> Self {
        let mut patched = Self { inner, patches: [(0, 0); MOST], used: 0 };
        for (at, byte) in (offset..).zip(with) {
            patched.put(at, *byte);
        }
        patched
    }

    fn put(&mut self, at: u64, byte: u8) {
        if let Some(slot) = self.patches.get_mut(self.used) {
            *slot = (at, byte);
            self.used += 1;
        }
    }
}

impl Source for Patched {
    fn size(&self) -> Option<u64> {
        self.inner.size()
    }

    fn access(&self) -> Access {
        self.inner.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read_at(offset, buf)?;
        for (at, byte) in self.patches.iter().take(self.used) {
            let place = at.checked_sub(offset).filter(|place| *place < widen(n));
            let place = place.and_then(|place| usize::try_from(place).ok());
            if let Some(to) = place.and_then(|place| buf.get_mut(place)) {
                *to = *byte;
            }
        }
        Ok(n)
    }
}

/// Another source with one to four bytes changed at places that a seed decides.
pub struct Flipped(Patched);

impl Flipped {
    /// Changes bytes of `inner`, which holds `bytes`.
    pub fn new(inner: Arc<dyn Source>, bytes: &[u8], seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut patched = Patched::new(inner, 0, &[]);
        for _ in 0..=random.below(4) {
            let place = random.below(bytes.len());
            let Some(byte) = bytes.get(place) else { break };
            // one bit half of the time, any other byte else
            let change = match random.below(2) {
                0 => 1u8 << random.below(8),
                _ => u8::try_from(random.below(255)).unwrap_or(0).wrapping_add(1),
            };
            patched.put(widen(place), byte ^ change);
        }
        Self(patched)
    }
}

impl Source for Flipped {
    fn size(&self) -> Option<u64> {
        self.0.size()
    }

    fn access(&self) -> Access {
        self.0.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(offset, buf)
    }
}
