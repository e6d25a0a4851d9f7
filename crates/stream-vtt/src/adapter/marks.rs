//! Places in the file from which blocks can be found again without walking over all before them.
#![deny(clippy::arithmetic_side_effects)]

use crate::parse::Mark;

/// How many places are kept: finding an entry again walks over this part of the file at most, twice.
const MOST: usize = 512;

/// Places after every so many cues, ever fewer the longer the file is: fixed memory.
#[derive(Debug)]
pub(super) struct Marks {
    kept: Vec<Mark>,
    stride: u64,
}

impl Marks {
    pub(super) fn new() -> Self {
        Marks { kept: Vec::new(), stride: 64 }
    }

    /// Takes note of a place behind a cue.
    #[inline]
    pub(super) fn pass(&mut self, mark: Mark) {
        let last = self.kept.last().map_or(0, |last| last.cues);
        if mark.cues.saturating_sub(last) >= self.stride {
            self.keep(mark);
        }
    }

    #[cold]
    fn keep(&mut self, mark: Mark) {
        if self.kept.len() >= MOST {
            let mut odd = false;
            self.kept.retain(|_| {
                odd = !odd;
                !odd
            });
            self.stride = self.stride.saturating_mul(2);
        }
        if self.kept.capacity() == 0 {
            self.kept.reserve_exact(MOST);
        }
        self.kept.push(mark);
    }

    /// The last place before all these entries, if there is one.
    pub(super) fn before<'p>(&self, paths: impl Iterator<Item = &'p str> + Clone) -> Option<Mark> {
        let precedes = |mark: &Mark, path: &str| match path.split_once('/') {
            Some(("cue", number)) => number.parse().is_ok_and(|cue: u64| mark.cues <= cue),
            Some(("note", number)) => number.parse().is_ok_and(|note: u64| mark.notes <= note),
            // everything else stands before the first cue
            _ => false,
        };
        let behind =
            self.kept.partition_point(|mark| paths.clone().all(|path| precedes(mark, path)));
        self.kept.get(behind.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(cues: u64) -> Mark {
        let offset = cues.saturating_mul(100);
        Mark { cues, notes: cues / 2, offset, line: offset, subrip: false }
    }

    #[test]
    fn the_places_stay_few_and_the_nearest_one_before_is_found() {
        let mut marks = Marks::new();
        (1..=1_000_000).for_each(|cues| marks.pass(mark(cues)));
        assert!(marks.kept.len() <= MOST && marks.kept.len() >= MOST / 4, "{}", marks.kept.len());
        let found = marks.before(["cue/500000", "note/400000"].into_iter()).unwrap();
        assert!(found.cues <= 500_000 && 500_000 - found.cues <= 2 * marks.stride);
        assert!(marks.before(["cue/500000", "note/2"].into_iter()).is_none());
        assert!(marks.before(["cue/3"].into_iter()).is_none());
        assert!(marks.before(["header"].into_iter()).is_none());
    }
}
