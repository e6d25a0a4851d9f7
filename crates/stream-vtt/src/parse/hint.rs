//! What is known of the bytes ahead, so that none is looked at twice.
#![deny(clippy::arithmetic_side_effects)]

use memchr::{memchr, memmem};

/// A stretch of the file in which something was looked for in vain, and whether it stands at its end.
#[derive(Clone, Copy, Debug, Default)]
struct Hint {
    since: u64,
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
        let wanted = input.place(from);
        let known = self.since <= wanted && wanted <= self.at;
        let at = usize::try_from(self.at.saturating_sub(input.base)).unwrap_or(usize::MAX);
        if known && self.found {
            return at;
        }
        // what was not found may have its beginning in the last bytes that were seen
        let start = if known { at } else { from };
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
        if !known {
            self.since = wanted;
        }
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
    /// A stretch of the file that is UTF-8 throughout, as text, and where it starts: bytes are checked once, many
    /// blocks together, and only text that was checked can be handed out as such.
    text: String,
    text_base: u64,
    arrows: memmem::Finder<'static>,
}

impl Default for Hints {
    fn default() -> Self {
        Hints {
            arrow: Hint::default(),
            cr: Hint::default(),
            null: Hint::default(),
            text: String::new(),
            text_base: 0,
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

    /// So many bytes of the file from `offset` on as text, where they were checked.
    #[inline]
    pub(super) fn text(&self, offset: u64, length: usize) -> Option<&str> {
        let start = usize::try_from(offset.checked_sub(self.text_base)?).ok()?;
        self.text.get(start..start.saturating_add(length))
    }

    /// Whether the bytes before `end` were checked, and have neither U+0000 nor U+000D.
    #[inline]
    pub(super) fn is_checked(&mut self, input: Ahead<'_>, end: usize) -> bool {
        let checked =
            usize::try_from(input.base.saturating_sub(self.text_base)).unwrap_or(usize::MAX);
        input.base >= self.text_base
            && checked.saturating_add(end) <= self.text.len()
            && self.null(input) >= end
            && self.cr.first(input, 0, 1, |rest| memchr(b'\r', rest)) >= end
    }

    /// Bytes that checking makes this hold.
    pub(super) fn room(&self, input: Ahead<'_>) -> usize {
        self.text.capacity().max(input.bytes.len())
    }

    /// Whether the bytes before `end` are UTF-8 without U+0000.
    pub(super) fn is_clean(&mut self, input: Ahead<'_>, end: usize) -> bool {
        let bytes = input.bytes;
        if self.null(input) < end {
            return false;
        }
        if self.text(input.base, end).is_some() {
            return true;
        }
        // all whole lines there are at once: that is fastest over long stretches
        let whole = memchr::memrchr(b'\n', bytes).map_or(end, |at| at.saturating_add(1)).max(end);
        let text = |end: usize| bytes.get(..end).and_then(|b| simdutf8::basic::from_utf8(b).ok());
        let Some(text) = text(whole).or_else(|| text(end)) else { return false };
        self.text.clear();
        if self.text.capacity() < text.len() {
            self.text.reserve_exact(bytes.len());
        }
        self.text.push_str(text);
        self.text_base = input.base;
        true
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
