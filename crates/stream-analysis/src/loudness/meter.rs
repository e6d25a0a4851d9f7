//! The measurement of samples that come one after another.

use stream_core::memory::Budget;
use stream_core::{ChargedVec, Chunk, Error, ErrorKind, Result};

use super::gate::{Gate, loudness};
use super::peaks::Peaks;
use super::weighting::Pair;
use super::{Loudness, Range};
use crate::rms::gap;
use crate::sound::Samples;

/// Steps a second.
const STEPS: u64 = 10;
/// Steps of a momentary window and a gating block: 400 ms, three quarters of it in the one before.
const MOMENTARY: usize = 4;
/// Steps of a short-term window: 3 s.
const SHORT_TERM: usize = 30;
/// Samples a channel that are filtered together.
const PIECE: usize = 256;
/// Rates in Hz for which the filters are what they stand for.
const RATES: std::ops::RangeInclusive<f64> = 4_000.0..=16_000_000.0;

/// Measures the loudness of a signal as its samples come.
///
/// The results are the same bits however the samples are split. Holds 1.1 MiB and about 1.4 KiB a channel, whatever the length.
pub struct Meter {
    rate: f64,
    weights: Vec<f64>,
    /// Two channels each; an odd last one has silence beside it.
    pairs: Vec<Pair>,
    energy: Vec<[f64; 2]>,
    /// A piece of each channel's samples, one channel after another.
    planar: ChargedVec<f32>,
    peaks: Vec<Peaks>,
    /// Samples a channel so far, and where the step ends.
    at: u64,
    step_end: u64,
    steps: u64,
    /// The last steps' energies and lengths, by step modulo their number.
    last: [(f64, u64); SHORT_TERM],
    blocks: Gate,
    windows: Gate,
    momentary: Option<f64>,
    short_term: Option<f64>,
    momentary_max: Option<f64>,
    short_term_max: Option<f64>,
    missing: u64,
    not_finite: u64,
}

