//! What is known of the bytes ahead, so that none is looked at twice.
#![deny(clippy::arithmetic_side_effects)]

use memchr::{memchr, memmem};

/// Up to where in the file something was looked for, and whether it stands there.
#[derive(Clone, Copy, Debug, Default)]
struct Hint {
    at: u64,
    found: bool,
}

impl Hint {
    /// The first place from `from` on where `find` finds something; the length of `input` where it is nowhere.
    /// `input` starts at byte `base` of the file; what is found takes `width` bytes.
    #[inline]
    fn first(
        &mut self,
        input: Ahead<'_>,
        from: usize,
        width: usize,
        find: impl FnOnce(&[u8]) -> Option<usize>,
    ) -> usize {
        let at = usize::try_from(self.at.saturating_sub(input.base)).unwrap_or(usize::MAX);
        if self.found && at >= from && self.at >= input.base {
            return at;
        }
        // what was not found may have its beginning in the last bytes that were seen
        let start = if self.found { from } else { from.max(at) };
        let length = input.bytes.len();
        let rest = input.bytes.get(start..).unwrap_or_default();
        if rest.len() < width {
            return length;
        }
        let found = find(rest);
        let place = match found {
            Some(found) => start.saturating_add(found),
            None => length.saturating_sub(width).saturating_add(1).max(start),
        };
        self.found = found.is_some();
        self.at = input.place(place);
        if self.found { place } else { length }
    }
}

/// Bytes of the file from `base` on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ahead<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) base: u64,
}

impl Ahead<'_> {
    fn place(&self, at: usize) -> u64 {
        self.base.saturating_add(u64::try_from(at).unwrap_or(u64::MAX))
    }
}

#[derive(Clone, Debug)]
pub(super) struct Hints {
    arrow: Hint,
    cr: Hint,
    null: Hint,
    /// Bytes before this are UTF-8.
    valid: u64,
    arrows: memmem::Finder<'static>,
}

impl Default for Hints {
    fn default() -> Self {
        Hints {
            arrow: Hint::default(),
            cr: Hint::default(),
            null: Hint::default(),
            valid: 0,
            arrows: memmem::Finder::new(b"-->"),
        }
    }
}

/// A line: where it ends, where the next one starts, and what stands between.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) end: usize,
    pub(super) next: usize,
    pub(super) terminated: bool,
    pub(super) cr: bool,
}

impl Hints {
    /// The first `-->` from `from` on.
    #[inline]
    pub(super) fn arrow(&mut self, input: Ahead<'_>, from: usize) -> usize {
        let Hints { arrow, arrows, .. } = self;
        arrow.first(input, from, 3, |rest| arrows.find(rest))
    }

    /// The end of the line in which `from` stands; where that takes more bytes, `Err` with how far there is none.
    #[inline]
    pub(super) fn line(&mut self, input: Ahead<'_>, from: usize, end: bool) -> Result<Line, usize> {
        let bytes = input.bytes;
        let cr = self.cr.first(input, from, 1, |rest| memchr(b'\r', rest));
        if let Some(found) = memchr(b'\n', bytes.get(from..cr).unwrap_or_default()) {
            let at = from.saturating_add(found);
            return Ok(Line { end: at, next: at.saturating_add(1), terminated: true, cr: false });
        }
        let after = cr.saturating_add(1);
        match (bytes.get(cr), bytes.get(after)) {
            (None, _) if end => {
                Ok(Line { end: bytes.len(), next: bytes.len(), terminated: false, cr: false })
            }
            (None, _) => Err(cr),
            (Some(_), Some(b'\n')) => {
                Ok(Line { end: cr, next: after.saturating_add(1), terminated: true, cr: true })
            }
            // a line feed may follow
            (Some(_), None) if !end => Err(cr),
            (Some(_), _) => Ok(Line { end: cr, next: after, terminated: true, cr: true }),
        }
    }

    /// The first U+0000.
    pub(super) fn null(&mut self, input: Ahead<'_>) -> usize {
        self.null.first(input, 0, 1, |rest| memchr(0, rest))
    }

    /// Whether the bytes before `end` are UTF-8 without U+0000.
    #[inline]
    pub(super) fn is_clean(&mut self, input: Ahead<'_>, end: usize) -> bool {
        if self.null(input) < end {
            return false;
        }
        input.place(end) <= self.valid || self.validate(input, end)
    }

    fn validate(&mut self, input: Ahead<'_>, end: usize) -> bool {
        let bytes = input.bytes;
        // all whole lines there are at once: validating is fastest over long stretches
        let start = usize::try_from(self.valid.saturating_sub(input.base)).unwrap_or(usize::MAX);
        let whole = memchr::memrchr(b'\n', bytes).map_or(end, |at| at.saturating_add(1)).max(end);
        let is_text =
            |part: Option<&[u8]>| part.is_some_and(|b| simdutf8::basic::from_utf8(b).is_ok());
        if is_text(bytes.get(start..whole)) {
            self.valid = input.place(whole);
            return true;
        }
        is_text(bytes.get(..end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ahead(bytes: &[u8], base: u64) -> Ahead<'_> {
        Ahead { bytes, base }
    }

    #[test]
    fn an_arrow_cut_in_two_is_found_when_its_end_is_there() {
        let text = b"ab-->";
        let mut hints = Hints::default();
        for length in 0..5 {
            assert_eq!(hints.arrow(ahead(&text[..length], 0), 0), length);
        }
        assert_eq!(hints.arrow(ahead(text, 0), 0), 2);
        assert_eq!(hints.arrow(ahead(&text[1..], 1), 0), 1);
        assert_eq!(hints.arrow(ahead(text, 0), 3), 5);
    }

    #[test]
    fn a_carriage_return_at_the_end_waits_for_its_line_feed() {
        let mut hints = Hints::default();
        assert_eq!(hints.line(ahead(b"ab\r", 0), 0, false).unwrap_err(), 2);
        let line = hints.line(ahead(b"ab\r\n", 0), 2, false).unwrap();
        assert_eq!((line.end, line.next, line.terminated, line.cr), (2, 4, true, true));
        let line = Hints::default().line(ahead(b"ab\r", 0), 0, true).unwrap();
        assert_eq!((line.end, line.next), (2, 3));
    }

    #[test]
    fn bad_bytes_of_a_later_line_do_not_spoil_an_earlier_one() {
        let mut hints = Hints::default();
        assert!(hints.is_clean(ahead(b"ab\n\xff\n", 0), 3));
        assert!(!hints.is_clean(ahead(b"ab\n\xff\n", 0), 5));
        assert!(!Hints::default().is_clean(ahead(b"a\0\n", 0), 3));
    }
}
