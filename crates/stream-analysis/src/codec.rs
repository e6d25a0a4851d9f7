//! Bytes of questions and answers: fixed little-endian numbers, lengths first, no length believed beyond what remains.

use stream_core::{Error, ErrorKind, Result};

/// Appends to bytes.
#[derive(Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, n: u8) {
        self.0.push(n);
    }

    pub(crate) fn number(&mut self, n: u64) {
        self.0.extend(n.to_le_bytes());
    }

    pub(crate) fn length(&mut self, n: usize) {
        self.number(u64::try_from(n).unwrap_or(u64::MAX));
    }

    pub(crate) fn float(&mut self, x: f64) {
        self.number(x.to_bits());
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.bytes());
    }

    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub(crate) fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.length(items.len());
        items.iter().for_each(|item| write(self, item));
    }
}

/// Takes from bytes.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or_else(cut)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8> {
        self.take(1)?.first().copied().ok_or_else(cut)
    }

    pub(crate) fn number(&mut self) -> Result<u64> {
        self.take(8)?.first_chunk().map(|b| u64::from_le_bytes(*b)).ok_or_else(cut)
    }

    pub(crate) fn float(&mut self) -> Result<f64> {
        Ok(f64::from_bits(self.number()?))
    }

    pub(crate) fn length(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|_| cut())
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        let n = self.length()?;
        let bytes = self.take(n)?;
        Ok(std::str::from_utf8(bytes).map_err(|_| malformed("text is not UTF-8"))?.to_owned())
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.byte()? == 0 { Ok(None) } else { read(self).map(Some) }
    }

    /// Items of at least a byte each.
    pub(crate) fn list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T>,
    ) -> Result<Vec<T>> {
        let n = self.length()?;
        // an item has at least a byte: a longer list than that lies
        if n > self.0.len() {
            return Err(cut());
        }
        (0..n).map(|_| read(self)).collect()
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(malformed("more bytes than belong to it")) }
    }
}

fn cut() -> Error {
    malformed("fewer bytes than it says")
}

pub(crate) fn malformed(message: &'static str) -> Error {
    Error::new(ErrorKind::Malformed, format!("statistics task: {message}"))
}
