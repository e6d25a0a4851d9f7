//! Codecs in WAV, AIFF-C and CAF: their names, and how many frames a block holds.
#![deny(clippy::arithmetic_side_effects)]

use super::{Codec, Header};

/// What is known of a codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The name in the words of ffprobe; empty for none.
    pub(super) name: &'static str,
    /// Frames of one block, where all blocks have one length.
    pub(super) frames: Option<u32>,
}

/// Apple's ADPCM: blocks of 34 bytes for each channel.
const IMA4: &[u8; 4] = b"ima4";

/// Bytes of a block; 0 where the header does not tell.
pub(super) fn block(header: &Header) -> u64 {
    match header.codec {
        Codec::Four(id) if &id.0 == IMA4 => u64::from(header.channels).saturating_mul(34),
        _ => header.block_align,
    }
}

/// The name of the codec of `header`.
pub(super) fn named(header: &Header) -> Named {
    match header.codec {
        Codec::Pcm(encoding) => Named { name: encoding.codec(), frames: Some(1) },
        Codec::Tag(tag) => Named { name: of_tag(tag), frames: frames(header, tag) },
        Codec::Four(id) => {
            let frames = (&id.0 == IMA4).then_some(64);
            Named { name: of_four(&id.0), frames }
        }
    }
}

/// Registered format tags (RFC 2361 and mmreg.h).
fn of_tag(tag: u16) -> &'static str {
    match tag {
        0x0002 => "adpcm_ms",
        0x0011 => "adpcm_ima_wav",
        0x0020 => "adpcm_yamaha",
        0x0022 => "truespeech",
        0x0031 | 0x0032 => "gsm_ms",
        0x0040 | 0x0045 | 0x0064 | 0x0014 => "adpcm_g726",
        0x0050 => "mp2",
        0x0055 => "mp3",
        0x0061 => "adpcm_ima_dk4",
        0x0062 => "adpcm_ima_dk3",
        0x00ff | 0x1600 | 0x706d => "aac",
        0x0160 => "wmav1",
        0x0161 => "wmav2",
        0x0162 => "wmapro",
        0x0163 => "wmalossless",
        0x2000 => "ac3",
        0x2001 => "dts",
        0x674f..=0x6771 => "vorbis",
        0xa106 => "aac",
        0xa109 => "speex",
        0xf1ac => "flac",
        _ => "",
    }
}

fn of_four(id: &[u8; 4]) -> &'static str {
    match id {
        b"ima4" => "adpcm_ima_qt",
        b"alac" => "alac",
        b"aac " | b"aacp" => "aac",
        b".mp3" => "mp3",
        b".mp2" => "mp2",
        b"ac-3" => "ac3",
        b"opus" => "opus",
        b"flac" => "flac",
        b"MAC3" => "mace3",
        b"MAC6" => "mace6",
        b"GSM " | b"agsm" => "gsm",
        b"QDM2" => "qdm2",
        b"QDMC" => "qdmc",
        _ => "",
    }
}

/// Frames of a block: each channel's part has a head, which holds the first frames, then half a byte for each.
fn frames(header: &Header, tag: u16) -> Option<u32> {
    let share = header.block_align.checked_div(u64::from(header.channels))?;
    let frames = match tag {
        0x0002 => share.checked_sub(7)?.checked_mul(2)?.checked_add(2)?,
        0x0011 => share.checked_sub(4)?.checked_mul(2)?.checked_add(1)?,
        _ => return None,
    };
    u32::try_from(frames).ok()
}
