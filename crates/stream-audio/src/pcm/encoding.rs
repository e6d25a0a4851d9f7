//! How a sample stands in its bytes.
#![deny(clippy::arithmetic_side_effects)]

use super::Order;

/// How samples are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    /// Integers in this many bytes (1 to 8), two's complement, the most significant bit first used: 12 bits in two bytes
    /// are the upper 12.
    Signed(u8, Order),
    /// One byte, 128 is silence: WAV of up to 8 bits, `raw ` in AIFF-C.
    Unsigned,
    /// IEEE 754 binary32.
    Float32(Order),
    /// IEEE 754 binary64.
    Float64(Order),
    /// G.711 A-law.
    ALaw,
    /// G.711 mu-law.
    MuLaw,
}

impl Encoding {
    /// That of a codec, in the words of ffprobe; `None` for no PCM.
    pub(crate) fn named(codec: &str) -> Option<Self> {
        let both = [Order::Little, Order::Big];
        let signed = (1..=8).flat_map(|n| both.map(|order| Self::Signed(n, order)));
        let floats = both.into_iter().flat_map(|o| [Self::Float32(o), Self::Float64(o)]);
        let mut all = signed.chain(floats).chain([Self::Unsigned, Self::ALaw, Self::MuLaw]);
        // widths without a name of their own are told apart by nothing
        let odd = |one: &Self| matches!(one, Self::Signed(5..=7, _));
        all.find(|one| !odd(one) && one.codec() == codec)
    }

    /// Bytes of one sample.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Signed(bytes, _) => usize::from(bytes.clamp(1, 8)),
            Self::Unsigned | Self::ALaw | Self::MuLaw => 1,
            Self::Float32(_) => 4,
            Self::Float64(_) => 8,
        }
    }

    /// The codec, in the words of ffprobe; empty for widths that have no name there.
    pub(crate) fn codec(self) -> &'static str {
        match self {
            Self::Signed(1, _) => "pcm_s8",
            Self::Signed(2, Order::Little) => "pcm_s16le",
            Self::Signed(2, Order::Big) => "pcm_s16be",
            Self::Signed(3, Order::Little) => "pcm_s24le",
            Self::Signed(3, Order::Big) => "pcm_s24be",
            Self::Signed(4, Order::Little) => "pcm_s32le",
            Self::Signed(4, Order::Big) => "pcm_s32be",
            Self::Signed(8, Order::Little) => "pcm_s64le",
            Self::Signed(8, Order::Big) => "pcm_s64be",
            Self::Signed(_, Order::Little) => "pcm_sle",
            Self::Signed(_, Order::Big) => "pcm_sbe",
            Self::Unsigned => "pcm_u8",
            Self::Float32(Order::Little) => "pcm_f32le",
            Self::Float32(Order::Big) => "pcm_f32be",
            Self::Float64(Order::Little) => "pcm_f64le",
            Self::Float64(Order::Big) => "pcm_f64be",
            Self::ALaw => "pcm_alaw",
            Self::MuLaw => "pcm_mulaw",
        }
    }

    /// The sample format that a decoder gives, in the words of ffprobe.
    pub(crate) fn sample_fmt(self) -> &'static str {
        match self {
            Self::Signed(1, _) | Self::Unsigned => "u8",
            Self::Signed(2, _) | Self::ALaw | Self::MuLaw => "s16",
            Self::Signed(3 | 4, _) => "s32",
            Self::Signed(..) => "s64",
            Self::Float32(_) => "flt",
            Self::Float64(_) => "dbl",
        }
    }
}
