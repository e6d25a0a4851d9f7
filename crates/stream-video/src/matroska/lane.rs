//! One track: what its packets need beside the blocks.

use super::reorder::Reorder;
use super::track::{Codec, Track};
use crate::index::{rescale, rescale_down};

/// A track and what was delivered of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lane {
    pub(crate) track: Track,
    pub(crate) reorder: Option<Reorder>,
    pub(crate) delivered: u64,
    /// Whether FFmpeg learns how long the first packet lasts before it delivers it.
    pub(crate) first_told: bool,
    /// When all that was delivered ends.
    pub(crate) end: u64,
    /// When the last packet ends.
    pub(crate) next: Option<i64>,
    scale: u64,
}

impl Lane {
    /// A lane before its first packet; a tick is `scale` nanoseconds.
    pub(crate) fn new(track: &Track, scale: u64) -> Self {
        let reorder = match track.codec {
            Codec::Avc | Codec::Hevc => track.reorder.map(Reorder::new),
            _ => None,
        };
        Self { track: *track, reorder, delivered: 0, first_told: false, end: 0, next: None, scale }
    }

    /// What the codec takes from all times.
    pub(crate) fn delay(&self) -> i64 {
        let delay = i64::try_from(self.track.codec_delay).unwrap_or(i64::MAX);
        rescale(delay, 1, self.scale)
    }

    /// Ticks of all frames of a block that says nothing itself.
    pub(crate) fn default_duration(&self, frames: usize) -> u64 {
        let frames = u64::try_from(frames).unwrap_or(1);
        let all = self.track.default_duration.saturating_mul(frames);
        all.checked_div(self.scale).unwrap_or(0)
    }

    /// Ticks of a frame as FFmpeg tells them; `told` is what the container says, `start` the frame's first bytes.
    pub(crate) fn duration(&self, told: i64, start: &[u8]) -> Option<i64> {
        let rate = self.track.rate;
        let found = match self.track.codec {
            Codec::Opus => self.of_samples(opus_samples(start)?, 48_000),
            _ if told > 0 => told,
            Codec::Aac if self.delivered > 0 || self.first_told => self.of_samples(1024, rate),
            Codec::Avc => {
                let (units, ticks) = self.track.avc.and_then(|avc| avc.timing)?;
                self.of_samples(u64::from(units).saturating_mul(2), ticks)
            }
            _ => return None,
        };
        Some(found).filter(|d| *d > 0)
    }

    fn of_samples(&self, samples: u64, rate: u32) -> i64 {
        let samples = i64::try_from(samples).unwrap_or(i64::MAX);
        rescale_down(samples, 1_000_000_000, u64::from(rate).saturating_mul(self.scale))
    }

    /// Packets of it that FFmpeg reads before it has seen enough.
    pub(crate) fn needed(&self) -> u64 {
        let delay = self.track.reorder.map_or(0, u64::from);
        match self.track.codec {
            Codec::Avc if delay == 0 => 8,
            Codec::Avc => delay.saturating_add(2),
            Codec::Hevc => delay.saturating_add(1),
            Codec::Text => 0,
            _ => 1,
        }
    }
}

/// Samples at 48 kHz of an Opus packet (RFC 6716, 3.1 and 3.2).
fn opus_samples(packet: &[u8]) -> Option<u64> {
    let first = *packet.first()?;
    let config = first.wrapping_shr(3);
    let size = match config {
        0..=11 => [480, 960, 1920, 2880].get(usize::from(config & 3)).copied()?,
        12..=15 => [480, 960].get(usize::from(config & 1)).copied()?,
        _ => [120, 240, 480, 960].get(usize::from(config & 3)).copied()?,
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 63),
    };
    frames.checked_mul(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opus_packet_tells_its_length() {
        assert_eq!(opus_samples(&[0xfc]), Some(960));
        assert_eq!(opus_samples(&[0x08]), Some(960));
        assert_eq!(opus_samples(&[0xff, 0x03]), Some(2880));
        assert_eq!(opus_samples(&[]), None);
    }
}
