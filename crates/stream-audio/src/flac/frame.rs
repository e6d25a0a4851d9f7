//! A frame's header: RFC 9639, 9.1.
#![deny(clippy::arithmetic_side_effects)]

use super::crc::crc8;
use super::fault::Fault;
use super::info::Info;

/// How two channels are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stereo {
    /// Each on its own, as are more or fewer than two.
    Independent,
    /// Left, and left minus right.
    LeftSide,
    /// Left minus right, and right.
    SideRight,
    /// Their mean, and left minus right.
    MidSide,
}

/// A frame's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Samples of each channel.
    pub(super) block: u32,
    /// Channels.
    pub(super) channels: u8,
    /// How two of them are coded.
    pub(super) stereo: Stereo,
    /// Bits of a sample, before a channel of differences gets one more.
    pub(super) bits: u8,
    /// The number of its first sample, where blocks differ; of the frame, where they do not.
    pub(super) number: u64,
    /// Whether `number` counts samples.
    pub(super) variable: bool,
    /// Bytes of the header.
    pub(super) length: usize,
}

/// The most bytes that a header has.
pub(super) const LONGEST: usize = 16;

impl Header {
    /// The header at the beginning of `bytes`, which fits the stream.
    pub(super) fn parse(bytes: &[u8], info: &Info) -> Result<Self, Fault> {
        let &[sync, strategy, sizes, coding, ..] = bytes else { return Err(Fault::Cut) };
        if sync != 0xff || strategy & 0xfe != 0xf8 {
            return Err(Fault::Sync);
        }
        if coding & 1 != 0 {
            return Err(Fault::Reserved("bit"));
        }
        let (number, mut at) = number(bytes)?;
        let mut field = |width: usize| {
            let mut value = 0u32;
            for _ in 0..width {
                let byte = bytes.get(at).copied().ok_or(Fault::Cut)?;
                value = value.wrapping_shl(8) | u32::from(byte);
                at = at.saturating_add(1);
            }
            Ok(value)
        };
        let block = match sizes >> 4 {
            0 => return Err(Fault::Reserved("block size")),
            1 => 192,
            n @ 2..=5 => 144u32.wrapping_shl(u32::from(n)),
            6 => field(1)?.saturating_add(1),
            7 => field(2)?.saturating_add(1),
            n => 1u32.wrapping_shl(u32::from(n)),
        };
        if block > 65_535 {
            return Err(Fault::Reserved("block size"));
        }
        let rate = match sizes & 15 {
            0 => info.rate,
            12 => field(1)?.saturating_mul(1000),
            13 => field(2)?,
            14 => field(2)?.saturating_mul(10),
            15 => return Err(Fault::Reserved("sample rate")),
            n => RATES.get(usize::from(n)).copied().unwrap_or(0),
        };
        let sum = bytes.get(..at).ok_or(Fault::Cut)?;
        if bytes.get(at).copied().ok_or(Fault::Cut)? != crc8(sum) {
            return Err(Fault::HeaderSum);
        }
        let (channels, stereo) = match coding >> 4 {
            n @ 0..=7 => (n.wrapping_add(1), Stereo::Independent),
            8 => (2, Stereo::LeftSide),
            9 => (2, Stereo::SideRight),
            10 => (2, Stereo::MidSide),
            _ => return Err(Fault::Reserved("channel assignment")),
        };
        let bits = match (coding >> 1) & 7 {
            0 => info.bits,
            1 => 8,
            2 => 12,
            4 => 16,
            5 => 20,
            6 => 24,
            7 => 32,
            _ => return Err(Fault::Reserved("sample size")),
        };
        if channels != info.channels {
            return Err(Fault::Differs("channels"));
        }
        if bits != info.bits {
            return Err(Fault::Differs("bits"));
        }
        if rate != info.rate && info.rate != 0 {
            return Err(Fault::Differs("sample rates"));
        }
        let variable = strategy & 1 == 1;
        Ok(Self { block, channels, stereo, bits, number, variable, length: at.saturating_add(1) })
    }

    /// The number of its first sample, in a stream whose blocks have `fixed` samples where they do not differ.
    pub(super) fn first(&self, fixed: u32) -> u64 {
        match self.variable {
            true => self.number,
            false => self.number.saturating_mul(u64::from(fixed)),
        }
    }

    /// The number of the sample behind its last.
    pub(super) fn end(&self, fixed: u32) -> u64 {
        self.first(fixed).saturating_add(u64::from(self.block))
    }
}

const RATES: [u32; 12] =
    [0, 88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000];

/// The coded number at byte 4, in the manner of UTF-8 with up to seven bytes (9.1.5), and where it ends.
fn number(bytes: &[u8]) -> Result<(u64, usize), Fault> {
    let first = bytes.get(4).copied().ok_or(Fault::Cut)?;
    let ones = first.leading_ones();
    let more = match ones {
        0 => return Ok((u64::from(first), 5)),
        2..=7 => usize::try_from(ones.wrapping_sub(1)).unwrap_or(0),
        _ => return Err(Fault::Reserved("coded number")),
    };
    let kept = 0x7fu8.checked_shr(ones).unwrap_or(0);
    let end = 5usize.saturating_add(more);
    let rest = bytes.get(5..end).ok_or(Fault::Cut)?;
    let mut value = u64::from(first & kept);
    for &byte in rest {
        if byte & 0xc0 != 0x80 {
            return Err(Fault::Reserved("coded number"));
        }
        value = value.wrapping_shl(6) | u64::from(byte & 0x3f);
    }
    Ok((value, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_of_the_standards_example_comes_out() {
        // RFC 9639, appendix D.1: one stereo sample, left and side
        let bytes = [0xff, 0xf8, 0x69, 0x18, 0x00, 0x00, 0xbf];
        let info = Info { rate: 44_100, channels: 2, bits: 16, ..Info::default() };
        // the rate's and size's codes: 9 for 44.1 kHz; 6 takes one byte behind the number
        let header = Header::parse(&bytes, &info).unwrap();
        assert_eq!((header.block, header.channels, header.number), (1, 2, 0));
        assert_eq!((header.stereo, header.length), (Stereo::Independent, 7));
        let mut wrong = bytes;
        wrong[6] ^= 1;
        assert_eq!(Header::parse(&wrong, &info), Err(Fault::HeaderSum));
        assert_eq!(Header::parse(&bytes[..6], &info), Err(Fault::Cut));
        assert_eq!(Header::parse(&bytes, &Info { bits: 24, ..info }), Err(Fault::Differs("bits")));
    }

    #[test]
    fn numbers_of_up_to_36_bits_are_decoded() {
        let with = |n: &[u8]| number(&[&[0; 4], n].concat());
        assert_eq!(with(&[0x7f]), Ok((127, 5)));
        assert_eq!(with(&[0xc2, 0x80]), Ok((128, 6)));
        assert_eq!(with(&[0xfe, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf]), Ok(((1 << 36) - 1, 11)));
        assert_eq!(with(&[0xff]), Err(Fault::Reserved("coded number")));
        assert_eq!(with(&[0xc2, 0x00]), Err(Fault::Reserved("coded number")));
    }
}
