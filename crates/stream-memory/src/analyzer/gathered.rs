//! What is kept of the files of a format.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;
use std::time::Duration;

use super::Observation;

/// Files whose numbers are kept as a sample, and those with the largest peaks by name.
const SAMPLE: usize = 512;
pub(super) const LARGEST: usize = 16;
/// Kinds of failures that are told apart.
const KINDS: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) files: u64,
    pub(super) failures: u64,
    pub(super) kinds: BTreeMap<String, u64>,
    pub(super) bytes: u64,
    pub(super) peak: u64,
    pub(super) time: Duration,
    peaks: u128,
    /// A uniform sample of all files: size and peak.
    pub(super) sample: Vec<(u64, u64)>,
    /// The largest peaks, the largest first.
    pub(super) largest: Vec<Observation>,
    random: u64,
}

impl Gathered {
    pub(super) fn add(&mut self, file: &Observation) {
        self.files = self.files.saturating_add(1);
        self.bytes = self.bytes.saturating_add(file.size);
        self.time = self.time.saturating_add(file.time);
        self.peak = self.peak.max(file.peak);
        self.peaks = self.peaks.saturating_add(u128::from(file.peak));
        if let Some(kind) = &file.failure {
            self.failures = self.failures.saturating_add(1);
            if self.kinds.len() < KINDS || self.kinds.contains_key(kind) {
                let count = self.kinds.entry(kind.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
        self.keep((file.size, file.peak));
        let place = self.largest.partition_point(|other| other.peak >= file.peak);
        if place < LARGEST {
            self.largest.insert(place, file.clone());
            self.largest.truncate(LARGEST);
        }
    }

    /// Keeps each file with the same probability (Vitter's algorithm R), by a generator that starts the same.
    fn keep(&mut self, numbers: (u64, u64)) {
        if self.sample.len() < SAMPLE {
            self.sample.push(numbers);
            return;
        }
        // xorshift64*, whose state is never zero
        let mut state = self.random.max(1);
        state ^= state >> 12;
        state ^= state.wrapping_shl(25);
        state ^= state >> 27;
        self.random = state;
        let random = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
        let place = random.checked_rem(self.files).and_then(|place| usize::try_from(place).ok());
        if let Some(kept) = place.and_then(|place| self.sample.get_mut(place)) {
            *kept = numbers;
        }
    }

    pub(super) fn mean_peak(&self) -> u64 {
        let mean = self.peaks.checked_div(u128::from(self.files)).unwrap_or(0);
        u64::try_from(mean).unwrap_or(u64::MAX)
    }

    pub(super) fn median_peak(&self) -> u64 {
        median(self.sample.iter().map(|(_, peak)| *peak as f64)) as u64
    }

    pub(super) fn median_size(&self) -> u64 {
        median(self.sample.iter().map(|(size, _)| *size as f64)) as u64
    }

    /// The median of peak over size.
    pub(super) fn ratio(&self) -> f64 {
        median(self.sample.iter().map(|(size, peak)| *peak as f64 / (*size).max(1) as f64))
    }

    /// The usual distance of a peak from the median one.
    pub(super) fn spread(&self) -> f64 {
        let middle = self.median_peak() as f64;
        median(self.sample.iter().map(|(_, peak)| (*peak as f64 - middle).abs()))
    }

    /// How many bytes of peak each byte of a file adds, where the peak follows the size: correlation of 0.9 or more over
    /// sizes that differ by ten times.
    pub(super) fn growth(&self) -> Option<f64> {
        let sizes = || self.sample.iter().map(|(size, _)| *size);
        let (least, most) = (sizes().min()?, sizes().max()?);
        if self.sample.len() < 8 || most < least.saturating_mul(10).max(1 << 20) {
            return None;
        }
        let n = self.sample.len() as f64;
        let mean = |of: fn(&(u64, u64)) -> u64| {
            self.sample.iter().map(|pair| of(pair) as f64).sum::<f64>() / n
        };
        let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
        let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
        for (size, peak) in &self.sample {
            let (dx, dy) = (*size as f64 - x, *peak as f64 - y);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        let correlated = xy > 0.0 && xy * xy >= 0.81 * xx * yy;
        correlated.then(|| xy / xx)
    }
}

/// The upper median; 0 of nothing.
pub(super) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
