//! Sizes as people write and read them.

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
        let mut scale = 1u128;
        let mut units = units.into_iter();
        let mut unit = units.next().unwrap_or_default();
        let text = loop {
            // tenths, rounded half up; carrying into the next unit where that reads "1024.0"
            let tenths = bytes.saturating_mul(10).saturating_add(scale / 2) / scale;
            if scale == 1 && bytes < step {
                break format!("{bytes} {unit}");
            }
            if scale > 1 && tenths < step.saturating_mul(10) {
                break format!("{}.{} {unit}", tenths / 10, tenths % 10);
            }
            scale = scale.saturating_mul(step);
            unit = units.next().unwrap_or(unit);
        };
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
        unit => {
            let factor = factor(unit).ok_or_else(|| fail("the unit is unknown"))?;
            (factor, denominator)
        }
    };
    if unit == "%" && mantissa > divisor {
        return Err(fail("more than 100 %"));
    }
    let bytes = mantissa.checked_mul(factor).ok_or_else(too_large)? / divisor;
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
