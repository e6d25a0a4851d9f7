//! Times as WebVTT writes them, kept exact.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// A time in whole milliseconds since the start of the media (WebVTT 4.1, "WebVTT timestamp").
///
/// Three decimals are all that a WebVTT timestamp can hold, so nothing is rounded. Hours are unbounded
/// in the standard; what 64 bits cannot hold (five hundred million years) saturates and is reported as
/// [`Defect::TimestampOverflow`](crate::Defect::TimestampOverflow).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The latest time that can be held.
    pub const MAX: Timestamp = Timestamp(u64::MAX);

    /// A time of so many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Timestamp(millis)
    }

    /// Milliseconds since the start of the media.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Reads a whole string as a WebVTT timestamp; `None` where the standard's rule fails or where
    /// characters follow it (WebVTT 6.4, the timestamp tag).
    pub fn parse(text: &str) -> Option<Timestamp> {
        match collect(text.as_bytes()) {
            Ok((time, rest)) if rest == text.len() => Some(time),
            _ => None,
        }
    }
}

impl fmt::Display for Timestamp {
    /// `HH:MM:SS.mmm`, with more digits of hours where needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, millis) = (self.0 / 1000, self.0 % 1000);
        let (minutes, second) = (seconds / 60, seconds % 60);
        let (hour, minute) = (minutes / 60, minutes % 60);
        write!(f, "{hour:02}:{minute:02}:{second:02}.{millis:03}")
    }
}

/// Why the rule "collect a WebVTT timestamp" (WebVTT 6.3) failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFault {
    /// It does not start with a digit.
    NoDigit,
    /// A colon was expected.
    NoColon,
    /// Minutes or seconds are not exactly two digits.
    NotTwoDigits,
    /// A full stop was expected before the thousandths.
    NoFullStop,
    /// The thousandths are not exactly three digits.
    NotThreeDigits,
    /// Minutes or seconds are above 59.
    OutOfRange,
}

impl TimestampFault {
    pub(crate) fn expected(self) -> &'static str {
        match self {
            TimestampFault::NoDigit => "a digit",
            TimestampFault::NoColon => "a colon",
            TimestampFault::NotTwoDigits => "two digits",
            TimestampFault::NoFullStop => "a full stop",
            TimestampFault::NotThreeDigits => "three digits of milliseconds",
            TimestampFault::OutOfRange => "minutes and seconds up to 59",
        }
    }
}

/// Collects a timestamp at the start of `input`: the time and the bytes it took (WebVTT 6.3).
pub(crate) fn collect(input: &[u8]) -> Result<(Timestamp, usize), TimestampFault> {
    if let Some(found) = usual(input) {
        return Ok(found);
    }
    let mut at = Cursor { input, at: 0 };
    let (first, digits) = at.number();
    if digits == 0 {
        return Err(TimestampFault::NoDigit);
    }
    let hours_first = digits != 2 || first > 59;
    at.expect(b':', TimestampFault::NoColon)?;
    let second = at.two()?;
    let (hours, minutes, seconds) = if hours_first || at.peek() == Some(b':') {
        at.expect(b':', TimestampFault::NoColon)?;
        (first, second, at.two()?)
    } else {
        (0, first, second)
    };
    at.expect(b'.', TimestampFault::NoFullStop)?;
    let (millis, digits) = at.number();
    if digits != 3 {
        return Err(TimestampFault::NotThreeDigits);
    }
    if minutes > 59 || seconds > 59 {
        return Err(TimestampFault::OutOfRange);
    }
    Ok((join(hours, minutes, seconds, millis), at.at))
}

/// What real files write, SubRip above all: a comma for the full stop, one digit for two, a fraction of any
/// length or none. The fraction is decimal: `,4` is 400 ms; digits past the third are cut.
pub(crate) fn collect_leniently(input: &[u8]) -> Result<(Timestamp, usize), TimestampFault> {
    let mut at = Cursor { input, at: 0 };
    let mut parts = [0u64; 3];
    let mut count = 0usize;
    for part in &mut parts {
        let (value, digits) = at.number();
        if digits == 0 {
            let first =
                if count == 0 { TimestampFault::NoDigit } else { TimestampFault::NotTwoDigits };
            return Err(first);
        }
        *part = value;
        count = count.saturating_add(1);
        if count == 3 || at.peek() != Some(b':') {
            break;
        }
        at.skip();
    }
    let (hours, minutes, seconds) = match (count, parts) {
        (3, [h, m, s]) => (h, m, s),
        (2, [m, s, _]) => (0, m, s),
        _ => return Err(TimestampFault::NoColon),
    };
    if minutes > 59 || seconds > 59 {
        return Err(TimestampFault::OutOfRange);
    }
    let mut millis = 0u64;
    let fraction = at.input.get(at.at.saturating_add(1)).is_some_and(u8::is_ascii_digit);
    if fraction && matches!(at.peek(), Some(b'.' | b',')) {
        at.skip();
        let mut unit = 100u64;
        while let Some(digit) = at.peek().filter(u8::is_ascii_digit) {
            millis =
                millis.saturating_add(unit.saturating_mul(u64::from(digit.wrapping_sub(b'0'))));
            unit /= 10;
            at.skip();
        }
    }
    Ok((join(hours, minutes, seconds, millis), at.at))
}

