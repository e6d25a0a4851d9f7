//! Where channels stand.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// A set of loudspeakers: the bits of WAVEFORMATEXTENSIBLE's channel mask, from front left on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout(pub u32);

/// Named sets, with FFmpeg's names.
const NAMED: [(u32, &str); 17] = [
    (0x4, "mono"),
    (0x3, "stereo"),
    (0xb, "2.1"),
    (0x7, "3.0"),
    (0x103, "3.0(back)"),
    (0x107, "4.0"),
    (0x33, "quad"),
    (0x603, "quad(side)"),
    (0xf, "3.1"),
    (0x37, "5.0"),
    (0x607, "5.0(side)"),
    (0x10f, "4.1"),
    (0x3f, "5.1"),
    (0x60f, "5.1(side)"),
    (0x70f, "6.1"),
    (0x63f, "7.1"),
    (0x6000_0000, "downmix"),
];

/// The names of single loudspeakers, from bit 0 on.
const SPEAKERS: [&str; 18] = [
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR",
    "TBL", "TBC", "TBR",
];

impl Layout {
    /// One loudspeaker in the middle.
    pub const MONO: Self = Self(0x4);
    /// Left and right.
    pub const STEREO: Self = Self(0x3);

    /// What so many channels mean where nothing else is said; `None` beyond two.
    pub fn of_channels(channels: u32) -> Option<Self> {
        match channels {
            1 => Some(Self::MONO),
            2 => Some(Self::STEREO),
            _ => None,
        }
    }

    /// How many channels it has.
    pub fn channels(self) -> u32 {
        self.0.count_ones()
    }
}

impl fmt::Display for Layout {
    /// FFmpeg's name of the set, else the names of its loudspeakers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = NAMED.iter().find(|(mask, _)| *mask == self.0) {
            return f.write_str(name);
        }
        write!(f, "{} channels (", self.channels())?;
        let mut first = true;
        for (bit, name) in SPEAKERS.iter().enumerate() {
            if self.0 >> bit & 1 == 1 {
                f.write_str(if first { "" } else { "+" })?;
                f.write_str(name)?;
                first = false;
            }
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_have_ffmpegs_names() {
        assert_eq!(Layout(0x60f).to_string(), "5.1(side)");
        assert_eq!(Layout::STEREO.to_string(), "stereo");
        assert_eq!(Layout(0x5).to_string(), "2 channels (FL+FC)");
        assert_eq!(Layout(0x3f).channels(), 6);
    }
}
