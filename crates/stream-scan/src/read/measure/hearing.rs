//! Analyses of sound, all in one pass over its chunks.

use stream_analysis::{Framing, Level, Loudness, Meter, Rms, Sound, channel_weights};
use stream_core::memory::Budget;
use stream_core::{Chunk, ErrorKind, Result};

use super::Measured;
use crate::Analysis;

/// What is heard so far.
pub(super) struct Hearing {
    rms: Option<(Rms, Levels)>,
    meter: Option<Meter>,
}

impl Hearing {
    /// Before the first chunk. Loudness is left out where the sound says no sample rate, or one that has no loudness.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(super) fn new(sound: &Sound, analyses: &[Analysis], budget: &Budget) -> Result<Self> {
        let rms = match analyses.contains(&Analysis::Rms) {
            true => {
                let rms = Rms::new(&Framing::default(), sound.channels, budget)?;
                Some((rms, Levels::default()))
            }
            false => None,
        };
        let rate = sound.sample_rate.filter(|_| analyses.contains(&Analysis::Loudness));
        let meter = match rate {
            Some(rate) => {
                let weights = channel_weights(sound.channel_layout.as_deref(), sound.channels);
                match Meter::new(rate, &weights, budget) {
                    Ok(meter) => Some(meter),
                    Err(e) if e.kind() == ErrorKind::Unsupported => None,
                    Err(e) => return Err(e),
                }
            }
            None => None,
        };
        Ok(Self { rms, meter })
    }

    /// Adds a chunk, which follows those before.
    pub(super) fn add(&mut self, chunk: &Chunk) -> Result<()> {
        if let Some((rms, levels)) = &mut self.rms {
            rms.add_chunk(chunk, |level| levels.take(level))?;
        }
        if let Some(meter) = &mut self.meter {
            meter.add_chunk(chunk, |_| Ok(()))?;
        }
        Ok(())
    }

    /// Adds what was measured.
    pub(super) fn end(self, measured: &mut Measured) -> Result<()> {
        let mut add = |name: &str, value| measured.push((name.to_owned(), value));
        if let Some((rms, mut levels)) = self.rms {
            rms.end(|level| levels.take(level))?;
            levels.told(&mut add);
        }
        if let Some(meter) = self.meter {
            told(&meter.end(), &mut add);
        }
        Ok(())
    }
}

fn told(loudness: &Loudness, add: &mut impl FnMut(&str, f64)) {
    let range = loudness.range.map(|range| range.width());
    for (name, value) in [
        ("loudness.integrated", loudness.integrated),
        ("loudness.range", range),
        ("loudness.momentary_max", loudness.momentary_max),
        ("loudness.short_term_max", loudness.short_term_max),
        ("loudness.sample_peak", Some(loudness.sample_peak())),
        ("loudness.true_peak", Some(loudness.true_peak())),
    ] {
        value.into_iter().for_each(|value| add(name, value));
    }
}

/// What the frames of a sound have in common.
struct Levels {
    frames: u64,
    least: f32,
    most: f32,
    sum: f64,
    peak: f32,
}

impl Default for Levels {
    fn default() -> Self {
        Self { frames: 0, least: f32::INFINITY, most: 0.0, sum: 0.0, peak: 0.0 }
    }
}

impl Levels {
    fn take(&mut self, level: &Level<'_>) -> Result<()> {
        self.frames = self.frames.saturating_add(1);
        self.least = self.least.min(level.mix_rms);
        self.most = self.most.max(level.mix_rms);
        self.sum += f64::from(level.mix_rms);
        self.peak = level.peak.iter().copied().fold(self.peak, f32::max);
        Ok(())
    }

    fn told(&self, add: &mut impl FnMut(&str, f64)) {
        add("rms.frames", self.frames as f64);
        if self.frames > 0 {
            add("rms.min", f64::from(self.least));
            add("rms.max", f64::from(self.most));
            add("rms.mean", self.sum / self.frames as f64);
            add("rms.peak", f64::from(self.peak));
        }
    }
}
