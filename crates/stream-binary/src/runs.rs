//! Runs of printable bytes, as `strings` finds them.
#![deny(clippy::arithmetic_side_effects)]

/// The shortest run that counts, as in POSIX `strings`: 4 bytes.
pub const SHORTEST: u64 = 4;

/// Where a run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The offset of its first byte.
    pub offset: u64,
    /// Its bytes.
    pub length: u64,
}

/// What is known of the runs of printable bytes in a stretch of the source: printable are 0x20 to 0x7e and the tab, as for GNU
/// `strings` without options.
///
/// Stretches that follow each other merge, and the result is that of one pass over both: a run across the border
/// counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    offset: u64,
    length: u64,
    /// Printable bytes at the start; all of them where the stretch is one run.
    prefix: u64,
    /// Printable bytes at the end.
    suffix: u64,
    /// Runs that touch neither end.
    inner: Count,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    runs: u64,
    bytes: u64,
    longest: Run,
}

impl Count {
    fn add(&mut self, run: Run) {
        if run.length >= SHORTEST {
            self.runs = self.runs.saturating_add(1);
            self.bytes = self.bytes.saturating_add(run.length);
            self.keep_longer(run);
        }
    }

    /// The first of equally long runs stands.
    fn keep_longer(&mut self, run: Run) {
        if run.length > self.longest.length {
            self.longest = run;
        }
    }
}

impl Runs {
    /// An empty stretch at `offset`.
    pub fn new(offset: u64) -> Self {
        Self { offset, length: 0, prefix: 0, suffix: 0, inner: Count::default() }
    }

    /// The runs in `bytes`, the first of which stands at `offset`.
    pub fn of(offset: u64, bytes: &[u8]) -> Self {
        let mut all = Self::new(offset);
        let (words, rest) = bytes.as_chunks::<64>();
        for word in words {
            all.append(mask(word), 64);
        }
        all.append(mask(rest), rest.len() as u64);
        all
    }

    /// `length` zero bytes at `offset`: a hole.
    pub fn of_zeros(offset: u64, length: u64) -> Self {
        Self { length, ..Self::new(offset) }
    }

    /// Appends `len` (at most 64) bytes, of which those with a bit in `mask` are printable.
    fn append(&mut self, mut mask: u64, len: u64) {
        let mut left = len;
        while left > 0 {
            let printable = u64::from(mask.trailing_ones()).min(left);
            if printable > 0 {
                self.length = self.length.saturating_add(printable);
                self.suffix = self.suffix.saturating_add(printable);
                if self.suffix == self.length {
                    self.prefix = self.suffix;
                }
                left = left.saturating_sub(printable);
                mask = shifted(mask, printable);
                continue;
            }
            let other = u64::from(mask.trailing_zeros()).min(left);
            self.close();
            self.length = self.length.saturating_add(other);
            left = left.saturating_sub(other);
            mask = shifted(mask, other);
        }
    }

    /// Ends the run at the end.
    fn close(&mut self) {
        if self.suffix > 0 && self.suffix < self.length {
            self.inner.add(self.last());
        }
        self.suffix = 0;
    }

    fn first(&self) -> Run {
        Run { offset: self.offset, length: self.prefix }
    }

    fn last(&self) -> Run {
        let end = self.offset.saturating_add(self.length);
        Run { offset: end.saturating_sub(self.suffix), length: self.suffix }
    }

    /// Appends the stretch that follows.
    pub fn merge(&mut self, next: &Self) {
        if next.length == 0 {
            return;
        }
        if self.length == 0 {
            *self = *next;
            return;
        }
        let one_run = self.prefix == self.length;
        let next_is_one_run = next.prefix == next.length;
        let last = self.last();
        let across = Run { offset: last.offset, length: last.length.saturating_add(next.prefix) };
        if one_run {
            self.prefix = across.length;
        } else if !next_is_one_run {
            self.inner.add(across);
        }
        self.inner.runs = self.inner.runs.saturating_add(next.inner.runs);
        self.inner.bytes = self.inner.bytes.saturating_add(next.inner.bytes);
        self.inner.keep_longer(next.inner.longest);
        self.length = self.length.saturating_add(next.length);
        self.suffix = if next_is_one_run { across.length } else { next.suffix };
    }

