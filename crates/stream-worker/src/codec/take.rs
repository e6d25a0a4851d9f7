//! Reading what another process wrote.

use stream_core::{Error, ErrorKind};
use stream_memory::OverBudget;

/// Why bytes could not be read.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// They are not what they should be.
    Wrong(&'static str),
    /// There is no memory for what they say.
    Short(OverBudget),
}

impl From<OverBudget> for Flaw {
    fn from(refusal: OverBudget) -> Self {
        Self::Short(refusal)
    }
}

impl From<Flaw> for Error {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Wrong(what) => Self::new(
                ErrorKind::Crashed,
                format!("the worker sent what cannot be read: {what}"),
            ),
            Flaw::Short(refusal) => refusal.into(),
        }
    }
}

pub(crate) type Result<T, E = Flaw> = std::result::Result<T, E>;

/// What is left of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Take<'a>(&'a [u8]);

impl<'a> Take<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn left(&self) -> usize {
        self.0.len()
    }

    /// A message has nothing after its last value.
    pub(crate) fn end(&self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Flaw::Wrong("bytes after the end")) }
    }

    pub(crate) fn u8(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().ok_or(Flaw::Wrong("an early end"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn bool(&mut self) -> Result<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Flaw::Wrong("a truth value beyond 1")),
        }
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        let mut n = 0u64;
        for shift in (0u32..70).step_by(7) {
            let byte = self.u8()?;
            let low = u64::from(byte & 0x7f);
            let place = low.checked_shl(shift).unwrap_or(0);
            if place.checked_shr(shift) != Some(low) {
                return Err(Flaw::Wrong("an integer beyond 64 bits"));
            }
            n |= place;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(Flaw::Wrong("an integer beyond 64 bits"))
    }

    pub(crate) fn i64(&mut self) -> Result<i64> {
        let n = self.u64()?;
        Ok((n >> 1).cast_signed() ^ (n & 1).cast_signed().wrapping_neg())
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        u32::try_from(self.u64()?).map_err(|_| Flaw::Wrong("an integer beyond 32 bits"))
    }

    pub(crate) fn usize(&mut self) -> Result<usize> {
        usize::try_from(self.u64()?).map_err(|_| Flaw::Wrong("an integer beyond a pointer"))
    }

    /// A count of things that take at least a byte each, no more than `most`.
    pub(crate) fn count(&mut self, most: usize) -> Result<usize> {
        let n = self.usize()?;
        if n > most || n > self.left() {
            return Err(Flaw::Wrong("a count beyond its ceiling"));
        }
        Ok(n)
    }

    pub(crate) fn f64(&mut self) -> Result<f64> {
        let (bits, rest) = self.0.split_first_chunk().ok_or(Flaw::Wrong("an early end"))?;
        self.0 = rest;
        Ok(f64::from_bits(u64::from_le_bytes(*bits)))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8]> {
        let len = self.usize()?;
        let (bytes, rest) =
            self.0.split_at_checked(len).ok_or(Flaw::Wrong("a length beyond the end"))?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(crate) fn str(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Flaw::Wrong("a text that is not UTF-8"))
    }

    pub(crate) fn option<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Option<T>> {
        if self.bool()? { take(self).map(Some) } else { Ok(None) }
    }
}