impl Meter {
    /// Before the first sample of a signal with a channel for each weight ([`channel_weights`](super::channel_weights)).
    ///
    /// # Errors
    /// `OverBudget`; `Unsupported` for a rate below 4 kHz or above 16 MHz; `Request` for no or too many channels.
    pub fn new(sample_rate: f64, weights: &[f64], budget: &Budget) -> Result<Self> {
        if !RATES.contains(&sample_rate) {
            let message = format!("loudness at {sample_rate} Hz (expected 4 kHz to 16 MHz)");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let (channels, most) = (weights.len(), crate::sound::MOST_CHANNELS);
        if !(1..=most).contains(&channels) {
            let message = format!("{channels} channels (expected 1 to {most})");
            return Err(Error::new(ErrorKind::Request, message));
        }
        let pairs = channels.div_ceil(2);
        let mut planar = ChargedVec::new(budget);
        let samples = pairs.saturating_mul(2).saturating_mul(PIECE);
        planar.room(samples)?;
        for _ in 0..samples {
            planar.push(0.0)?;
        }
        let mut new = Self {
            rate: sample_rate,
            weights: weights.to_vec(),
            pairs: vec![Pair::new(sample_rate); pairs],
            energy: vec![[0.0; 2]; pairs],
            planar,
            peaks: vec![Peaks::new(); channels],
            at: 0,
            step_end: 0,
            steps: 0,
            last: [(0.0, 0); SHORT_TERM],
            blocks: Gate::new(budget)?,
            windows: Gate::new(budget)?,
            momentary: None,
            short_term: None,
            momentary_max: None,
            short_term_max: None,
            missing: 0,
            not_finite: 0,
        };
        new.step_end = new.end_of_step(1);
        Ok(new)
    }

    /// Channels of the signal.
    pub fn channels(&self) -> usize {
        self.weights.len()
    }

    /// Samples a channel so far, those that were missing counted.
    pub fn samples(&self) -> u64 {
        self.at
    }

    /// Samples a channel that were missing between others.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Whole steps of 100 ms so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Where the `n`-th step ends: at a tenth of the rate each, rounded down.
    fn end_of_step(&self, n: u64) -> u64 {
        let rate = self.rate.round() as u64;
        rate.saturating_mul(n).checked_div(STEPS).unwrap_or(0)
    }

    /// Adds samples, interleaved; `each` sees the meter at the end of every 100 ms.
    ///
    /// # Errors
    /// What `each` gives; `Request` where the last frame of samples is not whole.
    pub fn add(
        &mut self,
        samples: &[f32],
        mut each: impl FnMut(&Self) -> Result<()>,
    ) -> Result<()> {
        let channels = self.channels();
        if samples.len().checked_rem(channels) != Some(0) {
            let message = format!("{} samples of {channels} channels", samples.len());
            return Err(Error::new(ErrorKind::Request, message));
        }
        let mut rest = samples;
        while !rest.is_empty() {
            let left = usize::try_from(self.step_end.saturating_sub(self.at)).unwrap_or(PIECE);
            let there = rest.len().checked_div(channels).unwrap_or(0);
            let frames = left.min(there).min(PIECE);
            let (now, after) = rest.split_at(frames.saturating_mul(channels));
            rest = after;
            self.piece(now, frames);
            self.at = self.at.saturating_add(u64::try_from(frames).unwrap_or(0));
            if self.at >= self.step_end {
                self.step();
                each(self)?;
            }
        }
        Ok(())
    }

    /// Adds a chunk of the signal, `[frames, channels]` or `[frames]` of `f32` or `f64`, at its place. Chunks come in order;
    /// `each` sees the meter at the end of every 100 ms.
    ///
    /// # Errors
    /// As [`Meter::seek`]; `Request` where the chunk has other channels.
    pub fn add_chunk(
        &mut self,
        chunk: &Chunk,
        mut each: impl FnMut(&Self) -> Result<()>,
    ) -> Result<()> {
        let samples = Samples::of(chunk, self.channels())?;
        self.seek(samples.start, &mut each)?;
        samples.pieces(|some| self.add(some, &mut each))
    }

    /// Goes on at sample `start`: samples between are missing, and count as silence.
    ///
    /// # Errors
    /// What `each` gives; `Request` where `start` lies behind; `Malformed` for a gap of more than 2^28 samples.
    pub fn seek(&mut self, start: u64, mut each: impl FnMut(&Self) -> Result<()>) -> Result<()> {
        let mut gap = gap(self.at, start)?;
        self.missing = self.missing.saturating_add(gap);
        let channels = self.channels();
        let silence = vec![0.0; PIECE.saturating_mul(channels)];
        while gap > 0 {
            let frames = gap.min(u64::try_from(PIECE).unwrap_or(u64::MAX));
            gap = gap.saturating_sub(frames);
            let samples = usize::try_from(frames).unwrap_or(0).saturating_mul(channels);
            self.add(silence.get(..samples).unwrap_or_default(), &mut each)?;
        }
        Ok(())
    }

    /// Filters up to a piece of frames.
    fn piece(&mut self, samples: &[f32], frames: usize) {
        let channels = self.weights.len();
        let planar = self.planar.as_mut_slice();
        for (c, to) in planar.chunks_exact_mut(PIECE).take(channels).enumerate() {
            let from = samples.get(c..).unwrap_or_default().iter().step_by(channels);
            let mut bad = 0u64;
            for (to, &x) in to.iter_mut().zip(from) {
                let finite = x.is_finite();
                *to = if finite { x } else { 0.0 };
                bad = bad.wrapping_add(u64::from(!finite));
            }
            self.not_finite = self.not_finite.saturating_add(bad);
        }
        let planes = self.planar.chunks_exact(PIECE).map(|c| c.get(..frames).unwrap_or_default());
        for (peaks, plane) in self.peaks.iter_mut().zip(planes) {
            peaks.add(plane);
        }
        let twos = self.planar.chunks_exact(PIECE.saturating_mul(2));
        for ((pair, energy), two) in self.pairs.iter_mut().zip(&mut self.energy).zip(twos) {
            let (left, right) = two.split_at(PIECE);
            let left = left.get(..frames).unwrap_or_default();
            pair.add(left, right.get(..frames).unwrap_or_default(), energy);
        }
    }

    /// Ends a step: windows move on by it.
    fn step(&mut self) {
        let length = self.step_end.saturating_sub(self.end_of_step(self.steps));
        let weights = self.weights.iter();
        let energy = weights.zip(self.energy.as_flattened()).map(|(weight, e)| weight * e).sum();
        self.energy.fill([0.0; 2]);
        self.pairs.iter_mut().for_each(Pair::settle);
        let slot = self.steps.rem_euclid(SHORT_TERM as u64);
        if let Some(last) = usize::try_from(slot).ok().and_then(|slot| self.last.get_mut(slot)) {
            *last = (energy, length);
        }
        self.steps = self.steps.saturating_add(1);
        self.step_end = self.end_of_step(self.steps.saturating_add(1));
        if let Some(block) = self.window(MOMENTARY) {
            self.blocks.add(block);
            let value = loudness(block);
            self.momentary = Some(value);
            self.momentary_max = Some(self.momentary_max.map_or(value, |max| max.max(value)));
        }
        if let Some(window) = self.window(SHORT_TERM) {
            self.windows.add(window);
            let value = loudness(window);
            self.short_term = Some(value);
            self.short_term_max = Some(self.short_term_max.map_or(value, |max| max.max(value)));
        }
    }

    /// The mean square of the last `n` steps, the oldest added first.
    fn window(&self, n: usize) -> Option<f64> {
        let first = self.steps.checked_sub(u64::try_from(n).unwrap_or(u64::MAX))?;
        let mut energy = 0.0;
        let mut length = 0u64;
        for step in first..self.steps {
            let slot = usize::try_from(step.rem_euclid(SHORT_TERM as u64)).unwrap_or(0);
            let (e, l) = self.last.get(slot).copied().unwrap_or_default();
            energy += e;
            length = length.saturating_add(l);
        }
        Some(energy / length as f64)
    }

    /// What is measured so far. Costs some 0.1 ms: the gated values are made of 35,000 bins each.
    pub fn so_far(&self) -> Loudness {
        let gated = self.blocks.gated(10.0).map(|(mean, other)| (loudness(mean), loudness(other)));
        let range = self.windows.percentiles(20.0, [0.10, 0.95]);
        Loudness {
            time: self.at as f64 / self.rate,
            momentary: self.momentary,
            short_term: self.short_term,
            integrated: gated.map(|(value, _)| value),
            integrated_error: gated.map_or(0.0, |(value, other)| (value - other).abs()),
            range: range.map(|[low, high]| Range { low, high }),
            momentary_max: self.momentary_max,
            short_term_max: self.short_term_max,
            sample_peaks: self.peaks.iter().map(|p| p.sample).collect(),
            true_peaks: self.peaks.iter().map(Peaks::true_peak).collect(),
            missing: self.missing,
            not_finite: self.not_finite,
        }
    }

    /// What was measured. A block or window that is not whole at the end does not count.
    pub fn end(mut self) -> Loudness {
        self.peaks.iter_mut().for_each(Peaks::end);
        self.so_far()
    }
}
