//! PCM: which samples a description means (QuickTime file format, sound sample descriptions; ISO/IEC 23003-5).
#![deny(clippy::arithmetic_side_effects)]

use super::boxes::Fourcc;
use crate::pcm::{Encoding, Order};

/// What a description and the boxes in it say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pcm {
    pub kind: Fourcc,
    pub bits: u32,
    /// `formatSpecificFlags` of a description of version 2.
    pub flags: Option<u32>,
    /// Whether the low byte comes first: box `enda` or `pcmC`.
    pub little: Option<bool>,
}

impl Pcm {
    /// How samples are stored; `None` where it is no PCM.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        let order = |little: bool| if little { Order::Little } else { Order::Big };
        let told = order(self.little.unwrap_or(false));
        let bytes = u8::try_from(self.bits.div_ceil(8)).ok().filter(|n| (1..=8).contains(n));
        let float = |order| match self.bits {
            32 => Some(Encoding::Float32(order)),
            64 => Some(Encoding::Float64(order)),
            _ => None,
        };
        Some(match &self.kind {
            b"sowt" => Encoding::Signed(bytes?, Order::Little),
            b"twos" => Encoding::Signed(bytes?, told),
            b"raw " | b"NONE" if bytes == Some(1) => Encoding::Unsigned,
            b"raw " | b"NONE" => Encoding::Signed(bytes?, told),
            b"in24" => Encoding::Signed(3, told),
            b"in32" => Encoding::Signed(4, told),
            b"fl32" => Encoding::Float32(told),
            b"fl64" => Encoding::Float64(told),
            b"alaw" => Encoding::ALaw,
            b"ulaw" => Encoding::MuLaw,
            b"ipcm" => Encoding::Signed(bytes?, told),
            b"fpcm" => float(told)?,
            b"lpcm" => {
                // 1: floats, 2: the high byte first, 4: with a sign
                let flags = self.flags?;
                let order = order(flags & 2 == 0);
                match (flags & 1 != 0, flags & 4 != 0, bytes?) {
                    (true, _, _) => float(order)?,
                    (false, false, 1) => Encoding::Unsigned,
                    (false, true, n) => Encoding::Signed(n, order),
                    (false, false, _) => return None,
                }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_say_how_samples_are_stored() {
        let codec = |kind: &[u8; 4], bits, flags, little| {
            let pcm = Pcm { kind: *kind, bits, flags, little };
            pcm.encoding().map(Encoding::codec)
        };
        assert_eq!(codec(b"sowt", 16, None, None), Some("pcm_s16le"));
        assert_eq!(codec(b"twos", 16, None, None), Some("pcm_s16be"));
        assert_eq!(codec(b"twos", 8, None, None), Some("pcm_s8"));
        assert_eq!(codec(b"in24", 16, None, Some(true)), Some("pcm_s24le"));
        assert_eq!(codec(b"fl64", 16, None, None), Some("pcm_f64be"));
        assert_eq!(codec(b"lpcm", 32, Some(1), None), Some("pcm_f32le"));
        assert_eq!(codec(b"lpcm", 24, Some(4 | 2), None), Some("pcm_s24be"));
        assert_eq!(codec(b"lpcm", 8, Some(0), None), Some("pcm_u8"));
        assert_eq!(codec(b"raw ", 8, None, None), Some("pcm_u8"));
        assert_eq!(codec(b"ipcm", 24, None, Some(true)), Some("pcm_s24le"));
        assert_eq!(codec(b"mp4a", 16, None, None), None);
    }
}
