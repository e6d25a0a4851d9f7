//! Quantiles from bins.

use crate::bins::Bin;

/// The number below which a share of the data lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The share: 0 to 1.
    pub share: f64,
    /// Near the element of rank `ceil(share * count)` in ascending order (numpy's `inverted_cdf`): no further than `error`.
    pub value: f64,
    /// The guaranteed bound of the error; 0 where the value is exact.
    pub error: f64,
}

/// The quantiles of shares; `bounds` are the least and the greatest number.
pub(super) fn all(
    ascending: &[Bin],
    shares: &[f64],
    bounds: (f64, f64),
    integer: bool,
) -> Vec<Quantile> {
    let count = ascending.iter().fold(0u64, |n, bin| n.saturating_add(bin.count));
    shares.iter().filter_map(|&share| one(ascending, share, count, bounds, integer)).collect()
}

fn one(
    ascending: &[Bin],
    share: f64,
    count: u64,
    (least, greatest): (f64, f64),
    integer: bool,
) -> Option<Quantile> {
    let rank = rank(share, count);
    let mut below = 0u64;
    let bin = ascending.iter().find(|bin| {
        below = below.saturating_add(bin.count);
        below >= rank
    })?;
    // no number lies beyond the extremes
    let (mut low, mut high) = (bin.low.max(least), bin.high.min(greatest));
    if rank <= 1 {
        high = low.max(least).min(high);
        low = high;
    } else if rank >= count {
        low = high;
    } else if integer {
        // whole numbers between the bounds
        (low, high) = (low.ceil(), high.floor());
        let open_above = bin.low >= 0.0 && bin.high > bin.low && high == bin.high;
        let open_below = bin.high <= 0.0 && bin.high > bin.low && low == bin.low;
        high = if open_above { (high - 1.0).max(low) } else { high };
        low = if open_below { (low + 1.0).min(high) } else { low };
    } else if low <= 0.0 && high >= 0.0 && high > low {
        // the bin of zero: numbers of 2^-1000 and zero itself
        return Some(Quantile { share, value: 0.0, error: high.max(-low) });
    }
    let value = low + (high - low) / 2.0;
    let value = if integer { value.floor() } else { value };
    Some(Quantile { share, value, error: (high - value).max(value - low) })
}

/// `ceil(share * count)` in doubles, as numpy has it; at least 1.
fn rank(share: f64, count: u64) -> u64 {
    let rank = (share.clamp(0.0, 1.0) * count as f64).ceil();
    // a conversion that cuts to the range
    (rank as u64).clamp(1, count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_inverse_distribution_function() {
        let ranks = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0].map(|share| rank(share, 10));
        assert_eq!(ranks, [1, 1, 3, 5, 8, 9, 10]);
        assert_eq!(rank(0.5, u64::MAX), 1 << 63);
    }
}
