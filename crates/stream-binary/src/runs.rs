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
            all.append(mask(word));
        }
        for &byte in rest {
            all.append_byte(is_printable(byte));
        }
        all
    }

    /// `length` zero bytes at `offset`: a hole.
    pub fn of_zeros(offset: u64, length: u64) -> Self {
        Self { length, ..Self::new(offset) }
    }

    /// Appends 64 bytes, of which those with a bit in `mask` are printable. Only runs that count cost more than a look at the mask.
    fn append(&mut self, mask: u64) {
        let start = self.offset.saturating_add(self.length);
        let lead = mask.trailing_ones();
        self.extend(u64::from(lead));
        if lead == u64::BITS {
            return;
        }
        self.close();
        let tail = mask.leading_ones();
        let inner = mask & upper(lead) & !upper(u64::BITS.saturating_sub(tail));
        // a bit for each place from which four printable bytes follow
        let mut begins = inner & inner >> 1 & inner >> 2 & inner >> 3;
        while begins != 0 {
            let first = begins.trailing_zeros();
            let length = (inner >> first).trailing_ones();
            let offset = start.saturating_add(u64::from(first));
            self.inner.add(Run { offset, length: u64::from(length) });
            begins &= upper(first.saturating_add(length));
        }
        self.length = self.length.saturating_add(u64::from(u64::BITS.saturating_sub(lead)));
        self.suffix = u64::from(tail);
    }

    fn append_byte(&mut self, printable: bool) {
        if printable {
            self.extend(1);
        } else {
            self.close();
            self.length = self.length.saturating_add(1);
        }
    }

    /// Appends printable bytes.
    fn extend(&mut self, length: u64) {
        self.length = self.length.saturating_add(length);
        self.suffix = self.suffix.saturating_add(length);
        if self.suffix == self.length {
            self.prefix = self.suffix;
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

/// A bit for each printable byte, the first the lowest.
fn mask(bytes: &[u8; 64]) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const EACH: u64 = 0x0101_0101_0101_0101;
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |mask, eight| {
        let word = u64::from_le_bytes(*eight);
        // eight bytes of seven bits at once: no sum carries into the next byte
        let low = word & !HIGH;
        let from_space = low.wrapping_add(EACH.wrapping_mul(0x80 - 0x20));
        let delete = low.wrapping_add(EACH);
        let not_tab = (low ^ EACH.wrapping_mul(0x09)).wrapping_add(!HIGH);
        let printable = (from_space & !delete | !not_tab) & !word & HIGH;
        // the eight high bits, gathered in the highest byte
        let bits = (printable >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask << 8 | bits
    })
}

/// The bits from `bit` on.
fn upper(bit: u32) -> u64 {
    u64::MAX.checked_shl(bit).unwrap_or(0)
}

fn is_printable(byte: u8) -> bool {
    // one comparison instead of two
    byte.wrapping_sub(0x20) <= 0x7e - 0x20 || byte == b'\t'
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

    #[test]
    fn each_byte_value_is_printable_or_not_in_words_as_alone() {
        for byte in 0..=255u8 {
            let mut word = [0; 64];
            word[usize::from(byte) % 64] = byte;
            let expected = u64::from(is_printable(byte)) << (byte % 64);
            assert_eq!(mask(&word), expected, "{byte}");
            word.fill(byte);
            assert_eq!(mask(&word), if is_printable(byte) { u64::MAX } else { 0 }, "{byte}");
        }
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
