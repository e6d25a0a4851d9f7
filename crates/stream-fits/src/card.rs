//! Keyword records, the cards of a header: FITS 4.0, 4.1 and 4.2.
#![deny(clippy::arithmetic_side_effects)]

mod blanks;
mod text;
mod value;

pub use text::Text;
pub use value::Value;
pub(crate) use value::{integer, quoted, real};

use crate::Defect;

/// Bytes of a card.
pub const CARD: usize = 80;

/// One keyword record with the CONTINUE records that belong to it, as a view of the header's bytes.
///
/// Nothing is decoded before it is asked for, so that a card costs no memory of its own.
#[derive(Clone, Copy)]
pub struct Card<'a> {
    raw: &'a [u8],
    offset: u64,
    /// The keyword that it stands for.
    alias: Option<&'a str>,
}

/// How a card is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// Keyword, value indicator, value (4.1.2).
    Value,
    /// ESO's `HIERARCH` convention: a keyword of several words, `=`, value.
    Hierarch,
    /// `COMMENT`, `HISTORY`, a blank keyword, or any keyword without a value indicator (4.4.2.4).
    Commentary,
    /// A `CONTINUE` record that continues nothing (4.2.1.2): commentary.
    Continue,
}

/// What a card says, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// How it is built.
    pub style: Style,
    /// The keyword without padding.
    pub keyword: &'a str,
    /// The value; `Undefined` too where there is an indicator and nothing behind, `None` for commentary.
    pub value: Option<Value<'a>>,
    /// Behind the slash, or the text of a commentary card.
    pub comment: Text<'a>,
    /// The rule it breaks, if any.
    pub defect: Option<Defect>,
}

impl<'a> Card<'a> {
    /// A view of one or more records of 80 bytes, the first at `offset` of the source.
    pub(crate) fn new(raw: &'a [u8], offset: u64) -> Self {
        Self { raw, offset, alias: None }
    }

    /// The same card under another keyword.
    pub(crate) fn named(self, alias: &'a str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    /// The bytes as they stand in the file: a multiple of 80.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Where the card starts in the source.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether CONTINUE records belong to it.
    pub fn is_continued(&self) -> bool {
        self.raw.len() > CARD
    }

    fn first(&self) -> &'a [u8] {
        self.raw.get(..CARD).unwrap_or(self.raw)
    }

    /// How it is built.
    pub fn style(&self) -> Style {
        let first = self.first();
        let name = first.get(..8).unwrap_or(first);
        if name == b"CONTINUE" {
            Style::Continue
        } else if name == b"HIERARCH" && hierarch(first).is_some() {
            Style::Hierarch
        } else if first.get(8) == Some(&b'=')
            && !matches!(name, b"COMMENT " | b"HISTORY " | b"        ")
        {
            Style::Value
        } else {
            Style::Commentary
        }
    }

