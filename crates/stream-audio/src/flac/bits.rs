//! Bits from the most significant one on.
#![deny(clippy::arithmetic_side_effects)]

/// A place within bytes. Reading behind their end gives zeros; [`Bits::is_over`] tells.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte that is not counted in `held`.
    pos: usize,
    /// The next bits, from the top. Below the `held` first ones stand zeros or bits that come next.
    pub(super) top: u64,
    /// How many bits of `top` are counted: 56 or more after [`Bits::refill`].
    pub(super) held: u32,
}

impl<'a> Bits<'a> {
    /// Before the byte at `pos`.
    pub(super) fn new(data: &'a [u8], pos: usize) -> Self {
        Self { data, pos, top: 0, held: 0 }
    }

    /// Makes at least 56 bits be held.
    #[inline(always)]
    pub(super) fn refill(&mut self) {
        if let Some(next) = self.data.get(self.pos..).and_then(|b| b.first_chunk::<8>()) {
            let whole = 63u32.wrapping_sub(self.held) >> 3;
            // the bits beyond the whole bytes are written again by the next refill, with the same value
            self.top |= u64::from_be_bytes(*next).wrapping_shr(self.held);
            self.pos = self.pos.wrapping_add(whole as usize);
            self.held |= 56;
        } else {
            self.refill_slowly();
        }
    }

    #[cold]
    fn refill_slowly(&mut self) {
        while self.held <= 55 {
            let byte = self.data.get(self.pos).copied().unwrap_or(0);
            self.top |= u64::from(byte).wrapping_shl(56u32.wrapping_sub(self.held));
            self.pos = self.pos.saturating_add(1);
            self.held = self.held.wrapping_add(8);
        }
    }

    /// Passes over `count` bits, which are held.
    #[inline(always)]
    pub(super) fn pass(&mut self, count: u32) {
        self.top = self.top.wrapping_shl(count);
        self.held = self.held.wrapping_sub(count);
    }

    /// The next `count` bits (at most 56) as a number.
    #[inline(always)]
    pub(super) fn take(&mut self, count: u32) -> u64 {
        if self.held < count {
            self.refill();
        }
        // in two steps, since a shift by 64 is none
        let value = (self.top >> 1).wrapping_shr(63u32.wrapping_sub(count));
        self.pass(count);
        value
    }

    /// The next `count` bits (1 to 56) as a number in two's complement.
    #[inline(always)]
    pub(super) fn take_signed(&mut self, count: u32) -> i64 {
        if count == 0 {
            return 0;
        }
        let value = self.take(count);
        let up = 64u32.wrapping_sub(count);
        value.wrapping_shl(up).cast_signed().wrapping_shr(up)
    }

    /// The number of zeros before the next one, which is passed over; `None` when more than `most`, or the bytes end.
    #[inline]
    pub(super) fn unary(&mut self, most: u32) -> Option<u32> {
        let mut zeros = 0u32;
        loop {
            self.refill();
            let run = self.top.leading_zeros();
            if run < self.held {
                self.pass(run);
                self.pass(1);
                zeros = zeros.saturating_add(run);
                return (zeros <= most).then_some(zeros);
            }
            zeros = zeros.saturating_add(self.held);
            // what stands below the held bits comes again with the next refill
            self.top = 0;
            self.held = 0;
            if zeros > most || self.is_over() {
                return None;
            }
        }
    }

    /// Passes over the bits up to the next byte.
    pub(super) fn align(&mut self) {
        let odd = self.held % 8;
        self.pass(odd);
    }

    /// The byte behind the last one that a bit was taken of.
    pub(super) fn position(&self) -> usize {
        let held = usize::try_from(self.held / 8).unwrap_or(0);
        self.pos.saturating_sub(held)
    }

    /// Whether more was read than is there.
    pub(super) fn is_over(&self) -> bool {
        self.position() > self.data.len()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_from_the_top_whatever_the_sizes() {
        let data: Vec<u8> = (0..64u8).map(|n| n.wrapping_mul(37).wrapping_add(11)).collect();
        let bit = |at: usize| u64::from(data[at / 8] >> (7 - at % 8) & 1);
        for sizes in [[1, 2, 3, 4], [56, 1, 33, 7], [5, 32, 0, 13]] {
            let mut bits = Bits::new(&data, 0);
            let mut at = 0;
            'all: loop {
                for size in sizes {
                    if at + size > data.len() * 8 {
                        break 'all;
                    }
                    let expected = (at..at + size).fold(0, |n, i| n << 1 | bit(i));
                    assert_eq!(bits.take(size as u32), expected, "{size} at {at}");
                    at += size;
                }
            }
            assert!(!bits.is_over());
        }
    }

    #[test]
    fn zeros_are_counted_across_refills_and_stop_at_the_end() {
        let mut data = vec![0u8; 40];
        data[20] = 0x10;
        let mut bits = Bits::new(&data, 0);
        bits.take(3);
        assert_eq!(bits.unary(1000), Some(160));
        assert_eq!(bits.unary(100_000), None);
        assert_eq!(Bits::new(&data, 0).unary(100), None);
    }

    #[test]
    fn reading_behind_the_end_is_told() {
        let mut bits = Bits::new(&[0xff; 3], 0);
        assert_eq!((bits.take(24), bits.is_over()), (0xff_ffff, false));
        assert_eq!((bits.take(1), bits.position(), bits.is_over()), (0, 4, true));
    }
}
