//! The K weighting (ITU-R BS.1770-4, Annex 1, tables 1 and 2): a high shelf for the head, then a high pass.
//!
//! The standard gives coefficients at 48 kHz. Those of another rate are of the same analogue filters, warped to it by the bilinear
//! transform: frequencies, gain and quality below give the standard's coefficients at 48 kHz to its last digit.

/// A second-order section, its first denominator 1.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Section {
    b: [f64; 3],
    a: [f64; 2],
}

/// Middle of the shelf in Hz, its gain in dB and quality, and the share of the gain at the middle.
const SHELF: (f64, f64, f64, f64) =
    (1681.974450955533, 3.999843853973347, 0.7071752369554196, 0.4996667741545416);
/// Corner of the high pass in Hz, and its quality.
const HIGH_PASS: (f64, f64) = (38.13547087602444, 0.5003270373238773);

fn shelf(rate: f64) -> Section {
    let (middle, gain, quality, share) = SHELF;
    let k = (std::f64::consts::PI * middle / rate).tan();
    let high = 10f64.powf(gain / 20.0);
    let band = high.powf(share);
    let a0 = 1.0 + k / quality + k * k;
    Section {
        b: [
            (high + band * k / quality + k * k) / a0,
            2.0 * (k * k - high) / a0,
            (high - band * k / quality + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / quality + k * k) / a0],
    }
}

fn high_pass(rate: f64) -> Section {
    let (corner, quality) = HIGH_PASS;
    let k = (std::f64::consts::PI * corner / rate).tan();
    let a0 = 1.0 + k / quality + k * k;
    Section { b: [1.0, -2.0, 1.0], a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / quality + k * k) / a0] }
}

/// Both filters over two channels side by side.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    shelf: Section,
    pass: [f64; 2],
    past: Past,
}

/// The last two samples of input, between the filters, and of output, the later one first.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    input: [[f64; 2]; 2],
    between: [[f64; 2]; 2],
    output: [[f64; 2]; 2],
}

/// What is quieter than this is silence: without it a filter that fades out after the sound has ended would compute with
/// subnormal numbers, which takes many times as long.
const SILENCE: f64 = 1e-30;

impl Pair {
    pub(super) fn new(rate: f64) -> Self {
        Self { shelf: shelf(rate), pass: high_pass(rate).a, past: Past::default() }
    }

    /// Filters samples, and adds the squares of what comes out.
    pub(super) fn add(&mut self, left: &[f32], right: &[f32], energy: &mut [f64; 2]) {
        let Section { b: [b0, b1, b2], a: [a1, a2] } = self.shelf;
        let [c1, c2] = self.pass;
        let Past { input: [mut x1, mut x2], between: [mut y1, mut y2], output: [mut z1, mut z2] } =
            self.past;
        let mut sum = *energy;
        for (&l, &r) in left.iter().zip(right) {
            let x = [f64::from(l), f64::from(r)];
            let (mut y, mut z) = ([0.0; 2], [0.0; 2]);
            for i in 0..2 {
                // the newest of what came out is used last, so that as little as can be waits for it
                y[i] = ((b0 * x[i] + b1 * x1[i]) + (b2 * x2[i] - a2 * y2[i])) - a1 * y1[i];
                z[i] = ((y[i] - (y1[i] + y1[i])) + (y2[i] - c2 * z2[i])) - c1 * z1[i];
                sum[i] += z[i] * z[i];
            }
            (x2, x1) = (x1, x);
            (y2, y1) = (y1, y);
            (z2, z1) = (z1, z);
        }
        *energy = sum;
        self.past = Past { input: [x1, x2], between: [y1, y2], output: [z1, z2] };
    }

    /// Forgets what is too quiet to matter.
    pub(super) fn settle(&mut self) {
        let Past { input, between, output } = &mut self.past;
        for past in [input, between, output] {
            for x in past.as_flattened_mut() {
                if x.abs() < SILENCE {
                    *x = 0.0;
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn at_48_khz_the_coefficients_are_those_of_the_standard() {
        let near = |found: &[f64], expected: &[f64]| {
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        };
        let Section { b, a } = shelf(48_000.0);
        near(&b, &[1.53512485958697, -2.69169618940638, 1.19839281085285]);
        near(&a, &[-1.69065929318241, 0.73248077421585]);
        near(&high_pass(48_000.0).a, &[-1.99004745483398, 0.99007225036621]);
    }

    #[test]
    fn a_tone_of_997_hz_is_3_dot_01_db_below_full_scale_at_any_rate() {
        // BS.1770-4, Annex 1: 0 dBFS at 997 Hz in one channel reads -3.01 LKFS
        for rate in [8_000.0, 22_050.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
            let mut pair = Pair::new(rate);
            let n = rate as usize;
            let tone =
                |i: usize| (2.0 * std::f64::consts::PI * 997.0 * i as f64 / rate).sin() as f32;
            let samples: Vec<f32> = (0..2 * n).map(tone).collect();
            let mut energy = [0.0; 2];
            pair.add(&samples[..n], &samples[..n], &mut [0.0; 2]);
            pair.add(&samples[n..], &vec![0.0; n], &mut energy);
            let loudness = -0.691 + 10.0 * (energy[0] / n as f64).log10();
            // the standard's filters are given at 48 kHz; warping moves the shelf at low rates
            let allowed = if rate < 20_000.0 { 0.2 } else { 0.05 };
            assert!((loudness + 3.01).abs() < allowed, "{rate}: {loudness}");
        }
    }
}
