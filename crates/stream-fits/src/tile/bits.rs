//! Bits of a stream, the most significant first, through a window of 64.
#![deny(clippy::arithmetic_side_effects)]

use super::TileDefect;

/// What is left of a stream of bits.
#[derive(Clone, Debug)]
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    /// The next bits, from the top. Below the first `have`, bits of bytes not yet counted may stand.
    window: u64,
    have: u32,
    len: usize,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, window: 0, have: 0, len: bytes.len() }
    }

    /// Fills the window to at least 56 bits, or with all that is left.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(word) = self.bytes.first_chunk::<8>() {
            self.window |= u64::from_be_bytes(*word).wrapping_shr(self.have);
            let whole = 63u32.wrapping_sub(self.have) >> 3;
            // at most 7 of the 8 bytes that are there
            self.bytes = self.bytes.get(whole as usize..).unwrap_or_default();
            self.have = self.have.wrapping_add(whole.wrapping_mul(8));
        } else {
            self.refill_slowly();
        }
    }

    #[cold]
    fn refill_slowly(&mut self) {
        while self.have <= 55 {
            let Some((&byte, rest)) = self.bytes.split_first() else { return };
            self.window |= u64::from(byte).wrapping_shl(56u32.wrapping_sub(self.have));
            self.have = self.have.wrapping_add(8);
            self.bytes = rest;
        }
    }

    /// The window and how many of its bits count.
    #[inline(always)]
    pub(super) fn peek(&self) -> (u64, u32) {
        (self.window, self.have)
    }

    /// Drops `n` bits, at most as many as count and fewer than 64.
    #[inline(always)]
    pub(super) fn skip(&mut self, n: u32) {
        self.window = self.window.wrapping_shl(n);
        self.have = self.have.wrapping_sub(n);
    }

    /// The next `n` bits as a number; `n` is at most 32.
    ///
    /// # Errors
    /// `Short` when fewer are left.
    #[inline(always)]
    pub(super) fn take(&mut self, n: u32) -> Result<u32, TileDefect> {
        self.refill();
        if n > self.have {
            return Err(self.short());
        }
        // the upper half of the window, of which at most 32 bits are wanted
        let top = u32::try_from(self.window >> 32).unwrap_or(0);
        self.skip(n);
        Ok(if n == 0 { 0 } else { top.wrapping_shr(32u32.wrapping_sub(n)) })
    }

    /// How many zeros stand before the next one, which is dropped too.
    ///
    /// # Errors
    /// `Short` when there is no one.
    #[cold]
    pub(super) fn zeros(&mut self) -> Result<u32, TileDefect> {
        let mut zeros = 0u32;
        loop {
            self.refill();
            let lead = self.window.leading_zeros();
            if lead < self.have {
                self.skip(lead);
                self.skip(1);
                return Ok(zeros.wrapping_add(lead));
            }
            if self.have == 0 {
                return Err(self.short());
            }
            zeros = zeros.wrapping_add(self.have);
            let all = self.have;
            self.skip(all);
            // what stood below the counted bits comes again with the next bytes
            self.window = 0;
        }
    }

    /// Drops the rest of a byte that was begun.
    pub(super) fn align(&mut self) {
        let begun = self.have % 8;
        self.skip(begun);
    }

    /// The error for a stream that ends here.
    #[cold]
    pub(super) fn short(&self) -> TileDefect {
        TileDefect::Short { at: self.len }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_width_come_from_the_top() {
        let bytes = [0b1010_0001, 0xff, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        let mut bits = Bits::new(&bytes);
        assert_eq!(bits.take(3), Ok(0b101));
        assert_eq!(bits.take(0), Ok(0));
        assert_eq!(bits.take(13), Ok(0b0_0001_1111_1111));
        assert_eq!(bits.take(32), Ok(0x0001_0203));
        assert_eq!(bits.take(32), Ok(0x0405_0607));
        assert_eq!(bits.take(8), Ok(8));
        assert_eq!(bits.take(1), Err(TileDefect::Short { at: 11 }));
    }

    #[test]
    fn runs_of_zeros_longer_than_the_window_are_counted() {
        let mut bytes = [0u8; 30];
        bytes[28] = 0b0001_0000;
        let mut bits = Bits::new(&bytes);
        assert_eq!(bits.zeros(), Ok(28 * 8 + 3));
        assert_eq!(bits.take(12), Ok(0));
        assert_eq!(bits.zeros(), Err(TileDefect::Short { at: 30 }));
    }

    #[test]
    fn a_begun_byte_is_dropped_whole() {
        let mut bits = Bits::new(&[0xff, 0x12]);
        assert_eq!(bits.take(3), Ok(7));
        bits.align();
        assert_eq!(bits.take(8), Ok(0x12));
    }
}
