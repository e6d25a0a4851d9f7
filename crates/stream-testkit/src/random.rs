//! Numbers that look random and are the same in every run.

/// SplitMix64 (Steele, Lea, Flood 2014): one word of state, every seed good.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.bits().checked_rem(end).unwrap_or(0)).unwrap_or(0)
    }
}

/// SplitMix64's finaliser: every input bit reaches every output bit.
pub(crate) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// At most `most` of the numbers `0..end`: all where they are few, else evenly spread with the first and the last.
pub(crate) fn sample(end: usize, most: usize) -> Vec<usize> {
    if end <= most || most < 2 {
        return (0..end.min(most.max(1))).collect();
    }
    (0..most).map(|i| i * (end - 1) / (most - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_hold_both_ends_and_no_number_twice() {
        assert_eq!(sample(5, 10), [0, 1, 2, 3, 4]);
        let some = sample(1000, 10);
        assert_eq!((some.first(), some.last(), some.len()), (Some(&0), Some(&999), 10));
        assert!(some.is_sorted_by(|a, b| a < b));
        assert!(sample(0, 10).is_empty());
    }
}
