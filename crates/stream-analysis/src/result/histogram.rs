//! A histogram for eyes, from bins that are finer than its own.

use crate::bins::Bin;

/// Counts between edges. The edges stand on bounds of the counters that were kept, so the counts are exact; they are as evenly
/// spaced as those allow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// Ascending: the least number, then what parts the counts, then the greatest number.
    pub edges: Vec<f64>,
    /// Numbers between an edge and the next; one fewer than edges. A number on an edge belongs to the upper side where it
    /// is not negative, to the lower where it is.
    pub counts: Vec<u64>,
}

/// About `bins` even bins between the bounds.
pub(super) fn between(ascending: &[Bin], bins: usize, (least, greatest): (f64, f64)) -> Histogram {
    let bins = bins.max(1);
    let mut histogram = Histogram { edges: vec![least], counts: Vec::new() };
    let target = |i: usize| {
        let part = i as f64 / bins as f64;
        // parts, not their difference, which may be infinite
        least * (1.0 - part) + greatest * part
    };
    let mut part = 1usize;
    let mut count = 0u64;
    let mut before: Option<&Bin> = None;
    for bin in ascending {
        // a bin whose middle lies beyond the next edge belongs to the next part; empty parts keep their edges
        let middle = bin.low / 2.0 + bin.high / 2.0;
        while part < bins {
            let wanted = target(part);
            if middle < wanted || (middle == wanted && wanted < 0.0) {
                break;
            }
            let low = before.map_or(least, |b| b.high.max(least));
            let edge = wanted.clamp(low.min(bin.low), bin.low.max(low));
            if histogram.edges.last().is_some_and(|last| edge > *last) {
                histogram.edges.push(edge);
                histogram.counts.push(count);
                count = 0;
            }
            part = part.saturating_add(1);
        }
        count = count.saturating_add(bin.count);
        before = Some(bin);
    }
    if histogram.edges.last().is_some_and(|last| greatest > *last) || histogram.counts.is_empty() {
        histogram.edges.push(greatest);
        histogram.counts.push(count);
    } else if let Some(last) = histogram.counts.last_mut() {
        *last = last.saturating_add(count);
    }
    histogram
}

/// The count of each value, where every bin holds one alone and there are at most `most`.
pub(super) fn values(ascending: &[Bin], most: usize) -> Vec<(i64, u64)> {
    let one = |bin: &Bin| {
        // of an integer: the whole numbers from `low` on below `high`, mirrored for negative ones
        let alone = bin.high == bin.low || bin.high - bin.low <= 1.0;
        let value =
            if bin.low < 0.0 && bin.high > bin.low { bin.high.floor() } else { bin.low.ceil() };
        // exactly an integer below 2^53
        (alone && value.abs() < 9e15).then_some((value as i64, bin.count))
    };
    if ascending.len() > most {
        return Vec::new();
    }
    ascending.iter().map(one).collect::<Option<Vec<_>>>().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bin(low: f64, high: f64, count: u64) -> Bin {
        Bin { low, high, count }
    }

    #[test]
    fn counts_stand_between_edges_that_part_them_exactly() {
        let bins = [bin(1.0, 1.5, 3), bin(1.5, 2.0, 4), bin(4.0, 5.0, 5)];
        let h = between(&bins, 4, (1.0, 5.0));
        assert_eq!(h.edges, [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(h.counts, [7, 0, 0, 5]);
    }

    #[test]
    fn one_value_makes_one_bin() {
        let h = between(&[bin(7.0, 7.0, 9)], 10, (7.0, 7.0));
        assert_eq!((h.edges, h.counts), (vec![7.0, 7.0], vec![9]));
    }
}
