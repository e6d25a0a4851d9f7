//! What is computed of the data of entries.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something that is computed of an entry's data and stands among its measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Analysis {
    /// Of numbers, after the format's scaling: `count`, `missing`, `min`, `max`, `mean`, `sd`.
    Stats,
    /// Of sounds, frames of 2048 samples, 512 apart, as [`stream_analysis::Framing::default`] has them: `rms.frames`; `rms.min`,
    /// `rms.max` and `rms.mean` of the root mean squares of the mono mix; `rms.peak`, the largest magnitude of all channels.
    Rms,
    /// Of sounds with a sample rate, EBU R 128: `loudness.integrated`, `loudness.range`, `loudness.momentary_max`,
    /// `loudness.short_term_max`, `loudness.sample_peak`, `loudness.true_peak`.
    Loudness,
}

impl Analysis {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Stats, Self::Rms, Self::Loudness];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stats => "stats",
            Self::Rms => "rms",
            Self::Loudness => "loudness",
        }
    }
}

impl FromStr for Analysis {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|known| known.as_str() == text.trim());
        known.ok_or_else(|| "expected stats, rms or loudness".to_owned())
    }
}
