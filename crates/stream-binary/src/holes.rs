//! Which blocks need not be read.
#![deny(clippy::arithmetic_side_effects)]

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use stream_core::{Context, Error, Result};

/// Remembers the stored range met last, so that reading stored bytes in order asks the file system once per range.
#[derive(Debug, Default)]
pub(crate) struct Holes {
    /// From a hole's first known byte to the end of the stored bytes behind it: where the hole starts, where stored bytes start
    /// and where they end.
    known: Mutex<(u64, Range<u64>)>,
}

impl Holes {
    /// Whether all of `offset..end`, which lies within the source's size, is a hole that is still there.
    ///
    /// A block that is only partly a hole is read: the kernel fills in zeros as fast as we could.
    pub(crate) fn cover(&self, cx: &Context, offset: u64, end: u64) -> Result<bool> {
        // a file may be one hole of many gigabytes: nothing else would look at the flag
        cx.cancel().check()?;
        if !cx.is_random() {
            return Ok(false);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, stored) = known.clone();
        if !(from <= offset && offset < stored.end) {
            let size = cx.source().size().unwrap_or(u64::MAX);
            let next = cx.source().next_data(offset).map_err(|e| Error::from(e).at(offset))?;
            // no more stored bytes up to the end
            *known = (offset, next.unwrap_or(size..u64::MAX));
        }
        let stored = known.1.start;
        drop(known);
        if end > stored {
            return Ok(false);
        }
        self.still_there(cx, end)
    }

    /// A file that shrank has "holes" beyond its new end: only one that still reaches over the block counts. Otherwise the
    /// block is read, and reading tells where the file ends.
    fn still_there(&self, cx: &Context, end: u64) -> Result<bool> {
        let now = cx.source().identity().map_err(|e| Error::from(e).at(end))?;
        Ok(now.is_some_and(|now| now.size >= end))
    }
}
