//! Character strings as they stand in cards: FITS 4.0, 4.2.1.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use super::CARD;

/// A text in a header, not yet copied: quotes are undoubled and CONTINUE records joined as it is written out. Trailing
/// spaces do not count. Bytes that are not UTF-8 are shown as U+FFFD.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// What stands in the first record.
    head: &'a [u8],
    /// The records behind it that go on.
    tail: &'a [u8],
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Plain,
    Quoted,
    /// The comments of a continued card.
    Comments,
}

impl<'a> Text<'a> {
    pub(super) fn plain(head: &'a [u8]) -> Self {
        Self { head, tail: &[], kind: Kind::Plain }
    }

    /// What stands between the quotes of one record.
    pub(super) fn quoted(head: &'a [u8]) -> Self {
        Self { head, tail: &[], kind: Kind::Quoted }
    }

    /// The same, going on in the records behind the first of `raw`.
    pub(super) fn continued(self, raw: &'a [u8]) -> Self {
        Self { tail: raw.get(CARD..).unwrap_or_default(), ..self }
    }

    /// The comment of the first record and those of the others.
    pub(super) fn comments(raw: &'a [u8], first: Self) -> Self {
        let tail = raw.get(CARD..).unwrap_or_default();
        Self { head: first.head, tail, kind: Kind::Comments }
    }

    /// Whether nothing but spaces is in it.
    pub fn is_empty(&self) -> bool {
        self.pieces().all(|piece| piece.trim_ascii_end().is_empty())
    }

    /// The bytes as they are where no quote is doubled and nothing is continued.
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        let simple = self.tail.is_empty()
            && (self.kind != Kind::Quoted || memchr::memchr(b'\'', self.head).is_none());
        simple.then(|| self.head.trim_ascii_end())
    }

    /// The text where it needs no change.
    pub fn as_str(&self) -> Option<&'a str> {
        self.as_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The pieces that make up the text, one behind the other, trailing spaces not yet cut.
    pub(crate) fn pieces(&self) -> Pieces<'a> {
        let end = if self.kind == Kind::Quoted && !self.tail.is_empty() {
            joined(self.head)
        } else {
            self.head
        };
        Pieces { at: end, tail: self.tail, kind: self.kind, some: !self.head.is_empty() }
    }

    /// Writes the text out.
    ///
    /// # Errors
    /// What `out` gives.
    pub fn write(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        // spaces are written when something follows them
        let mut spaces = 0usize;
        for piece in self.pieces() {
            let body = piece.trim_ascii_end();
            if !body.is_empty() {
                for _ in 0..spaces {
                    out.write_char(' ')?;
                }
                spaces = 0;
                for chunk in body.utf8_chunks() {
                    out.write_str(chunk.valid())?;
                    if !chunk.invalid().is_empty() {
                        out.write_char('\u{fffd}')?;
                    }
                }
            }
            spaces = spaces.saturating_add(piece.len().saturating_sub(body.len()));
        }
        Ok(())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.as_bytes(), other.as_bytes()) {
            (Some(one), Some(other)) => one == other,
            _ => self.to_string() == other.to_string(),
        }
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_bytes() {
            Some(bytes) => bytes == other.as_bytes(),
            None => {
                let mut rest = Rest(other);
                self.write(&mut rest).is_ok() && rest.0.is_empty()
            }
        }
    }
}

/// What of a text has not been met yet.
struct Rest<'t>(&'t str);

impl fmt::Write for Rest<'_> {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(s).ok_or(fmt::Error)?;
        Ok(())
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

/// A string without the ampersand that says that it goes on.
fn joined(text: &[u8]) -> &[u8] {
    text.trim_ascii_end().strip_suffix(b"&").unwrap_or(text)
}

/// The pieces of a text.
pub(crate) struct Pieces<'a> {
    at: &'a [u8],
    tail: &'a [u8],
    kind: Kind,
    some: bool,
}

impl<'a> Pieces<'a> {
    /// Goes on in the next record; `None` behind the last.
    fn next_record(&mut self) -> Option<&'a [u8]> {
        let (card, rest) = self.tail.split_at_checked(CARD)?;
        self.tail = rest;
        let field = card.get(8..).unwrap_or_default();
        match super::value::quoted(field) {
            Some((_, after, _)) if self.kind == Kind::Comments => {
                Some(super::value::comment(after))
            }
            Some((text, _, _)) => {
                // the sign says that more follows, which the last record does not need
                Some(if self.tail.is_empty() { text } else { joined(text) })
            }
            None => Some(&[]),
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.at.is_empty() {
            self.at = self.next_record()?;
            if self.kind == Kind::Comments && !self.at.is_empty() {
                let first = !std::mem::replace(&mut self.some, true);
                if !first {
                    return Some(b" ");
                }
            }
        }
        if self.kind == Kind::Quoted
            && let Some(at) = memchr::memchr(b'\'', self.at)
        {
            // one of the two quotes is kept
            let (piece, rest) = self.at.split_at_checked(at.saturating_add(1))?;
            self.at = rest.strip_prefix(b"'").unwrap_or(rest);
            return Some(piece);
        }
        Some(std::mem::take(&mut self.at))
    }
}
