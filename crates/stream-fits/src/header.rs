//! Headers: FITS 4.0, 3.3.1 and 4.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::ChargedVec;
use stream_core::memory::Budget;

use crate::card::{CARD, Card, Text, Value, padded};

/// Bytes of a block (3.1): headers and data are padded to it.
pub const BLOCK: usize = 2880;

/// All cards of one HDU, as they stand in the file: 80 bytes a card, charged, reused by the next HDU.
#[derive(Debug)]
pub struct Header {
    /// Whole records, without `END` and what follows.
    pub(crate) raw: ChargedVec<u8>,
    pub(crate) offset: u64,
    /// Whether all of it is known to be ASCII text.
    pub(crate) text: bool,
}

impl Header {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { raw: ChargedVec::new(budget), offset: 0, text: false }
    }

    /// Where it starts in the source.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Its bytes up to the `END` card: a multiple of 80.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// How many records it has, continuations counted, without `END`.
    pub fn len(&self) -> usize {
        self.raw.len().checked_div(CARD).unwrap_or(0)
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The cards in file order, CONTINUE records joined to what they continue; duplicates are kept.
    pub fn cards(&self) -> Cards<'_> {
        Cards { rest: &self.raw, offset: self.offset }
    }

    /// The first card with this keyword: of up to eight characters, or the words of a `HIERARCH` card.
    pub fn get(&self, keyword: &str) -> Option<Card<'_>> {
        if keyword.len() > 8 || keyword.contains(' ') {
            return self.cards().find(|card| card.keyword() == keyword);
        }
        let key = padded(keyword);
        let (records, _) = self.raw.as_chunks::<CARD>();
        let at = records.iter().position(|record| record.starts_with(&key))?;
        let start = at.saturating_mul(CARD);
        let offset = self.offset.saturating_add(u64::try_from(start).unwrap_or(u64::MAX));
        Cards { rest: self.raw.get(start..)?, offset }.next()
    }

    /// The value of the first card with this keyword.
    pub fn value(&self, keyword: &str) -> Option<Value<'_>> {
        self.get(keyword)?.value()
    }

    /// An integer value; a real number without a fraction is taken too.
    pub fn integer(&self, keyword: &str) -> Option<i64> {
        self.value(keyword)?.as_integer()
    }

    /// A numeric value.
    pub fn real(&self, keyword: &str) -> Option<f64> {
        self.value(keyword)?.as_real()
    }

    /// A logical value.
    pub fn logical(&self, keyword: &str) -> Option<bool> {
        self.value(keyword)?.as_logical()
    }

    /// A string value. [`Text`] compares with `&str` and prints.
    pub fn text(&self, keyword: &str) -> Option<Text<'_>> {
        self.value(keyword)?.as_text()
    }

    /// An integer value of an indexed keyword: `NAXIS` and 2 for `NAXIS2`.
    pub fn indexed(&self, root: &str, n: usize) -> Option<Card<'_>> {
        let mut name = Name::default();
        let _ = std::fmt::Write::write_fmt(&mut name, format_args!("{root}{n}"));
        self.get(name.as_str()?)
    }
}

/// A keyword put together without an allocation.
#[derive(Default)]
struct Name {
    bytes: [u8; 8],
    len: usize,
    long: bool,
}

impl Name {
    fn as_str(&self) -> Option<&str> {
        let bytes = self.bytes.get(..self.len).filter(|_| !self.long)?;
        std::str::from_utf8(bytes).ok()
    }
}

impl std::fmt::Write for Name {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let end = self.len.saturating_add(s.len());
        match self.bytes.get_mut(self.len..end) {
            Some(to) => {
                to.copy_from_slice(s.as_bytes());
                self.len = end;
            }
            None => self.long = true,
        }
        Ok(())
    }
}

/// Cards in file order.
#[derive(Clone, Debug)]
pub struct Cards<'a> {
    rest: &'a [u8],
    offset: u64,
}

impl<'a> Iterator for Cards<'a> {
    type Item = Card<'a>;

    fn next(&mut self) -> Option<Card<'a>> {
        let first = self.rest.get(..CARD)?;
        let mut len = CARD;
        // 4.2.1.2: a string that ends with an ampersand goes on in the next record, if that says CONTINUE
        if goes_on(first) {
            while let Some(next) = self.rest.get(len..len.saturating_add(CARD)) {
                if !next.starts_with(b"CONTINUE  ") {
                    break;
                }
                len = len.saturating_add(CARD);
                if !goes_on(next) {
                    break;
                }
            }
        }
        let (raw, rest) = self.rest.split_at_checked(len)?;
        let card = Card::new(raw, self.offset);
        self.rest = rest;
        self.offset = self.offset.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        Some(card)
    }
}

/// Whether a string in this record ends with an ampersand.
fn goes_on(record: &[u8]) -> bool {
    // most records have none at all
    if memchr::memchr(b'&', record).is_none() {
        return false;
    }
    let field = if record.starts_with(b"CONTINUE") {
        record.get(8..)
    } else if record.starts_with(b"HIERARCH ") {
        memchr::memchr(b'=', record).and_then(|at| record.get(at.saturating_add(1)..))
    } else if record.get(8) == Some(&b'=') {
        record.get(9..)
    } else {
        None
    };
    let text = field.and_then(|field| crate::card::quoted(field));
    text.is_some_and(|(text, _, closed)| closed && text.trim_ascii_end().ends_with(b"&"))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
