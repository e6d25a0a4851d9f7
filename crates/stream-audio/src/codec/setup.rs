//! What codecs' setups say of a stream, wherever they stand.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Stream, adts};

/// AudioSpecificConfig (ISO 14496-3, 1.6.2.1).
fn specific(config: &[u8]) -> Option<(u32, u32, u8, bool)> {
    let bits = config.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b));
    let bits = bits.checked_shl(
        u32::try_from(8usize.saturating_sub(config.len().min(8))).ok()?.checked_mul(8)?,
    )?;
    let mut at = 0u32;
    let mut read = |n: u32| {
        let shift = 64u32.checked_sub(at.checked_add(n)?)?;
        at = at.checked_add(n)?;
        u32::try_from(bits >> shift & 1u64.checked_shl(n)?.saturating_sub(1)).ok()
    };
    let object = |read: &mut dyn FnMut(u32) -> Option<u32>| {
        let kind = read(5)?;
        if kind == 31 { read(6)?.checked_add(32) } else { Some(kind) }
    };
    let rate = |read: &mut dyn FnMut(u32) -> Option<u32>| match read(4)? {
        15 => read(24),
        index => adts::sample_rate(u8::try_from(index).ok()?),
    };
    let kind = object(&mut read)?;
    let sample_rate = rate(&mut read)?;
    let channels = u8::try_from(read(4)?).ok()?;
    // explicit spectral band replication: the rate that comes out, then the object underneath
    if kind == 5 || kind == 29 {
        let rate = rate(&mut read)?;
        return Some((kind, rate, channels, true));
    }
    // frames of 960
    let short = read(1)? == 1;
    Some((kind, sample_rate, channels, short))
}

/// Fills in what AudioSpecificConfig says, and gives the frames of a packet.
pub(crate) fn aac(config: &[u8], stream: &mut Stream) -> Option<u32> {
    let (kind, rate, configuration, other) = specific(config)?;
    stream.sample_rate = rate;
    let (channels, layout) = adts::channels(configuration);
    if channels > 0 {
        (stream.channels, stream.layout) = (channels, layout);
    }
    stream.profile = Some(match kind {
        1 => "Main",
        2 => "LC",
        3 => "SSR",
        4 => "LTP",
        5 => "HE-AAC",
        23 => "LD",
        29 => "HE-AACv2",
        39 => "ELD",
        42 => "xHE-AAC",
        _ => "unknown",
    });
    stream.undecodable = match kind {
        2 if other => Some("AAC with frames of 960: not decoded here"),
        2 if stream.channels > 2 => Some("AAC of more than two channels: not decoded here"),
        2 if configuration == 0 => {
            Some("AAC whose channels its own element tells: not decoded here")
        }
        2 => None,
        _ => Some("AAC of another profile than LC: not decoded here"),
    };
    Some(if kind == 5 || kind == 29 { 2048 } else { 1024 })
}

/// Fills in what ALACSpecificConfig says, and gives the frames of a packet.
pub(crate) fn alac(cookie: &[u8], stream: &mut Stream) -> Option<u32> {
    let number = |at: usize| {
        let bytes = cookie.get(at..at.saturating_add(4)).and_then(|b| b.try_into().ok());
        bytes.map(u32::from_be_bytes)
    };
    let bits = cookie.get(5).copied().unwrap_or(16);
    stream.bits_per_raw_sample = Some(u32::from(bits));
    stream.sample_fmt = Some(if bits > 16 { "s32p" } else { "s16p" });
    if let (Some(frames), Some(channels), Some(rate)) = (number(0), cookie.get(9), number(20)) {
        (stream.channels, stream.sample_rate) = (u32::from(*channels), rate);
        stream.layout = None;
        return Some(frames);
    }
    None
}

/// Fills in what STREAMINFO says (RFC 9639, 8.2).
pub(crate) fn flac(info: &[u8], stream: &mut Stream) {
    if let Some(packed) = info.get(10..14).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes) {
        let bits = (packed >> 4 & 31).saturating_add(1);
        (stream.sample_rate, stream.channels) = (packed >> 12, (packed >> 9 & 7).saturating_add(1));
        stream.bits_per_raw_sample = Some(bits);
        stream.sample_fmt = Some(if bits > 16 { "s32" } else { "s16" });
    }
}