    /// All runs, those at the ends included.
    fn all(&self) -> Count {
        let mut all = Count::default();
        all.add(self.first());
        all.runs = all.runs.saturating_add(self.inner.runs);
        all.bytes = all.bytes.saturating_add(self.inner.bytes);
        all.keep_longer(self.inner.longest);
        if self.suffix < self.length {
            all.add(self.last());
        }
        all
    }

    /// The number of runs of at least [`SHORTEST`] bytes.
    pub fn count(&self) -> u64 {
        self.all().runs
    }

    /// The bytes in those runs.
    pub fn bytes(&self) -> u64 {
        self.all().bytes
    }

    /// The longest of them, the first where several are equally long.
    pub fn longest(&self) -> Option<Run> {
        let longest = self.all().longest;
        (longest.length > 0).then_some(longest)
    }
}

/// A bit for each printable byte of up to 64.
fn mask(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |mask, &byte| mask << 1 | u64::from(is_printable(byte)))
}

fn is_printable(byte: u8) -> bool {
    // one comparison instead of two
    byte.wrapping_sub(0x20) <= 0x7e - 0x20 || byte == b'\t'
}

fn shifted(mask: u64, by: u64) -> u64 {
    u32::try_from(by).ok().and_then(|by| mask.checked_shr(by)).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Runs one by one: how many, their bytes, the longest.
    fn naive(bytes: &[u8]) -> (u64, u64, Option<Run>) {
        let mut runs = Vec::new();
        let mut start = None;
        for (at, byte) in bytes.iter().copied().chain([0]).enumerate() {
            match (start, (0x20..0x7f).contains(&byte) || byte == 9) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    if at - from >= 4 {
                        runs.push(Run { offset: from as u64, length: (at - from) as u64 });
                    }
                    start = None;
                }
                _ => {}
            }
        }
        let longest = runs.iter().rev().max_by_key(|run| run.length).copied();
        (runs.len() as u64, runs.iter().map(|run| run.length).sum(), longest)
    }

    fn told(runs: &Runs) -> (u64, u64, Option<Run>) {
        (runs.count(), runs.bytes(), runs.longest())
    }

    #[test]
    fn a_run_across_a_border_counts_once() {
        let mut all = Runs::of(0, b"\0ab");
        assert_eq!(all.count(), 0);
        all.merge(&Runs::of(3, b"cd\0efgh"));
        assert_eq!(told(&all), (2, 8, Some(Run { offset: 1, length: 4 })));
    }

    #[test]
    fn three_printable_bytes_are_no_run() {
        assert_eq!(told(&Runs::of(0, b"abc\0abc")), (0, 0, None));
    }

    #[test]
    fn a_hole_ends_a_run() {
        let mut all = Runs::of(0, b"abcd");
        all.merge(&Runs::of_zeros(4, 1 << 30));
        all.merge(&Runs::of((1 << 30) + 4, b"efgh"));
        assert_eq!((all.count(), all.bytes()), (2, 8));
    }

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        // mostly printable, or long runs would hardly occur
        let byte = prop_oneof![6 => 0x20u8..0x7f, 1 => Just(b'\t'), 1 => any::<u8>()];
        proptest::collection::vec(byte, 0..400)
    }

    proptest! {
        #[test]
        fn any_split_tells_what_one_run_after_the_other_tells(
            bytes in texts(),
            size in 1usize..100,
        ) {
            let mut all = Runs::new(0);
            for (at, part) in bytes.chunks(size).enumerate() {
                all.merge(&Runs::of((at * size) as u64, part));
            }
            prop_assert_eq!(told(&all), naive(&bytes));
            prop_assert_eq!(told(&Runs::of(0, &bytes)), naive(&bytes));
        }
    }
}
