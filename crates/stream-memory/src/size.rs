//! Sizes as people write and read them.
#![deny(clippy::arithmetic_side_effects)]

use std::{error, fmt};

/// A number of bytes, displayed in binary units with three to four digits: `512 B`, `32.0 MiB`.
///
/// The alternate form, `{:#}`, uses SI units: `33.6 MB`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

const BINARY: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
const SI: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (step, units) = if f.alternate() { (1000u128, SI) } else { (1024, BINARY) };
        let bytes = u128::from(self.0);
        if bytes < step {
            return f.pad(&format!("{bytes} {}", units[0]));
        }
        let mut scale = 1u128;
        let mut text = String::new();
        for unit in &units[1..] {
            scale = scale.saturating_mul(step);
            // in tenths, rounded half up
            let tenths = bytes.saturating_mul(10).saturating_add(scale / 2);
            let tenths = tenths.checked_div(scale).unwrap_or(0);
            text = format!("{}.{} {unit}", tenths / 10, tenths % 10);
            // else it reads "1024.0" and wants the next unit
            if tenths < step.saturating_mul(10) {
                break;
            }
        }
        f.pad(&text)
    }
}

/// Why a text is no size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SizeError {
    text: String,
    reason: &'static str,
}

/// Reads a size in bytes: `1048576`, `64MiB`, `64M`, `1.5 GiB`, `2GB`, or `25%` of `total` bytes.
///
/// Units are read in any case. `K M G T P E`, alone or as `KiB`, are powers of 1024, as most tools that
/// take memory sizes read them; `kB MB GB …` are powers of 1000. A fraction of a byte is dropped.
///
/// # Errors
/// [`SizeError`] if it is no number with one of these units, more than 100 %, or beyond 64 bits.
pub fn parse_size(text: &str, total: u64) -> Result<u64, SizeError> {
    let fail = |reason| SizeError { text: text.to_owned(), reason };
    let trimmed = text.trim();
    let unit_at = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(unit_at);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
    if !digits(whole) || !digits(fraction) {
        return Err(fail("a number is expected, then a unit such as MiB, GB or %"));
    }
    if fraction.len() > MOST_DECIMALS {
        return Err(fail("more than nine decimals"));
    }
    let too_large = || fail("more than 64 bits hold");
    let denominator = fraction.bytes().fold(1u128, |power, _| power.saturating_mul(10));
    let mantissa: u128 = format!("{whole}{fraction}").parse().map_err(|_| too_large())?;
    let (factor, divisor) = match unit.trim_start().to_ascii_lowercase().as_str() {
        "%" => (u128::from(total), denominator.saturating_mul(100)),
        unit => (factor(unit).ok_or_else(|| fail("the unit is unknown"))?, denominator),
    };
    if unit.ends_with('%') && mantissa > divisor {
        return Err(fail("more than 100 %"));
    }
    let bytes =
        mantissa.checked_mul(factor).ok_or_else(too_large)?.checked_div(divisor).unwrap_or(0);
    u64::try_from(bytes).map_err(|_| too_large())
}

/// Enough to tell single bytes of a GiB; keeps the arithmetic within 128 bits.
const MOST_DECIMALS: usize = 9;

/// The bytes of a unit in lower case.
fn factor(unit: &str) -> Option<u128> {
    if matches!(unit, "" | "b") {
        return Some(1);
    }
    let first = unit.chars().next()?;
    let power = "kmgtpe".chars().position(|letter| letter == first)?;
    let step = match unit.get(first.len_utf8()..)? {
        "" | "ib" => 1024u128,
        "b" => 1000,
        _ => return None,
    };
    step.checked_pow(u32::try_from(power).ok()?.checked_add(1)?)
}

impl fmt::Display for SizeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "size {:?}: {}", self.text, self.reason)
    }
}

impl error::Error for SizeError {}

#[cfg(test)]
mod tests {
    use super::{Bytes, parse_size};

    #[test]
    fn sizes_are_shown_in_binary_units_with_one_decimal() {
        let shown = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            ((1 << 20) - 1, "1.0 MiB"),
            (32 << 20, "32.0 MiB"),
            (31_562_138, "30.1 MiB"),
            (u64::MAX, "16.0 EiB"),
        ];
        for (bytes, text) in shown {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
        assert_eq!(format!("{:#} {:#}", Bytes(999), Bytes(33_554_432)), "999 B 33.6 MB");
        assert_eq!(format!("{:>9}|", Bytes(1024)), "  1.0 KiB|");
    }

    #[test]
    fn sizes_are_read_in_binary_si_and_relative_units() {
        let read = [
            ("1048576", 1 << 20),
            ("0", 0),
            ("7B", 7),
            ("64MiB", 64 << 20),
            (" 64 mib ", 64 << 20),
            ("64M", 64 << 20),
            ("2GB", 2_000_000_000),
            ("1.5KiB", 1536),
            ("0.000000001GB", 1),
            ("1.9B", 1),
            ("25%", 1000),
            ("12.5 %", 500),
            ("100%", 4000),
            ("18446744073709551615", u64::MAX),
            ("15.5EiB", 31 << 59),
        ];
        for (text, bytes) in read {
            assert_eq!(parse_size(text, 4000), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_its_reason() {
        let refused = [
            ("", "a number is expected"),
            ("MiB", "a number is expected"),
            ("-1", "a number is expected"),
            (".5MiB", "a number is expected"),
            ("1.MiB", "a number is expected"),
            ("1.2.3", "a number is expected"),
            ("1 potato", "the unit is unknown"),
            ("1MiBs", "the unit is unknown"),
            ("1\u{e9}", "the unit is unknown"),
            ("0.0000000001GB", "more than nine decimals"),
            ("100.1%", "more than 100 %"),
            ("101 %", "more than 100 %"),
            ("16EiB", "more than 64 bits hold"),
            ("99999999999999999999999999999999999999999999", "more than 64 bits hold"),
        ];
        for (text, reason) in refused {
            let error = parse_size(text, 4000).unwrap_err().to_string();
            assert!(error.starts_with(&format!("size {text:?}: {reason}")), "{error}");
        }
    }
}
