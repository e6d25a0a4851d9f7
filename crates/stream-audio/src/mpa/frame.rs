//! The header of an MPEG audio frame (ISO 11172-3, 2.4.1.3; ISO 13818-3, 2.4.2.3).
#![deny(clippy::arithmetic_side_effects)]

use super::walk::Chained;

/// What the four bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// 1, 2 or 3.
    pub layer: u8,
    /// Whether it is of MPEG-2 or 2.5, whose rates are halved.
    pub halved: bool,
    /// The two bits of the version.
    version: u8,
    /// Bits in a second.
    pub bit_rate: u32,
    pub sample_rate: u32,
    pub channels: u32,
    /// Bytes of the whole frame.
    pub length: u32,
    /// Frames of sound.
    pub samples: u32,
}

const RATES: [u32; 3] = [44_100, 48_000, 32_000];
/// kbit/s by index: MPEG-1 layers I, II, III; MPEG-2 layer I; MPEG-2 layers II and III.
const BIT_RATES: [[u16; 15]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

impl Frame {
    /// The frame that begins with `head`; `None` for reserved values and the free format, whose length nothing tells.
    pub(crate) fn parse(head: &[u8]) -> Option<Self> {
        let [0xff, b1, b2, b3, ..] = *head else { return None };
        if b1 & 0xe0 != 0xe0 {
            return None;
        }
        let version = b1 >> 3 & 3;
        let layer = 4u8.checked_sub(b1 >> 1 & 3).filter(|l| *l < 4)?;
        if version == 1 {
            return None;
        }
        let halved = version != 3;
        let row = match (halved, layer) {
            (false, layer) => usize::from(layer).checked_sub(1)?,
            (true, 1) => 3,
            (true, _) => 4,
        };
        let kbits = *BIT_RATES.get(row)?.get(usize::from(b2 >> 4))?;
        if kbits == 0 {
            return None;
        }
        let bit_rate = u32::from(kbits).checked_mul(1000)?;
        let rate = *RATES.get(usize::from(b2 >> 2 & 3))?;
        let sample_rate = match version {
            3 => rate,
            2 => rate >> 1,
            _ => rate >> 2,
        };
        let padding = u32::from(b2 >> 1 & 1);
        let samples = match (layer, halved) {
            (1, _) => 384,
            (3, true) => 576,
            _ => 1152,
        };
        let length = if layer == 1 {
            let words = bit_rate.checked_mul(12)?.checked_div(sample_rate)?;
            words.checked_add(padding)?.checked_mul(4)?
        } else {
            let bytes = bit_rate.checked_mul(samples >> 3)?.checked_div(sample_rate)?;
            bytes.checked_add(padding)?
        };
        let channels = if b3 >> 6 == 3 { 1 } else { 2 };
        Some(Self { layer, halved, version, bit_rate, sample_rate, channels, length, samples })
    }

    /// Whether another frame may follow this one in the same stream.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        let one = (self.layer, self.version, self.sample_rate);
        one == (other.layer, other.version, other.sample_rate)
    }

    /// Bytes of side information behind the header (layer III, 2.4.1.7).
    pub(crate) fn side_info(&self) -> usize {
        match (self.halved, self.channels) {
            (false, 1) => 17,
            (false, _) => 32,
            (true, 1) => 9,
            (true, _) => 17,
        }
    }

    /// The codec's name.
    pub(crate) fn codec(&self) -> &'static str {
        match self.layer {
            1 => "mp1",
            2 => "mp2",
            _ => "mp3",
        }
    }
}

impl Chained for Frame {
    fn parse(head: &[u8]) -> Option<Self> {
        Self::parse(head)
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.goes_with(other)
    }

    fn length(&self) -> u32 {
        self.length
    }

    fn samples(&self) -> u32 {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_standard() {
        let f = Frame::parse(b"\xff\xfb\x90\x44").unwrap();
        assert_eq!((f.layer, f.bit_rate, f.sample_rate, f.channels), (3, 128_000, 44_100, 2));
        assert_eq!((f.length, f.samples, f.side_info()), (417, 1152, 32));
        let f = Frame::parse(b"\xff\xf3\x82\xc4").unwrap();
        assert_eq!((f.samples, f.sample_rate, f.channels, f.length), (576, 22_050, 1, 209));
        assert_eq!(Frame::parse(b"\xff\xff\x90\x44"), Frame::parse(b"\xff\xff\x90\x44"));
        assert_eq!(Frame::parse(b"\xff\xf1\x90\x44"), None, "layer 0 is ADTS");
        assert_eq!(Frame::parse(b"\xff\xfb\xf0\x44"), None, "bit rate 15 is reserved");
        assert_eq!(Frame::parse(b"\xff\xfb\x90"), None);
    }
}
