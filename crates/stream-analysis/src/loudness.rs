//! Programme loudness as ITU-R BS.1770-4 and EBU R 128 define it.

mod gate;
mod meter;
mod peaks;
mod run;
mod speakers;
mod weighting;

pub use meter::Meter;
pub use run::{loudness, meter};
pub use speakers::{channel_weights, speakers};

/// What was measured. Loudness is in LUFS (R 128; LKFS in BS.1770-4), negative infinity for silence; `None` where no whole window
/// has passed, or no block is louder than the gates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loudness {
    /// Seconds measured.
    pub time: f64,
    /// Of the last 400 ms (Tech 3341, 2.2).
    pub momentary: Option<f64>,
    /// Of the last 3 s (Tech 3341, 2.2).
    pub short_term: Option<f64>,
    /// Of all blocks of 400 ms, 100 ms apart, that are louder than -70 LUFS and than the mean of those less 10 LU (BS.1770-4,
    /// Annex 1).
    pub integrated: Option<f64>,
    /// How far `integrated` is at most from what it were without bins, in LU: 0 unless a block lies within 0.0042 LU of the gate.
    pub integrated_error: f64,
    /// The loudness range (Tech 3342): of values of 3 s, 100 ms apart, louder than -70 LUFS and than the mean of those less
    /// 20 LU. Within 0.0042 LU.
    pub range: Option<Range>,
    /// The greatest momentary loudness.
    pub momentary_max: Option<f64>,
    /// The greatest short-term loudness.
    pub short_term_max: Option<f64>,
    /// The largest sample's magnitude in each channel, of full scale 1.
    pub sample_peaks: Vec<f32>,
    /// The largest magnitude at four times the rate in each channel (BS.1770-4, Annex 2), of full scale 1.
    pub true_peaks: Vec<f32>,
    /// Samples a channel that were missing between others, and count as silence.
    pub missing: u64,
    /// Samples that are no finite numbers, and count as zeros.
    pub not_finite: u64,
}

/// The ends of the loudness range, in LUFS.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The 10th percentile.
    pub low: f64,
    /// The 95th percentile.
    pub high: f64,
}

impl Range {
    /// In LU.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

impl Loudness {
    /// The largest sample of all channels in dB of full scale; negative infinity for silence.
    pub fn sample_peak(&self) -> f64 {
        decibels(&self.sample_peaks)
    }

    /// The true peak of all channels in dB of full scale (dBTP).
    pub fn true_peak(&self) -> f64 {
        decibels(&self.true_peaks)
    }
}

fn decibels(peaks: &[f32]) -> f64 {
    20.0 * f64::from(peaks.iter().copied().fold(0.0, f32::max)).log10()
}
