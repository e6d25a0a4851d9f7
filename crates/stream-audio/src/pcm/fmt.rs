//! The `fmt ` chunk of WAV: `WAVEFORMATEX` and `WAVEFORMATEXTENSIBLE`.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, Result, Span};

use super::chunk::{Chunk, Walk};
use super::{Codec, Defect, Encoding, Header};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xfffe;
/// What follows the first number in the GUIDs of formats that have a tag, and in those of ambisonic files; in both that number is
/// the tag.
const GUIDS: [(u16, u16, [u8; 8]); 2] = [
    (0x0000, 0x0010, [0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71]),
    (0x0721, 0x11d3, [0x86, 0x44, 0xc8, 0xc1, 0xca, 0x00, 0x00, 0x00]),
];

/// Reads `fmt `.
pub(super) fn fmt(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let length = usize::try_from(chunk.span().length.min(40)).unwrap_or(40);
    let bytes = walk.bytes(chunk.offset, length)?;
    let (u16, u32) = (|at| order.u16(bytes, at), |at| order.u32(bytes, at));
    let fields = (u16(0), u16(2), u32(4), u32(8), u16(12));
    let (Some(mut tag), Some(channels), Some(rate), Some(byte_rate), Some(align)) = fields else {
        return Err(Error::truncated(
            chunk.offset,
            format!("chunk \"fmt \": expected at least 14 bytes, found {}", bytes.len()),
        ));
    };
    // WAVEFORMAT, the first of all, has no bits
    let stored = u16(14).unwrap_or(0);
    let mut bits = stored;
    if tag == EXTENSIBLE && bytes.len() >= 40 {
        let rest = bytes.get(32..).and_then(|b| b.first_chunk::<8>());
        let guid = u16(28).zip(u16(30)).zip(rest).map(|((two, three), rest)| (two, three, *rest));
        if guid.is_some_and(|guid| GUIDS.contains(&guid)) {
            tag = u32(24).and_then(|n| u16::try_from(n).ok()).unwrap_or(tag);
        }
        header.channel_mask = u32(20).filter(|&mask| mask != 0);
        bits = u16(18).filter(|&valid| valid > 0 && valid <= stored).unwrap_or(stored);
    }
    if channels == 0 {
        return Err(Error::malformed(
            chunk.offset.saturating_add(2),
            "channels: expected at least 1, found 0",
        ));
    }
    header.channels = u32::from(channels);
    header.sample_rate = f64::from(rate);
    header.bits = u32::from(bits);
    header.block_align = u64::from(align);
    header.byte_rate = Some(byte_rate);
    let width = width(align, channels, stored);
    let length = u16(16).map(u64::from).unwrap_or(0);
    let (offset, room) = (chunk.offset.saturating_add(18), chunk.span().length.saturating_sub(18));
    // codebooks and tables are short; what is longer is none
    header.setup = Some(Span { offset, length: length.min(room) }).filter(|s| s.length > 0);
    header.codec = match (tag, stored) {
        (PCM, 1..=8) if width == 1 => Codec::Pcm(Encoding::Unsigned),
        (PCM, 1..=64) => Codec::Pcm(Encoding::Signed(width, order)),
        (FLOAT, 32) => Codec::Pcm(Encoding::Float32(order)),
        (FLOAT, 64) => Codec::Pcm(Encoding::Float64(order)),
        (A_LAW, _) => Codec::Pcm(Encoding::ALaw),
        (MU_LAW, _) => Codec::Pcm(Encoding::MuLaw),
        (tag, _) => Codec::Tag(tag),
    };
    if let Codec::Pcm(encoding) = header.codec {
        let width = u64::try_from(encoding.width()).unwrap_or(1);
        let expected = width.saturating_mul(u64::from(channels));
        let found = u64::from(align);
        if expected != found {
            let at = chunk.offset.saturating_add(12);
            header.deviate(at, Defect::BlockAlign { expected, found })?;
        }
    }
    Ok(())
}

/// Bytes of an integer sample: what `nBlockAlign` leaves for each channel where the bits fit into it, else as few as hold the
/// bits.
fn width(align: u16, channels: u16, bits: u16) -> u8 {
    let least = bits.div_ceil(8).clamp(1, 8);
    let share = align.checked_div(channels).unwrap_or(0);
    let whole = align.checked_rem(channels) == Some(0);
    let width = if whole && (least..=8).contains(&share) { share } else { least };
    u8::try_from(width).unwrap_or(8)
}
