//! Entries as an iterator.

use crate::{Entry, Reader, Result};

/// The remaining entries of a reader; ends after the first error.
pub struct Entries<'a, R: Reader + ?Sized> {
    reader: &'a mut R,
    ended: bool,
}

impl<'a, R: Reader + ?Sized> Entries<'a, R> {
    pub(super) fn new(reader: &'a mut R) -> Self {
        Self { reader, ended: false }
    }
}

impl<R: Reader + ?Sized> Iterator for Entries<'_, R> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut entry = self.reader.context().entry();
        match self.reader.read_entry(&mut entry) {
            Ok(true) => Some(Ok(entry)),
            Ok(false) => {
                self.ended = true;
                None
            }
            Err(e) => {
                self.ended = true;
                Some(Err(e))
            }
        }
    }
}
