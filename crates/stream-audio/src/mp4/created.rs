//! When a movie was made (ISO 14496-12, 8.2.2).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use crate::input::Input;

/// Seconds from the beginning of 1904, from which times are counted, to that of 1970.
const EPOCH: u64 = 2_082_844_800;
/// Seconds of a day.
const DAY: u64 = 86_400;
/// The last second that is told: the end of the year 9999.
const LAST: u64 = 253_402_300_799;

/// The time of creation at the front of a movie header, which is left where it is; `None` where there is none.
///
/// # Errors
/// What reading gives.
pub(super) fn peek(input: &mut Input) -> Result<Option<String>> {
    let found = match input.peek(12)? {
        [1, _, _, _, time @ ..] => time.first_chunk().map(|time| u64::from_be_bytes(*time)),
        [_, _, _, _, a, b, c, d, ..] => Some(u64::from(u32::from_be_bytes([*a, *b, *c, *d]))),
        _ => None,
    };
    Ok(found.and_then(text))
}

/// The time as ISO 8601 has it, in UTC, with FFmpeg's six digits of a second. Small numbers are taken for seconds from 1970 on, as FFmpeg
/// takes them: some writers count so.
fn text(seconds: u64) -> Option<String> {
    let seconds = seconds.checked_sub(EPOCH).unwrap_or(seconds);
    if seconds == 0 || seconds > LAST {
        return None;
    }
    let (days, rest) = (seconds / DAY, seconds % DAY);
    let (year, month, day) = date(days)?;
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000000Z"))
}

/// Year, month and day of a day counted from the beginning of 1970 (Gregorian).
fn date(days: u64) -> Option<(u64, u64, u64)> {
    let mut rest = days;
    let mut year = 1970u64;
    let is_leap = |year: u64| {
        (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
    };
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        match rest.checked_sub(length) {
            Some(left) => rest = left,
            None => break,
        }
        year = year.checked_add(1)?;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    for (month, length) in (1u64..).zip([31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
        match rest.checked_sub(length) {
            Some(left) => rest = left,
            None => return Some((year, month, rest.checked_add(1)?)),
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn times_count_from_1904_and_small_ones_from_1970() {
        assert_eq!(text(0), None);
        assert_eq!(text(EPOCH), None);
        // date -u -d @1582979696
        let leap = Some("2020-02-29T12:34:56.000000Z".to_owned());
        assert_eq!(text(EPOCH + 1_582_979_696), leap);
        assert_eq!(text(1_582_979_696), leap);
        assert_eq!(text(EPOCH + LAST).as_deref(), Some("9999-12-31T23:59:59.000000Z"));
        assert_eq!(text(u64::MAX), None);
    }
}
