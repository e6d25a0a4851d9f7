//! What reading a file will probably need.

use std::sync::{Mutex, PoisonError};

use stream_factory::by_extension;
use stream_memory::strategy::PastPeaks;

use crate::Input;
use crate::queue::{LARGE, for_large};

/// What files are given of the budget: what others of their format and size needed, else what their format is known for.
pub(crate) struct Estimates {
    /// What each has for the asking: with as many threads as there are, half of all.
    spread: u64,
    /// What a large file has at most, so that small ones go on beside it.
    most: u64,
    past: Mutex<PastPeaks>,
}

impl Estimates {
    /// For files that `threads` threads read within `capacity` bytes.
    pub(crate) fn new(capacity: u64, threads: usize) -> Self {
        let parts = u64::try_from(threads.saturating_mul(2)).unwrap_or(2);
        let spread = capacity.checked_div(parts).unwrap_or(capacity);
        let most = if threads > 1 { for_large(capacity) } else { capacity };
        Self { spread, most, past: Mutex::default() }
    }

    /// What this file may use, in bytes.
    pub(crate) fn of(&self, input: &Input) -> u64 {
        let format = by_extension(&input.path).map(|known| known.descriptor().name);
        let usual = usual(format, input.size);
        let known = format.filter(|_| usual > self.spread).and_then(|format| {
            let past = self.past.lock().unwrap_or_else(PoisonError::into_inner);
            past.find(format, input.size)
        });
        // one that is much like others may need a little more
        let share = known.map_or(usual, |past| past.peak.saturating_add(past.peak / 4));
        let share = share.max(self.spread);
        if input.size >= LARGE { share.min(self.most) } else { share }
    }

    /// A file of this format and size needed `peak` bytes of the budget.
    pub(crate) fn note(&self, format: &str, size: u64, peak: u64) {
        // where there is plenty nobody asks
        if peak > 0 && usual(Some(format), size) > self.spread {
            self.past.lock().unwrap_or_else(PoisonError::into_inner).note(format, size, peak);
        }
    }
}

/// What the readers of a format were seen to need for a small file, and more for a large one.
fn usual(format: Option<&str>, size: u64) -> u64 {
    let least: u64 = match format {
        Some("video") => 48 << 20,
        Some("hdf5" | "netcdf") => 16 << 20,
        Some(_) => 2 << 20,
        None => 4 << 20,
    };
    least.saturating_add((size / 4).min(16 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(path: &str, size: u64) -> Input {
        Input { id: 0, path: path.into(), size, modified: 0, error: None }
    }

    #[test]
    fn what_others_needed_takes_the_place_of_what_the_format_is_known_for() {
        let estimates = Estimates::new(64 << 20, 8);
        let file = |size| estimates.of(&input("a.h5", size));
        assert_eq!(file(1000), (16 << 20) + 250);
        estimates.note("hdf5", 1100, 4 << 20);
        assert_eq!(file(1000), 5 << 20, "a quarter more than the one before");
        assert_eq!(file(1 << 20), (16 << 20) + (1 << 18), "another size");
        estimates.note("hdf5", 1200, 1000);
        assert_eq!(file(1000), 5 << 20, "the highest counts");
        let spread = Estimates::new(64 << 20, 1);
        spread.note("hdf5", 1000, 1 << 20);
        assert_eq!(spread.of(&input("a.h5", 1000)), 32 << 20, "where there is plenty, plenty");
    }

    #[test]
    fn a_large_file_leaves_a_part_to_small_ones() {
        let estimates = Estimates::new(16 << 20, 4);
        assert_eq!(estimates.of(&input("a.mp4", 1 << 30)), 12 << 20);
        assert_eq!(Estimates::new(16 << 20, 1).of(&input("a.mp4", 1 << 30)), 16 << 20);
    }
}
