//! How many frames a packet holds, by its first bytes.
#![deny(clippy::arithmetic_side_effects)]

use crate::vorbis::Blocks;

/// A codec's way to tell.
#[derive(Clone, Debug)]
pub(crate) enum Lengths {
    /// A quarter of this block and of the one before (Vorbis I, 1.3.2).
    Vorbis(Blocks),
    /// RFC 6716, 3.1.
    Opus,
    /// RFC 9639, 9.1.1.
    Flac,
    /// Always the same.
    Constant(u32),
    /// As many as its bytes hold of so many: PCM. The length of the packet is not asked of [`Lengths::of`].
    Bytes(u32),
    /// The setup that tells was not read.
    Unknown,
}

/// Bytes at the start of a packet that are enough.
pub(crate) const HEAD: usize = 20;

impl Lengths {
    /// Frames of a packet that begins with `head`; `before` is what the codec keeps of the packet before, and takes the place
    /// of it. The first packet of Vorbis gives none.
    pub(crate) fn of(&self, head: &[u8], before: &mut Option<u32>) -> u32 {
        match self {
            Self::Vorbis(blocks) => {
                let Some(size) = head.first().and_then(|b| blocks.size(*b)) else { return 0 };
                let last = before.replace(size);
                last.map_or(0, |last| last.saturating_add(size) >> 2)
            }
            Self::Opus => opus(head).unwrap_or(0),
            Self::Flac => flac(head).unwrap_or(0),
            Self::Constant(frames) => *frames,
            Self::Bytes(_) | Self::Unknown => 0,
        }
    }
}

/// Frames at 48 kHz: the configuration's length by the number of frames.
fn opus(head: &[u8]) -> Option<u32> {
    let toc = *head.first()?;
    let size: u32 = match toc >> 3 {
        config @ 0..=11 => *[480, 960, 1920, 2880].get(usize::from(config & 3))?,
        config @ 12..=15 => *[480, 960].get(usize::from(config & 1))?,
        config => *[120, 240, 480, 960].get(usize::from(config & 3))?,
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u32::from(*head.get(1)? & 63),
    };
    size.checked_mul(count).filter(|frames| *frames <= 5760)
}

/// The block size in a frame's header.
fn flac(head: &[u8]) -> Option<u32> {
    let [0xff, sync, sizes, ..] = *head else { return None };
    if sync & 0xfc != 0xf8 {
        return None;
    }
    let code = u32::from(sizes >> 4);
    // the number of the frame or its first sample, in UTF-8's manner
    let number = match head.get(4)?.leading_ones() {
        0 => 1usize,
        n @ 2..=7 => usize::try_from(n).ok()?,
        _ => return None,
    };
    let at = number.checked_add(4)?;
    Some(match code {
        1 => 192,
        2..=5 => 576u32.checked_shl(code.checked_sub(2)?)?,
        6 => u32::from(*head.get(at)?).checked_add(1)?,
        7 => {
            let end = at.checked_add(2)?;
            let size: [u8; 2] = head.get(at..end)?.try_into().ok()?;
            u32::from(u16::from_be_bytes(size)).checked_add(1)?
        }
        8..=15 => 256u32.checked_shl(code.checked_sub(8)?)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opus_packets_say_how_long_they_are() {
        assert_eq!(opus(&[0xfc]), Some(960), "CELT, 20 ms, one frame");
        assert_eq!(opus(&[0xfd]), Some(1920));
        assert_eq!(opus(&[0xff, 3]), Some(2880));
        assert_eq!(opus(&[0x1b, 10]), None, "more than 120 ms");
    }

    #[test]
    fn flac_frames_say_how_long_they_are() {
        assert_eq!(flac(&[0xff, 0xf8, 0xc9, 0x18, 0, 0]), Some(4096));
        assert_eq!(flac(&[0xff, 0xf8, 0x69, 0x18, 0, 0x63]), Some(100));
    }
}
