//! Bits in the order of Vorbis: the lowest first (Vorbis I, 2).
#![deny(clippy::arithmetic_side_effects)]

/// A position among bits.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits, at most 32; `None` where fewer are left.
    pub(super) fn read(&mut self, count: u32) -> Option<u32> {
        let mut value = 0u64;
        let mut have = 0u32;
        while have < count {
            let byte = u64::from(*self.bytes.get(self.at >> 3)?);
            let offset = u32::try_from(self.at & 7).ok()?;
            let take = 8u32.saturating_sub(offset).min(count.saturating_sub(have));
            let mask = 1u64.checked_shl(take)?.saturating_sub(1);
            value |= (byte >> offset & mask) << have;
            have = have.saturating_add(take);
            self.at = self.at.saturating_add(usize::try_from(take).ok()?);
        }
        u32::try_from(value).ok()
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        Some(self.read(1)? == 1)
    }

    /// Passes over bits; `None` where fewer are left.
    pub(super) fn skip(&mut self, count: u64) -> Option<()> {
        let count = usize::try_from(count).ok()?;
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len().checked_mul(8)?).then_some(())
    }
}

/// Bits that `n` needs (9.2.1).
pub(super) fn ilog(n: u32) -> u32 {
    32u32.saturating_sub(n.leading_zeros())
}
