//! Sample peak, and true peak (ITU-R BS.1770-4, Annex 2): the largest magnitude at four times the rate.

/// The interpolating filter: 48 taps in four phases (Annex 2, table). The third and fourth are the second and first backwards.
const PHASES: [[f32; TAPS]; 4] = [
    [
        0.001_708_984_4,
        0.010_986_328,
        -0.019_653_32,
        0.033_203_125,
        -0.059_448_242,
        0.137_329_1,
        0.972_167_97,
        -0.102_294_92,
        0.047_607_422,
        -0.026_611_328,
        0.014_892_578,
        -0.008_300_781,
    ],
    [
        -0.029_174_805,
        0.029_296_875,
        -0.051_757_813,
        0.089_111_33,
        -0.166_503_9,
        0.465_087_9,
        0.779_785_16,
        -0.200_317_38,
        0.101_562_5,
        -0.058_227_54,
        0.033_081_055,
        -0.018_920_898,
    ],
    [
        -0.018_920_898,
        0.033_081_055,
        -0.058_227_54,
        0.101_562_5,
        -0.200_317_38,
        0.779_785_16,
        0.465_087_9,
        -0.166_503_9,
        0.089_111_33,
        -0.051_757_813,
        0.029_296_875,
        -0.029_174_805,
    ],
    [
        -0.008_300_781,
        0.014_892_578,
        -0.026_611_328,
        0.047_607_422,
        -0.102_294_92,
        0.972_167_97,
        0.137_329_1,
        -0.059_448_242,
        0.033_203_125,
        -0.019_653_32,
        0.010_986_328,
        0.001_708_984_4,
    ],
];
const TAPS: usize = 12;
/// Samples that the filter looks back.
const PAST: usize = TAPS - 1;
/// More than any phase makes of the largest sample: the sum of its taps' magnitudes is at most 2.0231.
const GAIN: f32 = 2.03;
/// Samples looked at together.
const PIECE: usize = 64;
/// Samples compared side by side.
const LANES: usize = 8;

/// Peaks of one channel, of full scale 1.
#[derive(Clone, Debug)]
pub(super) struct Peaks {
    pub(super) sample: f32,
    pub(super) between: f32,
    past: [f32; PAST],
}

impl Peaks {
    pub(super) fn new() -> Self {
        Self { sample: 0.0, between: 0.0, past: [0.0; PAST] }
    }

    /// The larger of both: the signal passes through its samples, which the filter's own ripple may miss.
    pub(super) fn true_peak(&self) -> f32 {
        self.between.max(self.sample)
    }

    /// Looks at the next samples, all finite.
    pub(super) fn add(&mut self, samples: &[f32]) {
        for piece in samples.chunks(PIECE) {
            let mut with_past = [0f32; PAST + PIECE];
            let (past, now) = with_past.split_at_mut(PAST);
            past.copy_from_slice(&self.past);
            now.iter_mut().zip(piece).for_each(|(to, x)| *to = *x);
            let largest = |some: &[f32]| {
                some.iter().fold(0f32, |most, x| if x.abs() > most { x.abs() } else { most })
            };
            let peak = largest(piece);
            let possible = peak.max(largest(&self.past)) * GAIN;
            if possible > self.between {
                self.between = interpolated(&with_past, piece.len()).max(self.between);
            }
            self.sample = self.sample.max(peak);
            let last = with_past.get(piece.len()..).and_then(|rest| rest.first_chunk());
            self.past = *last.unwrap_or(&self.past);
        }
    }

    /// What the filter still holds.
    pub(super) fn end(&mut self) {
        self.add(&[0.0; PAST]);
    }
}

/// The largest magnitude between the first `n` samples behind the past.
///
/// Phase by phase and tap by tap over all samples: long loops over neighbours, which become vector instructions as they stand.
fn interpolated(samples: &[f32; PAST + PIECE], n: usize) -> f32 {
    let mut most = [0f32; LANES];
    for taps in &PHASES {
        let mut between = [0f32; PIECE];
        for (x, h) in samples.array_windows::<PIECE>().zip(taps) {
            for (y, x) in between.iter_mut().zip(x) {
                *y += h * x;
            }
        }
        between.get_mut(n..).unwrap_or_default().fill(0.0);
        for some in between.as_chunks::<LANES>().0 {
            for (most, y) in most.iter_mut().zip(some) {
                *most = if y.abs() > *most { y.abs() } else { *most };
            }
        }
    }
    most.into_iter().fold(0.0, f32::max)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn tone(n: usize, cycles_per_sample: f64, phase: f64, peak: f64) -> Vec<f32> {
        let at = |i: usize| {
            (2.0 * std::f64::consts::PI * cycles_per_sample * i as f64 + phase.to_radians()).sin()
        };
        (0..n).map(|i| (peak * at(i)) as f32).collect()
    }

    fn peaks(samples: &[f32], piece: usize) -> Peaks {
        let mut peaks = Peaks::new();
        samples.chunks(piece).for_each(|some| peaks.add(some));
        peaks.end();
        peaks
    }

    fn decibels(x: f32) -> f64 {
        20.0 * f64::from(x).log10()
    }

    #[test]
    fn the_taps_are_those_of_the_standard() {
        for (phase, taps) in PHASES.iter().enumerate() {
            let backwards: Vec<f32> = taps.iter().rev().copied().collect();
            assert_eq!(PHASES[3 - phase].to_vec(), backwards);
            // table entries are multiples of 2^-15 or so, and a constant stays about what it is
            let sum: f32 = taps.iter().sum();
            assert!((sum - 1.0).abs() < 0.03, "{sum}");
            assert!(taps.iter().map(|t| t.abs()).sum::<f32>() < GAIN - 0.005);
        }
        assert_eq!(f64::from(PHASES[0][6]), 0.972_167_968_75);
        assert_eq!(f64::from(PHASES[1][6]), 0.779_785_156_25);
    }

    #[test]
    fn tones_have_their_true_peak_wherever_they_are_sampled() {
        // EBU Tech 3341, cases 15 to 19: +0.2, -0.4 dB
        for (divisor, phase, peak, expected) in [
            (4.0, 0.0, 0.5, -6.0),
            (4.0, 45.0, 0.5, -6.0),
            (6.0, 60.0, 0.5, -6.0),
            (8.0, 67.5, 0.5, -6.0),
            (4.0, 45.0, 1.41, 3.0),
        ] {
            // faded in and out as the standard's signals are, so that no edge rings
            let mut samples = tone(48_000, 1.0 / divisor, phase, peak);
            let n = samples.len();
            for i in 0..1000 {
                let fade = i as f32 / 1000.0;
                samples[i] *= fade;
                samples[n - 1 - i] *= fade;
            }
            let found = decibels(peaks(&samples, 1000).true_peak());
            assert!((-0.4..=0.2).contains(&(found - expected)), "{divisor} {phase}: {found}");
        }
    }

    #[test]
    fn the_peak_is_the_same_however_the_samples_come() {
        let mut samples = tone(5000, 0.2431, 20.0, 0.7);
        samples[3333] = 1.0;
        samples[3334] = -0.99;
        let whole = peaks(&samples, samples.len());
        for piece in [1, 7, 63, 64, 65, 1000] {
            let split = peaks(&samples, piece);
            assert_eq!(split.between.to_bits(), whole.between.to_bits(), "{piece}");
            assert_eq!(split.sample.to_bits(), whole.sample.to_bits(), "{piece}");
        }
        assert_eq!(whole.sample, 1.0);
        assert!(whole.between > 1.2, "two samples apart in sign rise between: {}", whole.between);
    }
}
