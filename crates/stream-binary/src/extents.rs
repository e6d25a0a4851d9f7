//! The holes of a sparse file.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Span};

/// How many holes are told one by one. A file may have millions; their number and bytes are counted all the same.
pub const TOLD: usize = 16;

/// What is stored of a source and what is not: holes read as zeros and take no room (`lseek` with `SEEK_DATA` and
/// `SEEK_HOLE`). A file system that knows none tells none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extents {
    first: [Option<Span>; TOLD],
    holes: u64,
    hole_bytes: u64,
    stored_bytes: u64,
}

impl Extents {
    /// Asks the source for all its holes: two system calls for each, no byte is read. A source that only goes forward knows
    /// none.
    ///
    /// # Errors
    /// `Cancelled` (resumable), and what the source says.
    pub fn of(cx: &Context) -> Result<Self> {
        let mut all = Self::default();
        let Some(size) = cx.source().size() else { return Ok(all) };
        if !cx.is_random() {
            return Ok(Self { stored_bytes: size, ..all });
        }
        let mut at = 0u64;
        while at < size {
            cx.cancel().check()?;
            let next = cx.source().next_data(at).map_err(|e| Error::from(e).at(at))?;
            let data = next.unwrap_or(size..size);
            let (start, end) = (data.start.clamp(at, size), data.end.min(size));
            all.add_hole(Span { offset: at, length: start.saturating_sub(at) });
            all.stored_bytes = all.stored_bytes.saturating_add(end.saturating_sub(start));
            // a source that stands still would keep this going for ever; what it tells no more is taken as stored
            if end <= at {
                let rest = size.saturating_sub(start);
                all.stored_bytes = all.stored_bytes.saturating_add(rest);
                break;
            }
            at = end;
        }
        Ok(all)
    }

    fn add_hole(&mut self, hole: Span) {
        if hole.length == 0 {
            return;
        }
        if let Some(slot) = self.first.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(hole);
        }
        self.holes = self.holes.saturating_add(1);
        self.hole_bytes = self.hole_bytes.saturating_add(hole.length);
    }

    /// The first holes, at most [`TOLD`], in file order.
    pub fn first(&self) -> impl Iterator<Item = Span> + '_ {
        self.first.iter().copied().flatten()
    }

    /// How many holes there are.
    pub fn holes(&self) -> u64 {
        self.holes
    }

    /// The bytes in holes.
    pub fn hole_bytes(&self) -> u64 {
        self.hole_bytes
    }

    /// The bytes outside of holes.
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::io;
    use std::ops::Range;
    use std::sync::Arc;
    use stream_core::memory::Budget;
    use stream_core::{Access, Source};

    /// Every other block of ten bytes is a hole.
    struct Comb(u64);

    impl Source for Comb {
        fn size(&self) -> Option<u64> {
            Some(self.0)
        }
        fn access(&self) -> Access {
            Access::Random
        }
        fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("holes are found without reading"))
        }
        fn next_data(&self, offset: u64) -> io::Result<Option<Range<u64>>> {
            let block = offset / 10;
            let start = if block % 2 == 1 { offset } else { (block + 1) * 10 };
            Ok((start < self.0).then_some(start..(start / 10 + 1) * 10))
        }
    }

    fn extents(size: u64) -> Extents {
        let cx = Context::new(Arc::new(Comb(size)), &Budget::new("b", 1 << 20));
        Extents::of(&cx).unwrap()
    }

    #[test]
    fn many_holes_are_counted_and_the_first_are_told() {
        let all = extents(100_005);
        assert_eq!(all.holes(), 5001);
        assert_eq!(all.hole_bytes(), 50_005);
        assert_eq!(all.stored_bytes(), 50_000);
        assert_eq!(all.first().count(), TOLD);
        assert_eq!(all.first().nth(1), Some(Span { offset: 20, length: 10 }));
    }

    #[test]
    fn an_empty_source_has_no_holes() {
        assert_eq!(extents(0), Extents::default());
    }
}