/// Two to seven digits of hours, `:MM:SS.mmm`, and no further digit: nearly every timestamp there is.
#[inline]
fn usual(input: &[u8]) -> Option<(Timestamp, usize)> {
    let digit = |byte: u8| u64::from(byte.wrapping_sub(b'0'));
    let two = |tens: u64, ones: u64| tens.wrapping_mul(10).wrapping_add(ones);
    let (&[a, b], mut rest) = input.split_first_chunk::<2>()?;
    let mut hours = two(digit(a), digit(b));
    if digit(a) > 9 || digit(b) > 9 {
        return None;
    }
    let mut length = 12usize;
    while let Some((&byte, tail)) = rest.split_first()
        && byte.is_ascii_digit()
        && length < 17
    {
        hours = two(hours, digit(byte));
        length = length.wrapping_add(1);
        rest = tail;
    }
    let (&[a, b, c, d, e, f, g, h, tens, ones], rest) = rest.split_first_chunk::<10>()?;
    // eight bytes at once: colons and the full stop become zeros, digits their values
    let bytes = u64::from_le_bytes([a, b, c, d, e, f, g, h]) ^ u64::from_le_bytes(*b":00:00.0");
    let above_nine = bytes.wrapping_add(0x0606_0606_0606_0606);
    let digits = (bytes | above_nine) & 0xf0f0_f0f0_f0f0_f0f0 == 0;
    let colons = bytes & 0x00ff_0000_ff00_00ff == 0;
    let at = |place: u32| (bytes >> place) & 0xf;
    let (minutes, seconds) = (two(at(8), at(16)), two(at(32), at(40)));
    let (tens, ones) = (digit(tens), digit(ones));
    let good = digits & colons & (minutes < 60) & (seconds < 60) & (tens < 10) & (ones < 10);
    if !good || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((join(hours, minutes, seconds, two(two(at(56), tens), ones)), length))
}

#[inline]
fn join(hours: u64, minutes: u64, seconds: u64, millis: u64) -> Timestamp {
    // every part but the hours is below a thousand
    let rest =
        minutes.wrapping_mul(60_000).wrapping_add(seconds.wrapping_mul(1000)).wrapping_add(millis);
    Timestamp(hours.saturating_mul(3_600_000).saturating_add(rest))
}

struct Cursor<'a> {
    input: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn skip(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn expect(&mut self, byte: u8, fault: TimestampFault) -> Result<(), TimestampFault> {
        if self.peek() != Some(byte) {
            return Err(fault);
        }
        self.skip();
        Ok(())
    }

    /// Digits as a number, saturating, and how many they were.
    fn number(&mut self) -> (u64, usize) {
        let start = self.at;
        let mut value = 0u64;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            value = value.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')));
            self.skip();
        }
        (value, self.at.saturating_sub(start))
    }

    fn two(&mut self) -> Result<u64, TimestampFault> {
        match self.number() {
            (value, 2) => Ok(value),
            _ => Err(TimestampFault::NotTwoDigits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> Option<u64> {
        Timestamp::parse(text).map(Timestamp::millis)
    }

    #[test]
    fn hours_are_optional_and_of_any_length() {
        assert_eq!(ms("00:00:01.500"), Some(1500));
        assert_eq!(ms("01:02.003"), Some(62_003));
        assert_eq!(ms("100:20:00.500"), Some(361_200_500));
        assert_eq!(ms("0:00:01.000"), Some(1000));
        assert_eq!(ms("60:00:00.000"), Some(216_000_000));
    }

    #[test]
    fn what_the_rule_refuses_is_refused_for_its_reason() {
        let fault = |text: &str| collect(text.as_bytes()).unwrap_err();
        assert_eq!(fault(""), TimestampFault::NoDigit);
        assert_eq!(fault("-0:00.000"), TimestampFault::NoDigit);
        assert_eq!(fault("00.00.000"), TimestampFault::NoColon);
        assert_eq!(fault("60:00.000"), TimestampFault::NoColon);
        assert_eq!(fault("00:1.000"), TimestampFault::NotTwoDigits);
        assert_eq!(fault("00:00:001.000"), TimestampFault::NotTwoDigits);
        assert_eq!(fault("00:00:00,000"), TimestampFault::NoFullStop);
        assert_eq!(fault("00:00:00.00"), TimestampFault::NotThreeDigits);
        assert_eq!(fault("00:00:00.0000"), TimestampFault::NotThreeDigits);
        assert_eq!(fault("00:60.000"), TimestampFault::OutOfRange);
        assert_eq!(fault("00:60:00.000"), TimestampFault::OutOfRange);
    }

    #[test]
    fn trailing_characters_are_left_to_the_caller() {
        assert_eq!(collect(b"00:00:01.000line:1"), Ok((Timestamp(1000), 12)));
        assert_eq!(Timestamp::parse("00:00:01.000 "), None);
    }

    #[test]
    fn hours_beyond_64_bits_saturate() {
        assert_eq!(ms("99999999999999999999:00:00.000"), Some(u64::MAX));
    }

    #[test]
    fn lenient_reading_takes_commas_short_parts_and_any_fraction() {
        let lenient = |text: &str| collect_leniently(text.as_bytes()).map(|(t, n)| (t.0, n));
        assert_eq!(lenient("00:00:01,500 "), Ok((1500, 12)));
        assert_eq!(lenient("00:01:41,04"), Ok((101_040, 11)));
        assert_eq!(lenient("00:01:39 -->"), Ok((99_000, 8)));
        assert_eq!(lenient("1:2:3.4"), Ok((3_723_400, 7)));
        assert_eq!(lenient("02:03,1239"), Ok((123_123, 10)));
        assert_eq!(lenient("00:01:39, X1:40"), Ok((99_000, 8)));
        assert_eq!(lenient("12"), Err(TimestampFault::NoColon));
        assert_eq!(lenient("1:x"), Err(TimestampFault::NotTwoDigits));
        assert_eq!(lenient("00:61:00,000"), Err(TimestampFault::OutOfRange));
    }

    #[test]
    fn display_writes_what_parse_reads() {
        for text in ["00:00:00.000", "01:02:03.004", "361200:59:59.999"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
    }
}