    /// The keyword without padding; with `HIERARCH`, the words before the equals sign.
    pub fn keyword(&self) -> &'a str {
        if let Some(alias) = self.alias {
            return alias;
        }
        let first = self.first();
        let name = match hierarch(first) {
            Some((name, _)) => name,
            None => {
                let name = first.get(..8).unwrap_or(first);
                // nearly all; the rest may be anything
                if let Some(Ok(name)) = sound(name).map(std::str::from_utf8) {
                    return name;
                }
                name
            }
        };
        name.utf8_chunks().next().map_or("", |chunk| chunk.valid()).trim()
    }

    /// Whether the keyword is `name`, which has at most eight characters.
    pub fn is(&self, name: &str) -> bool {
        self.first().get(..8) == Some(&padded(name))
    }

    /// The number behind `root` in an indexed keyword: 12 for `TFORM12` and `TFORM`.
    pub fn index(&self, root: &str) -> Option<usize> {
        let digits = self.first().get(..8)?.strip_prefix(root.as_bytes())?;
        let digits = digits.trim_ascii_end();
        if !matches!(digits.first(), Some(b'1'..=b'9')) || digits.len() > 6 {
            return None;
        }
        digits.iter().try_fold(0usize, |n, &b| {
            let digit = usize::from(b.checked_sub(b'0').filter(|d| *d <= 9)?);
            n.checked_mul(10)?.checked_add(digit)
        })
    }

    /// The value; `None` for commentary.
    pub fn value(&self) -> Option<Value<'a>> {
        self.parts().value
    }

    /// The rule it breaks, if any.
    pub fn defect(&self) -> Option<Defect> {
        self.parts().defect
    }

    /// Takes the card apart.
    pub fn parts(&self) -> Parts<'a> {
        let mut parts = self.parts_of_text();
        parts.defect = parts.defect.or_else(|| printable(self.raw));
        parts
    }

    /// The same, of a header that is known to be ASCII text: that is not looked at again.
    pub(crate) fn parts_of_text(&self) -> Parts<'a> {
        let style = self.style();
        let first = self.first();
        let field = match style {
            Style::Hierarch => hierarch(first).map(|(_, field)| field),
            Style::Value => first.get(9..),
            Style::Commentary | Style::Continue => None,
        };
        let Some(field) = field else {
            let text = first.get(8..).unwrap_or_default();
            let comment = Text::plain(blanks::trim_end(text));
            let defect = if style == Style::Continue {
                Some(Defect::ContinueStray)
            } else {
                keyword_defect(first)
            };
            return Parts { style, keyword: self.keyword(), value: None, comment, defect };
        };
        let mut parsed = value::parse(field);
        if self.is_continued() {
            parsed.comment = Text::comments(self.raw, parsed.comment);
            if let Value::Text(text) = &mut parsed.value {
                *text = text.continued(self.raw);
            }
        }
        let defect = match style {
            Style::Value if parsed.defect.is_none() => keyword_defect(first)
                .or_else(|| (first.get(9) != Some(&b' ')).then_some(Defect::ValueIndicator)),
            _ => parsed.defect,
        };
        Parts {
            style,
            keyword: self.keyword(),
            value: Some(parsed.value),
            comment: parsed.comment,
            defect,
        }
    }
}

impl std::fmt::Debug for Card<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.parts().fmt(f)
    }
}

/// A keyword as it stands in the first eight bytes.
pub(crate) fn padded(name: &str) -> [u8; 8] {
    let mut key = [b' '; 8];
    for (to, from) in key.iter_mut().zip(name.bytes()) {
        *to = from;
    }
    key
}

/// The words and the value field of a `HIERARCH` card.
fn hierarch(first: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = first.strip_prefix(b"HIERARCH ")?;
    let at = memchr::memchr(b'=', rest)?;
    let (name, field) = rest.split_at_checked(at)?;
    // a quote before the sign: the sign stands in a text, and this is a commentary
    if memchr::memchr2(b'\'', b'/', name).is_some() || name.trim_ascii().is_empty() {
        return None;
    }
    Some((name.trim_ascii(), field.get(1..).unwrap_or_default()))
}

/// 4.1.2.1: upper case letters, digits, hyphen and underscore, left justified, padded with spaces.
fn keyword_defect(first: &[u8]) -> Option<Defect> {
    let name = first.get(..8).unwrap_or(first);
    sound(name).is_none().then_some(Defect::Keyword)
}

/// A keyword without its padding, where it has no other characters than these.
fn sound(name: &[u8]) -> Option<&[u8]> {
    let used = blanks::trim_end(name);
    let sound = |b: &u8| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_');
    used.iter().all(sound).then_some(used)
}

/// 3.2: only ASCII text from 20 to 7E stands in a header.
fn printable(raw: &[u8]) -> Option<Defect> {
    (!is_text(raw)).then_some(Defect::HeaderCharacter)
}

/// Whether all bytes are those that headers may have: one pass that vectorises.
pub(crate) fn is_text(raw: &[u8]) -> bool {
    raw.iter().fold(true, |sound, b| sound & (0x20..=0x7e).contains(b))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
