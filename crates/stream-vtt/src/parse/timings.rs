//! "Collect WebVTT cue timings and settings" (WebVTT 6.3), up to the settings.
#![deny(clippy::arithmetic_side_effects)]

use crate::timestamp::{collect, collect_leniently};
use crate::{Timestamp, TimestampFault};

/// The times of a timings line. Positions count from the line's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Timings {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) start_at: usize,
    pub(super) end_at: usize,
    /// Where the settings begin.
    pub(super) rest: usize,
    /// Whether nothing about it needs a second look: the times are well written and spaced.
    pub(super) usual: bool,
    /// Whether the arrow stands between spaces or tabs, and nothing before the start time.
    pub(super) spaced: bool,
}

/// Why a timings line cannot be read, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Start(TimestampFault, usize),
    Arrow(usize),
    End(TimestampFault, usize),
}

type Collect = fn(&[u8]) -> Result<(Timestamp, usize), TimestampFault>;

/// The times as the standard has them.
#[inline]
pub(super) fn strict(line: &[u8]) -> Result<Timings, Fault> {
    match usual(line) {
        Some(timings) => Ok(timings),
        None => times(line, collect),
    }
}

/// The times as they were meant.
pub(super) fn lenient(line: &[u8]) -> Result<Timings, Fault> {
    times(line, collect_leniently)
}

/// Whether a line is one of timings, however badly written.
pub(super) fn is_timings(line: &[u8]) -> bool {
    lenient(line).is_ok()
}

/// Times with ` --> ` between them.
#[inline]
pub(super) fn usual(line: &[u8]) -> Option<Timings> {
    let (start, length) = collect(line).ok()?;
    let rest = line.get(length..)?.strip_prefix(b" --> ")?;
    let (end, more) = collect(rest).ok()?;
    let end_at = length.saturating_add(" --> ".len());
    let rest = end_at.saturating_add(more);
    // with minutes only, or two digits of hours and more
    let usual = |length: usize| length == 9 || length > 11;
    let usual = usual(length) && usual(more);
    Some(Timings { start, end, start_at: 0, end_at, rest, spaced: true, usual })
}

fn times(line: &[u8], collect: Collect) -> Result<Timings, Fault> {
    let start_at = skip(line, 0);
    let tail = line.get(start_at..).unwrap_or_default();
    let (start, length) = collect(tail).map_err(|fault| Fault::Start(fault, start_at))?;
    let after = start_at.saturating_add(length);
    let arrow = skip(line, after);
    if !line.get(arrow..).unwrap_or_default().starts_with(b"-->") {
        return Err(Fault::Arrow(arrow));
    }
    let behind = arrow.saturating_add(3);
    let end_at = skip(line, behind);
    let tail = line.get(end_at..).unwrap_or_default();
    let (end, length) = collect(tail).map_err(|fault| Fault::End(fault, end_at))?;
    let spaces = |from: usize, to: usize| {
        let gap = line.get(from..to).unwrap_or_default();
        !gap.is_empty() && gap.iter().all(|b| matches!(b, b' ' | b'\t'))
    };
    let spaced = start_at == 0 && spaces(after, arrow) && spaces(behind, end_at);
    let rest = end_at.saturating_add(length);
    Ok(Timings { start, end, start_at, end_at, rest, spaced, usual: false })
}

/// Skips ASCII whitespace.
fn skip(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    at.saturating_add(rest.iter().take_while(|b| b.is_ascii_whitespace()).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(line: &str) -> Result<(u64, u64, usize, bool), Fault> {
        strict(line.as_bytes()).map(|t| (t.start.millis(), t.end.millis(), t.rest, t.spaced))
    }

    #[test]
    fn the_usual_line_and_its_settings_are_taken_apart() {
        assert_eq!(ms("00:00:01.000 --> 00:00:02.000 line:1"), Ok((1000, 2000, 29, true)));
        assert_eq!(ms("00:01.000\t-->  100:00:02.000"), Ok((1000, 360_002_000, 28, true)));
    }

    #[test]
    fn any_ascii_whitespace_or_none_stands_around_the_arrow() {
        for line in
            ["00:01.000-->00:02.000", "00:01.000\u{c}-->\u{c}00:02.000", " 00:01.000 --> 00:02.000"]
        {
            let (start, end, _, spaced) = ms(line).unwrap();
            assert_eq!((start, end, spaced), (1000, 2000, false), "{line:?}");
        }
    }

    #[test]
    fn settings_may_follow_the_end_time_directly() {
        assert_eq!(ms("00:00.000 --> 00:01.000line:40%"), Ok((0, 1000, 23, true)));
    }

    #[test]
    fn a_line_that_cannot_be_read_says_where() {
        assert_eq!(ms("x --> 00:01.000"), Err(Fault::Start(TimestampFault::NoDigit, 0)));
        assert_eq!(ms("00:00.000\u{fffd} --> 00:01.000"), Err(Fault::Arrow(9)));
        assert_eq!(ms("00:00.000 - --> 00:01.000"), Err(Fault::Arrow(10)));
        assert_eq!(ms("00:00.000 --> "), Err(Fault::End(TimestampFault::NoDigit, 14)));
        assert_eq!(ms("00:00.000 --> 00:60.000"), Err(Fault::End(TimestampFault::OutOfRange, 14)));
    }

    #[test]
    fn lenient_times_may_have_commas() {
        let t = lenient(b"00:01:39 --> 00:01:41,04 X1:40").unwrap();
        assert_eq!((t.start.millis(), t.end.millis(), t.rest), (99_000, 101_040, 24));
    }
}
