//! How often each byte value occurs.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// Exact counts of the 256 byte values.
///
/// Counts of parts add up to the counts of the whole, whatever the parts are, so entropy depends neither on the size of
/// chunks nor on the number of threads.
#[derive(Clone, PartialEq, Eq)]
pub struct Histogram {
    counts: [u64; 256],
}

/// Tables that take turns: consecutive bytes are often equal, and an increment that waits for the one before it through
/// memory costs five cycles or more. Eight tables of 1 KiB still leave room in a 32 KiB first-level cache.
const LANES: usize = 8;

/// Bytes after which the 32-bit counts of a lane are added up: a multiple of [`LANES`] that cannot overflow them.
const PIECE: usize = 1 << 30;

impl Histogram {
    /// No bytes yet.
    pub const fn new() -> Self {
        Self { counts: [0; 256] }
    }

    /// Counts the bytes of one slice.
    pub fn of(bytes: &[u8]) -> Self {
        let mut all = Self::new();
        all.add(bytes);
        all
    }

    /// Counts more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            let mut lanes = [[0u32; 256]; LANES];
            let (eights, rest) = piece.as_chunks::<LANES>();
            for eight in eights {
                // one load of eight bytes; the shifts are cheaper than eight loads
                let word = u64::from_le_bytes(*eight);
                for (lane, table) in lanes.iter_mut().enumerate() {
                    let byte = (word >> lane.wrapping_mul(8)) & 0xff;
                    // below 256 by the mask, so `get_mut` costs nothing
                    if let Some(count) = table.get_mut(byte as usize) {
                        *count = count.wrapping_add(1);
                    }
                }
            }
            for (table, &byte) in lanes.iter_mut().zip(rest) {
                if let Some(count) = table.get_mut(usize::from(byte)) {
                    *count = count.wrapping_add(1);
                }
            }
            for table in &lanes {
                for (all, &count) in self.counts.iter_mut().zip(table) {
                    *all = all.saturating_add(u64::from(count));
                }
            }
        }
    }

    /// Counts `n` zero bytes without looking at any: a hole.
    pub fn add_zeros(&mut self, n: u64) {
        self.counts[0] = self.counts[0].saturating_add(n);
    }

    /// Adds the counts of another part.
    pub fn merge(&mut self, other: &Self) {
        for (all, &count) in self.counts.iter_mut().zip(&other.counts) {
            *all = all.saturating_add(count);
        }
    }

    /// The counts, by byte value.
    pub fn counts(&self) -> &[u64; 256] {
        &self.counts
    }

    /// How many bytes were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().fold(0, |n: u64, &c| n.saturating_add(c))
    }

    /// Shannon's entropy of the byte values in bits per byte, from 0 (one value only) to 8 (all equally often); 0 for no
    /// bytes. Computed from the exact counts in the order of the values: equal counts give equal bits.
    pub fn entropy(&self) -> f64 {
        let total = self.total() as f64;
        let sum: f64 = self
            .counts
            .iter()
            .filter(|&&count| count > 0)
            .map(|&count| {
                let share = count as f64 / total;
                -share * share.log2()
            })
            .sum();
        // a single value gives -0
        sum.max(0.0)
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = (0u16..).zip(&self.counts).filter(|(_, count)| **count > 0);
        f.debug_map().entries(seen).finish()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(bytes: &[u8]) -> [u64; 256] {
        let mut counts = [0; 256];
        for &byte in bytes {
            counts[usize::from(byte)] += 1;
        }
        counts
    }

    #[test]
    fn entropy_is_zero_for_one_value_one_for_two_and_eight_for_all() {
        assert_eq!(Histogram::new().entropy(), 0.0);
        assert_eq!(Histogram::of(&[7; 100]).entropy(), 0.0);
        assert_eq!(Histogram::of(b"abababab").entropy(), 1.0);
        assert_eq!(Histogram::of(&(0..=255).collect::<Vec<u8>>()).entropy(), 8.0);
    }

    #[test]
    fn zeros_of_a_hole_count_like_zeros_read() {
        let mut hole = Histogram::of(b"x");
        hole.add_zeros(1 << 40);
        assert_eq!(hole.total(), (1 << 40) + 1);
        assert_eq!(hole.counts()[0], 1 << 40);
    }

    proptest! {
        #[test]
        fn any_split_counts_like_one_pass_byte_by_byte(
            bytes in proptest::collection::vec(any::<u8>(), 0..2000),
            cut in any::<prop::sample::Index>(),
        ) {
            let (a, b) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut all = Histogram::of(a);
            all.merge(&Histogram::of(b));
            prop_assert_eq!(all.counts(), &naive(&bytes));
        }
    }
}
