//! Times from one unit into another, rounded as FFmpeg rounds them.

/// `value * times / by`, to the nearest integer, halves away from 0; saturating. 0 for `by` 0.
pub(crate) fn rescale(value: i64, times: u64, by: u64) -> i64 {
    divide(value, times, by, by / 2)
}

/// `value * times / by`, towards 0; saturating. 0 for `by` 0.
pub(crate) fn rescale_down(value: i64, times: u64, by: u64) -> i64 {
    divide(value, times, by, 0)
}

fn divide(value: i64, times: u64, by: u64, round: u64) -> i64 {
    let magnitude = value.unsigned_abs();
    // 64 bits are enough for nearly all, and many times as quick
    let narrow = magnitude
        .checked_mul(times)
        .and_then(|n| n.checked_add(round))
        .and_then(|n| n.checked_div(by));
    let quotient = match narrow {
        Some(n) => n,
        None => {
            let product = u128::from(magnitude).saturating_mul(u128::from(times));
            let quotient = product.saturating_add(u128::from(round)).checked_div(u128::from(by));
            u64::try_from(quotient.unwrap_or(0)).unwrap_or(u64::MAX)
        }
    };
    let quotient = i64::try_from(quotient).unwrap_or(i64::MAX);
    if value < 0 { quotient.saturating_neg() } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero_and_what_is_too_large_stops_at_the_end() {
        assert_eq!([rescale(5, 1, 2), rescale(-5, 1, 2), rescale(4, 1, 3)], [3, -3, 1]);
        assert_eq!([rescale_down(5, 1, 2), rescale_down(-5, 1, 2)], [2, -2]);
        assert_eq!(rescale(i64::MAX, u64::MAX, 1), i64::MAX);
        assert_eq!(rescale(i64::MAX, 1_000_000, 1_000_000), i64::MAX);
        assert_eq!(rescale(7, 3, 0), 0);
    }
}
