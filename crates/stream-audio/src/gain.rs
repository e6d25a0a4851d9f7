//! How loud the sound is to be played, by ReplayGain.
#![deny(clippy::arithmetic_side_effects)]

use crate::{TagSource, Tags};

/// What the file says of its loudness. Gains in decibels, peaks as samples (1.0 is full scale).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gain {
    /// For this file alone.
    pub track_gain: Option<f64>,
    /// Its largest sample.
    pub track_peak: Option<f64>,
    /// For the album.
    pub album_gain: Option<f64>,
    /// The album's largest sample.
    pub album_peak: Option<f64>,
}

/// `-3.50 dB` as a number.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.get(..text.len().saturating_sub(2)).filter(|_| {
        text.get(text.len().saturating_sub(2)..).is_some_and(|t| t.eq_ignore_ascii_case("db"))
    });
    text.and_then(|t| t.trim().parse().ok()).filter(|x: &f64| x.is_finite())
}

impl Gain {
    /// Takes what tags say; they overrule an encoder's header.
    pub(crate) fn take(&mut self, tags: &Tags) {
        let value = |key: &str| {
            let value = tags.value(key)?;
            number(value).or_else(|| value.trim().parse().ok().filter(|x: &f64| x.is_finite()))
        };
        self.track_gain = value("replaygain_track_gain").or(self.track_gain);
        self.track_peak = value("replaygain_track_peak").or(self.track_peak);
        self.album_gain = value("replaygain_album_gain").or(self.album_gain);
        self.album_peak = value("replaygain_album_peak").or(self.album_peak);
        // RFC 7845, 5.2.1: 256ths of a decibel, against 23 LUFS; ReplayGain's reference is 5 dB louder
        let r128 = |key: &str| {
            let tag = tags
                .iter()
                .find(|t| t.source == TagSource::Vorbis && t.verbatim.eq_ignore_ascii_case(key))?;
            tag.value.trim().parse::<i16>().ok().map(|q| f64::from(q) / 256.0 + 5.0)
        };
        self.track_gain = self.track_gain.or_else(|| r128("R128_TRACK_GAIN"));
        self.album_gain = self.album_gain.or_else(|| r128("R128_ALBUM_GAIN"));
    }
}
