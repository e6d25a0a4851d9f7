//! Blocks' mean squares, counted in bins, and what gates leave of them.
//!
//! A bin is the exponent and the first ten bits of the fraction of a mean square: at most 0.0042 LU wide, at places that are
//! fixed for ever. With the count stands the exact sum, so that only blocks in the one bin in which a gate lies may fall on
//! the wrong side of it.

use stream_core::memory::Budget;
use stream_core::{ChargedVec, Result};

/// Bits of the fraction that tell bins apart.
const BITS: u32 = 10;
const SHIFT: u32 = 52 - BITS;
/// Bins from the absolute gate to a mean square of 2^10, which is 29 LUFS; what is louder is in the last.
const BINS: usize = 34 << BITS;

/// Loudness of a mean square of weighted samples (BS.1770-4, Annex 1, equation 2), in LUFS.
pub(super) fn loudness(mean_square: f64) -> f64 {
    -0.691 + 10.0 * mean_square.log10()
}

/// The mean square of a loudness.
pub(super) fn mean_square(loudness: f64) -> f64 {
    10f64.powf((loudness + 0.691) / 10.0)
}

/// The absolute gate, in LUFS (BS.1770-4, Annex 1).
const ABSOLUTE: f64 = -70.0;

/// Blocks louder than the absolute gate.
pub(super) struct Gate {
    least: f64,
    first: u64,
    bins: ChargedVec<Bin>,
    count: u64,
    sum: f64,
}

#[derive(Clone, Copy, Default)]
struct Bin {
    count: u64,
    sum: f64,
}

impl Gate {
    /// No blocks.
    ///
    /// # Errors
    /// `OverBudget`: 544 KiB.
    pub(super) fn new(budget: &Budget) -> Result<Self> {
        let least = mean_square(ABSOLUTE);
        let mut bins = ChargedVec::new(budget);
        bins.room(BINS)?;
        for _ in 0..BINS {
            bins.push(Bin::default())?;
        }
        Ok(Self { least, first: least.to_bits() >> SHIFT, bins, count: 0, sum: 0.0 })
    }

    pub(super) fn add(&mut self, mean_square: f64) {
        if mean_square > self.least
            && let index = self.index(mean_square)
            && let Some(bin) = self.bins.as_mut_slice().get_mut(index)
        {
            bin.count = bin.count.saturating_add(1);
            bin.sum += mean_square;
            self.count = self.count.saturating_add(1);
            self.sum += mean_square;
        }
    }

    fn index(&self, mean_square: f64) -> usize {
        let above = (mean_square.to_bits() >> SHIFT).saturating_sub(self.first);
        usize::try_from(above).map_or(0, |index| index.min(BINS.saturating_sub(1)))
    }

    /// The mean square of the blocks louder than the mean of all lowered by `below` LU, and the same with the gate's own bin on
    /// the other side of it. `None` where there are no blocks.
    pub(super) fn gated(&self, below: f64) -> Option<(f64, f64)> {
        let threshold = self.threshold(below)?;
        let at = self.index(threshold);
        let above = self.bins.get(at.saturating_add(1)..).unwrap_or_default();
        let mut sum = 0.0;
        let mut count = 0u64;
        for bin in above.iter().rev() {
            sum += bin.sum;
            count = count.saturating_add(bin.count);
        }
        let own = self.bins.get(at).copied().unwrap_or_default();
        let with = (sum + own.sum) / count.saturating_add(own.count) as f64;
        // the mean lies above the gate, but perhaps in its bin
        let without = if count == 0 { with } else { sum / count as f64 };
        let inside = own.sum > threshold * own.count as f64;
        Some(if inside { (with, without) } else { (without, with) })
    }

    fn threshold(&self, below: f64) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64 * 10f64.powf(-below / 10.0))
    }

    /// The loudness at the given shares, in order, of the blocks louder than the mean of all lowered by `below` LU: the middle of
    /// the bin that holds the block of rank `round(share * (count - 1))`.
    pub(super) fn percentiles<const N: usize>(
        &self,
        below: f64,
        shares: [f64; N],
    ) -> Option<[f64; N]> {
        let threshold = self.threshold(below)?;
        let at = self.index(threshold);
        let own = self.bins.get(at).copied().unwrap_or_default();
        let outside = own.sum <= threshold * own.count as f64;
        let from = at.saturating_add(usize::from(outside && own.count > 0));
        let bins = self.bins.get(from..).unwrap_or_default();
        let count = bins.iter().fold(0u64, |n, bin| n.saturating_add(bin.count));
        let last = count.checked_sub(1)?;
        let found = shares.map(|share| {
            let rank = (share * last as f64).round() as u64;
            let mut before = 0u64;
            let index = bins.iter().position(|bin| {
                before = before.saturating_add(bin.count);
                before > rank
            });
            let bin = index.and_then(|i| bins.get(i)).copied().unwrap_or_default();
            // the mean of those in the bin, which lies in it
            loudness(bin.sum / bin.count as f64)
        });
        Some(found)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn gate(blocks: &[f64]) -> Gate {
        let mut gate = Gate::new(&Budget::new("test", 1 << 20)).unwrap();
        blocks.iter().for_each(|l| gate.add(mean_square(*l)));
        gate
    }

    #[test]
    fn blocks_below_the_gates_do_not_count() {
        let of = |other: f64| {
            let mut blocks = vec![-20.0; 100];
            blocks.extend([-80.0; 50]);
            blocks.extend([other; 1000]);
            gate(&blocks).gated(10.0).unwrap()
        };
        // the mean of all above -70 LUFS is about -30.3, so that -45 is outside of the second gate
        let (mean, other) = of(-45.0);
        assert!((loudness(mean) - -20.0).abs() < 1e-9);
        assert_eq!(mean, other, "no block lies in the gate's own bin");
        // about -28.8, so that -35 is inside
        let all = (100.0 * mean_square(-20.0) + 1000.0 * mean_square(-35.0)) / 1100.0;
        let (mean, other) = of(-35.0);
        assert!((loudness(mean) - loudness(all)).abs() < 1e-9);
        assert_eq!(mean, other);
        assert!(gate(&[-71.0, f64::NEG_INFINITY]).gated(10.0).is_none());
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_blocks_within_a_bin() {
        let blocks: Vec<f64> = (0..=1000).map(|i| -40.0 + f64::from(i) * 0.02).collect();
        let [low, high] = gate(&blocks).percentiles(40.0, [0.10, 0.95]).unwrap();
        assert!((low - -38.0).abs() < 0.0042, "{low}");
        assert!((high - -21.0).abs() < 0.0042, "{high}");
        assert!(gate(&[]).percentiles(20.0, [0.5]).is_none());
    }

    #[test]
    fn what_is_louder_than_anything_is_still_counted() {
        let (mean, _) = gate(&[100.0, 100.0]).gated(10.0).unwrap();
        assert!((loudness(mean) - 100.0).abs() < 1e-9);
    }
}
