//! The way of nearly every block: a cue that is written as it should be and lies in memory whole.
//!
//! It gives what the outline and the content give, for a small part of the cost; where anything is out of the ordinary it
//! changes nothing, and the rules in full decide.
#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr;

use super::content::cue::Lines;
use super::hint::Ahead;
use super::outline::Part;
use super::{Parser, Phase, timings};

impl Parser {
    /// Parses a cue at the start of `bytes`, and goes behind it. Nothing where the block may be anything else, may go on
    /// behind `bytes`, or has to be decoded.
    #[inline]
    pub(super) fn usual_cue(&mut self, bytes: &[u8]) -> Option<()> {
        if self.phase != Phase::Blocks {
            return None;
        }
        let input = Ahead { bytes, base: self.offset };
        let (mut id, mut at, mut above) = (Part::default(), 0usize, 0u64);
        let times = match timings::usual(bytes) {
            Some(times) => times,
            None => {
                let end = memchr(b'\n', bytes)?;
                if self.hints.arrow(input, 0) < end {
                    return None;
                }
                id.end = end;
                at = end.saturating_add(1);
                above = 1;
                timings::usual(bytes.get(at..)?)?
            }
        };
        let rest = at.saturating_add(times.rest);
        let timings = Part { start: at, end: line_end(bytes, rest)? };
        let mut body =
            Part { start: timings.end.saturating_add(1), end: timings.end.saturating_add(1) };
        let mut content_end = timings.end;
        let (mut scan, mut lines) = (body.start, 0u64);
        while *bytes.get(scan)? != b'\n' {
            content_end = line_end(bytes, scan)?;
            body.end = content_end;
            scan = content_end.saturating_add(1);
            lines = lines.saturating_add(1);
        }
        let end = scan.saturating_add(1);
        if self.hints.arrow(input, timings.end) < content_end || !self.hints.is_checked(input, end)
        {
            return None;
        }
        let place = (self.offset, self.line);
        self.place_cue(&Lines { id, timings, above, body, content_end }, &times, bytes, place);
        self.offset = self.offset.saturating_add(u64::try_from(end).unwrap_or(u64::MAX));
        self.line = self.line.saturating_add(lines).saturating_add(above).saturating_add(2);
        self.taken = true;
        Some(())
    }
}

/// Where the line ends in which `at` stands.
#[inline]
fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.first() == Some(&b'\n') {
        return Some(at);
    }
    Some(at.saturating_add(memchr(b'\n', rest)?))
}
