//! Sums of squares and peaks of the channels and of their mean.

/// Sums that are kept side by side, so that one addition need not wait for another. A sample goes into the one that its place in
/// the block says: what is added to what does not depend on how the samples come.
const LANES: usize = 8;

/// Frames mixed at once.
const PIECE: usize = 256;

/// Sums of squares and peaks, one a line: a line a channel, and behind them that of the mean of two or more channels.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sums {
    pub(super) power: Vec<f64>,
    pub(super) peak: Vec<f32>,
}

/// How many lines a signal has.
pub(super) fn lines(channels: usize) -> usize {
    if channels == 1 { 1 } else { channels.saturating_add(1) }
}

impl Sums {
    pub(super) fn zero(lines: usize) -> Self {
        Self { power: vec![0.0; lines], peak: vec![0.0; lines] }
    }

    pub(super) fn clear(&mut self) {
        self.power.fill(0.0);
        self.peak.fill(0.0);
    }

    pub(super) fn set(&mut self, power: &[f64], peak: &[f32]) {
        self.power.copy_from_slice(power);
        self.peak.copy_from_slice(peak);
    }

    pub(super) fn add(&mut self, power: &[f64], peak: &[f32]) {
        add(&mut self.power, &mut self.peak, power, peak);
    }
}

/// Adds one to another.
pub(super) fn add(power: &mut [f64], peak: &mut [f32], more: &[f64], peaks: &[f32]) {
    power.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    peak.iter_mut().zip(peaks).for_each(|(most, peak)| *most = larger(*peak, *most));
}

/// `most` unless `peak` is greater: NaN is not.
#[inline]
fn larger(peak: f32, most: f32) -> f32 {
    if peak > most { peak } else { most }
}

/// A block that is being added up.
#[derive(Clone, Debug)]
pub(super) struct Block {
    channels: usize,
    /// Frames so far.
    at: u64,
    of: Samples,
    mix: Lanes,
}

#[derive(Clone, Debug)]
enum Samples {
    /// The number of channels divides the number of lanes, so that a lane belongs to a channel.
    Lanes(Lanes),
    /// A sum a channel.
    Wide(Sums),
}

#[derive(Clone, Copy, Debug, Default)]
struct Lanes {
    power: [f64; LANES],
    peak: [f32; LANES],
}

impl Block {
    pub(super) fn new(channels: usize) -> Self {
        let of = if LANES.checked_rem(channels) == Some(0) {
            Samples::Lanes(Lanes::default())
        } else {
            Samples::Wide(Sums::zero(channels))
        };
        Self { channels, at: 0, of, mix: Lanes::default() }
    }

    /// Adds whole frames, interleaved.
    pub(super) fn add(&mut self, samples: &[f32]) {
        let at = usize::try_from(self.at).unwrap_or(0);
        match &mut self.of {
            Samples::Lanes(lanes) => lanes.add(at.wrapping_mul(self.channels), samples),
            Samples::Wide(sums) => {
                for frame in samples.chunks_exact(self.channels) {
                    for ((sum, most), &x) in sums.power.iter_mut().zip(&mut sums.peak).zip(frame) {
                        *sum += square(x);
                        *most = larger(x.abs(), *most);
                    }
                }
            }
        }
        let mut mixed = [0f32; PIECE];
        let mut at = at;
        if self.channels > 1 {
            for piece in samples.chunks(PIECE.saturating_mul(self.channels)) {
                let n = mix(piece, self.channels, &mut mixed);
                self.mix.add(at, mixed.get(..n).unwrap_or_default());
                at = at.wrapping_add(n);
            }
        }
        let frames = samples.len().checked_div(self.channels).unwrap_or(0);
        self.skip(u64::try_from(frames).unwrap_or(0));
    }

    /// Adds zeros, which changes no sum.
    pub(super) fn skip(&mut self, frames: u64) {
        self.at = self.at.saturating_add(frames);
    }

    /// Writes the sums, line by line, and begins anew. `to` has a line for each.
    pub(super) fn close(&mut self, to: &mut Sums) {
        let (channels, mixes) = to.power.split_at_mut(self.channels);
        let (peaks, mix_peaks) = to.peak.split_at_mut(self.channels);
        match &mut self.of {
            Samples::Lanes(lanes) => lanes.fold(channels, peaks),
            Samples::Wide(sums) => {
                channels.copy_from_slice(&sums.power);
                peaks.copy_from_slice(&sums.peak);
                sums.clear();
            }
        }
        self.mix.fold(mixes, mix_peaks);
        self.at = 0;
    }
}

/// Exact: the square of 24 bits has 48.
#[inline]
fn square(x: f32) -> f64 {
    let x = f64::from(x);
    x * x
}

/// The channels' means, rounded as numpy's `mean` over `f32`; how many.
fn mix(samples: &[f32], channels: usize, to: &mut [f32; PIECE]) -> usize {
    if channels == 2 {
        let (pairs, _) = samples.as_chunks::<2>();
        to.iter_mut().zip(pairs).for_each(|(to, [l, r])| *to = (l + r) * 0.5);
    } else {
        let n = channels as f32;
        let frames = samples.chunks_exact(channels);
        to.iter_mut().zip(frames).for_each(|(to, frame)| *to = frame.iter().sum::<f32>() / n);
    }
    samples.len().checked_div(channels).unwrap_or(0).min(PIECE)
}

impl Lanes {
    /// Adds samples of which the first is the `at`-th of the block.
    fn add(&mut self, at: usize, samples: &[f32]) {
        let phase = at.rem_euclid(LANES);
        let to_first = LANES.wrapping_sub(phase).rem_euclid(LANES);
        let (head, rest) = samples.split_at(to_first.min(samples.len()));
        self.some(phase, head);
        let (full, tail) = rest.as_chunks::<LANES>();
        let Self { mut power, mut peak } = *self;
        for samples in full {
            for lane in 0..LANES {
                let x = samples[lane];
                power[lane] += square(x);
                peak[lane] = larger(x.abs(), peak[lane]);
            }
        }
        *self = Self { power, peak };
        self.some(0, tail);
    }

    fn some(&mut self, phase: usize, samples: &[f32]) {
        let lanes = self.power.iter_mut().zip(&mut self.peak).skip(phase);
        for ((sum, most), &x) in lanes.zip(samples) {
            *sum += square(x);
            *most = larger(x.abs(), *most);
        }
    }

    /// The lanes of each channel in one, in the order of lanes; begins anew.
    fn fold(&mut self, power: &mut [f64], peak: &mut [f32]) {
        power.fill(0.0);
        peak.fill(0.0);
        let n = power.len().max(1);
        for (some, peaks) in self.power.chunks(n).zip(self.peak.chunks(n)) {
            add(power, peak, some, peaks);
        }
        *self = Self::default();
    }
}
