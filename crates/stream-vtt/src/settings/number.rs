//! Numbers of settings.
#![deny(clippy::arithmetic_side_effects)]

/// Digits, optionally a full stop and digits: what a line number (without its sign) and a percentage share.
fn decimal(text: &[u8]) -> Option<f64> {
    // up to three digits, which is nearly every number there is
    if let [_] | [_, _] | [_, _, _] = text
        && text.iter().all(u8::is_ascii_digit)
    {
        let value = text.iter().fold(0u32, |value, digit| {
            value.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0')))
        });
        return Some(f64::from(value));
    }
    let mut parts = text.splitn(2, |&byte| byte == b'.');
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !parts.next().is_some_and(digits) || !parts.next().is_none_or(digits) {
        return None;
    }
    // HTML's rules for parsing floating-point numbers: the nearest double, and an error beyond the largest
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Parses a percentage string (WebVTT 6.2): a number from 0 to 100.
pub(crate) fn percentage(text: &[u8]) -> Option<f64> {
    let value = decimal(text.strip_suffix(b"%")?)?;
    (value <= 100.0).then_some(value)
}

/// A line number (WebVTT 6.3, `line`): a decimal number, negative from the end of the viewport.
pub(super) fn line_number(text: &[u8]) -> Option<f64> {
    match text.strip_prefix(b"-") {
        // adding 0 turns -0 into 0, as HTML's rules do
        Some(rest) => Some(-decimal(rest)? + 0.0),
        None => decimal(text),
    }
}

/// Digits as an integer, saturating.
pub(crate) fn integer(text: &[u8]) -> Option<u128> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0u128, |value, digit| {
        value.saturating_mul(10).saturating_add(u128::from(digit.wrapping_sub(b'0')))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_digits_with_an_optional_fraction_up_to_100() {
        assert_eq!(percentage(b"0%"), Some(0.0));
        assert_eq!(percentage(b"00%"), Some(0.0));
        assert_eq!(percentage(b"100%"), Some(100.0));
        assert_eq!(percentage(b"42.12%"), Some(42.12));
        assert_eq!(percentage(b"0042.5%"), Some(42.5));
        for bad in [
            "", "%", "1", "-0%", "+1%", "101%", "100.1%", "1.%", ".5%", "1..5%", "1.5.5%", "1e1%",
            "1%%", " 1%",
        ] {
            assert_eq!(percentage(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn line_numbers_may_be_negative_and_zero_has_no_sign() {
        assert_eq!(line_number(b"-1"), Some(-1.0));
        assert_eq!(line_number(b"1.5"), Some(1.5));
        assert!(line_number(b"-0").unwrap().is_sign_positive());
        for bad in ["", "-", "--1", "1-", "1-1", ".5", "5.", "1..5", "1e2", "+1", "1%", "inf"] {
            assert_eq!(line_number(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn what_a_double_cannot_hold_is_an_error_and_what_it_cannot_tell_from_zero_is_zero() {
        let digits = |head: &str, zeros: usize| format!("{head}{}", "0".repeat(zeros));
        assert_eq!(line_number(digits("17976931348623157", 292).as_bytes()), Some(f64::MAX));
        assert_eq!(line_number(digits("17976931348623159", 292).as_bytes()), None);
        let small = |last: &str| format!("0.{}{last}", "0".repeat(323));
        assert_eq!(line_number(small("5").as_bytes()), Some(f64::from_bits(1)));
        assert_eq!(line_number(small("2").as_bytes()), Some(0.0));
    }

    #[test]
    fn integers_are_digits_only() {
        assert_eq!(integer(b"007"), Some(7));
        assert_eq!(integer(b"10000000000000000000000000000000000"), Some(10u128.pow(34)));
        assert_eq!(integer(b""), None);
        assert_eq!(integer(b"-1"), None);
    }
}
