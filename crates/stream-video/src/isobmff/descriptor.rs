//! Descriptors of an `esds` box, as far as they tell the codec (ISO/IEC 14496-1, 7.2.6; 14496-3, 1.6.2.1).

use crate::index::Bits;

/// The object type of the decoder, and the audio object type where it is AAC; 0 where not told.
///
/// An audio object type is told only where the configuration says plain AAC: with 5 or 29 (SBR, PS) or an extension for them, it is 5.
pub(crate) fn decoder(esds: &[u8]) -> (u8, u8) {
    let Some((object, config)) = esds.get(4..).and_then(walk) else { return (0, 0) };
    (object, audio_object(config).unwrap_or(0))
}

/// Finds the decoder's configuration (tag 4) and its specific information (tag 5).
fn walk(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, mut body) = descriptor(bytes)?;
    if tag == 3 {
        let flags = *body.get(2)?;
        let mut skip = 3usize;
        skip = skip.saturating_add(if flags & 0x80 != 0 { 2 } else { 0 });
        if flags & 0x40 != 0 {
            skip = skip.saturating_add(usize::from(*body.get(skip)?)).saturating_add(1);
        }
        skip = skip.saturating_add(if flags & 0x20 != 0 { 2 } else { 0 });
        body = body.get(skip..)?;
        let (tag, inner) = descriptor(body)?;
        if tag != 4 {
            return None;
        }
        body = inner;
    } else if tag != 4 {
        return None;
    }
    let object = *body.first()?;
    let config = body.get(13..).and_then(descriptor).filter(|(tag, _)| *tag == 5);
    Some((object, config.map(|(_, config)| config).unwrap_or_default()))
}

/// A descriptor's tag and body; its length has seven bits a byte.
fn descriptor(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let tag = *bytes.first()?;
    let mut length = 0usize;
    let mut at = 1usize;
    for _ in 0..4 {
        let byte = *bytes.get(at)?;
        at = at.saturating_add(1);
        length = length.wrapping_shl(7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    let body = bytes.get(at..)?;
    Some((tag, body.get(..length).unwrap_or(body)))
}

/// The audio object type of a configuration; 5 where it says that SBR follows.
pub(crate) fn audio_object(config: &[u8]) -> Option<u8> {
    let mut bits = Bits::plain(config);
    let object = match bits.bits(5)? {
        31 => bits.bits(6)?.saturating_add(32),
        n => n,
    };
    if bits.bits(4)? == 15 {
        bits.bits(24)?;
    }
    bits.bits(4)?;
    // general audio: frame length flag, depends on core coder, extension flag; then the sync extension may announce SBR
    let frame_960 = bits.bit()?;
    let core = bits.bit()?;
    if core {
        bits.bits(14)?;
    }
    bits.bit()?;
    let sbr = bits.bits(11) == Some(0x2b7) && bits.bits(5) == Some(5) && bits.bit() == Some(true);
    match object {
        2 if sbr => Some(5),
        2 if frame_960 => Some(0),
        n => u8::try_from(n).ok(),
    }
}
