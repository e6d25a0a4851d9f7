//! CHECKSUM and DATASUM: FITS 4.0, 4.4.2.7 and Appendix J.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result, Scratch};

use crate::Text;

/// The 32-bit ones' complement sum of big-endian words, taken on piece by piece.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Not yet folded: 2^32 words fit.
    total: u64,
    /// Bytes of a word that is not yet whole, and how many.
    rest: [u8; 4],
    held: usize,
}

impl Sum {
    /// Adds bytes.
    pub fn add(&mut self, mut bytes: &[u8]) {
        while self.held > 0 && !bytes.is_empty() {
            self.push(&mut bytes);
        }
        // pieces short enough that the wide sums cannot overflow
        for piece in bytes.chunks(1 << 20) {
            let (words, rest) = piece.as_chunks::<4>();
            let sum = words
                .iter()
                .fold(0u64, |sum, word| sum.wrapping_add(u64::from(u32::from_be_bytes(*word))));
            self.total = fold(self.total.wrapping_add(sum));
            let mut rest = rest;
            while !rest.is_empty() {
                self.push(&mut rest);
            }
        }
    }

    fn push(&mut self, bytes: &mut &[u8]) {
        let Some((&first, after)) = bytes.split_first() else { return };
        *bytes = after;
        if let Some(slot) = self.rest.get_mut(self.held) {
            *slot = first;
        }
        self.held = self.held.saturating_add(1);
        if self.held == 4 {
            self.total = fold(self.total.wrapping_add(u64::from(u32::from_be_bytes(self.rest))));
            self.rest = [0; 4];
            self.held = 0;
        }
    }

    /// Adds another sum, of whole words.
    pub fn merge(&mut self, other: Self) {
        self.total = fold(self.total.wrapping_add(other.total));
    }

    /// The sum; a last word that is not whole counts with zeros behind it.
    pub fn value(&self) -> u32 {
        let mut last = *self;
        if last.held > 0 {
            last.total = last.total.wrapping_add(u64::from(u32::from_be_bytes(last.rest)));
        }
        // folded twice, no carry is left
        u32::try_from(fold(fold(last.total))).unwrap_or(u32::MAX)
    }
}

/// Carries are added at the low end.
fn fold(total: u64) -> u64 {
    (total & 0xffff_ffff).wrapping_add(total >> 32)
}

/// Whether an HDU sums up to zero: all bits set, or none.
pub(crate) fn is_zero(sum: u32) -> bool {
    sum == u32::MAX || sum == 0
}

/// The number in a `DATASUM` card: an unsigned integer as a string.
pub(crate) fn datasum(text: Text<'_>) -> Option<u32> {
    text.as_str()?.trim().parse().ok()
}

/// Sums up `length` bytes from `offset` on in large reads, as far as the source goes, and says how many there were.
///
/// # Errors
/// `OverBudget`, `Cancelled`, `Passed`, `Io`.
pub(crate) fn sum_of(cx: &Context, offset: u64, length: u64, sum: &mut Sum) -> Result<u64> {
    let mut scratch = Scratch::new();
    let piece = u64::try_from(cx.chunk_size().clamp(64 << 10, 1 << 20)).unwrap_or(1 << 16);
    let mut done = 0u64;
    while done < length {
        let want = usize::try_from(length.saturating_sub(done).min(piece)).unwrap_or(0);
        let buf = scratch.bytes(cx, want)?;
        let n = cx.read_full_at(offset.saturating_add(done), buf)?;
        sum.add(buf.get(..n).unwrap_or_default());
        done = done.saturating_add(u64::try_from(n).unwrap_or(0));
        if n < want {
            break;
        }
    }
    Ok(done)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn carries_go_round_and_pieces_do_not_matter() {
        let bytes: Vec<u8> = (0..10_001u32).map(|i| (i * 37 % 256) as u8).collect();
        let mut whole = Sum::default();
        whole.add(&bytes);
        for size in [1, 2, 3, 5, 1000] {
            let mut pieces = Sum::default();
            bytes.chunks(size).for_each(|piece| pieces.add(piece));
            assert_eq!(pieces.value(), whole.value(), "{size}");
        }
        let mut sum = Sum::default();
        sum.add(&[0xff; 4]);
        sum.add(&[0, 0, 0, 2]);
        assert_eq!(sum.value(), 2);
    }
}
