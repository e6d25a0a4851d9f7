//! Sample descriptions of sound (ISO 14496-12, 12.2; QuickTime file format).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use super::boxes::{self, each};
use super::pcm::Pcm;
use super::track::Track;
use crate::codec::setup;
use crate::input::Input;
use crate::{Header, Layout, Stream};

/// Bytes of a codec's setup that are taken.
const SETUP: usize = 64 * 1024;

/// Reads the first sample description.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(
    input: &mut Input,
    end: u64,
    track: &mut Track,
    header: &mut Header,
) -> Result<()> {
    input.skip(8);
    let Some(head) = boxes::next(input)? else { return Ok(()) };
    let end = head.end.min(end);
    let Some(fixed) = input.array::<28>()? else { return Ok(()) };
    let u16_at = |at: usize| {
        let bytes = fixed.get(at..at.saturating_add(2)).and_then(|b| b.try_into().ok());
        bytes.map_or(0, u16::from_be_bytes)
    };
    let version = u16_at(8);
    let stream = &mut track.stream;
    stream.channels = u32::from(u16_at(16));
    stream.bits_per_raw_sample = None;
    track.pcm = Pcm { kind: head.kind, bits: u32::from(u16_at(18)), ..Pcm::default() };
    stream.sample_rate = u32::from(u16_at(24));
    match version {
        1 => input.skip(16),
        2 => {
            // the rate as a double, the number of channels
            input.skip(4);
            if let Some(rate) = input.array::<8>()?.map(f64::from_be_bytes) {
                // checked to be a rate
                stream.sample_rate = if (1.0..1e9).contains(&rate) { rate as u32 } else { 0 };
            }
            stream.channels = input.u32_be()?.unwrap_or(0);
            input.skip(4);
            track.pcm.bits = input.u32_be()?.unwrap_or(0);
            track.pcm.flags = input.u32_be()?;
            input.skip(8);
        }
        _ => {}
    }
    codec(stream, &head.kind);
    let unknown = stream.codec.is_empty();
    boxes_of(input, end, track, 0)?;
    if let Some(encoding) = track.pcm.encoding() {
        track.samples(encoding);
    }
    let stream = &mut track.stream;
    if unknown && stream.codec.is_empty() {
        stream.codec_tag = header.texts.push(&super::fourcc(head.kind))?;
    }
    if stream.layout.is_none() {
        stream.layout = Layout::of_channels(stream.channels);
    }
    Ok(())
}

/// What a description's name says.
fn codec(stream: &mut Stream, kind: &[u8; 4]) {
    let (codec, fmt, undecodable) = match kind {
        b"mp4a" => ("aac", Some("fltp"), None),
        b"alac" => ("alac", None, None),
        b"fLaC" => ("flac", None, None),
        b"Opus" => ("opus", Some("fltp"), None),
        b".mp3" => ("mp3", Some("fltp"), None),
        b"ac-3" => ("ac3", Some("fltp"), Some("AC-3: not decoded here")),
        b"ec-3" => ("eac3", Some("fltp"), Some("E-AC-3: not decoded here")),
        b"samr" => ("amr_nb", None, Some("AMR: not decoded here")),
        b"sawb" => ("amr_wb", None, Some("AMR: not decoded here")),
        _ => ("", None, Some("a codec that is not decoded here")),
    };
    (stream.codec, stream.sample_fmt, stream.undecodable) = (codec, fmt, undecodable);
}

/// The boxes within a description: its codec's setup.
fn boxes_of(input: &mut Input, end: u64, track: &mut Track, depth: u32) -> Result<()> {
    each(input, end, &mut |input, kind, end| {
        let left = usize::try_from(end.saturating_sub(input.pos())).unwrap_or(usize::MAX);
        let left = left.min(SETUP);
        match kind {
            b"wave" if depth < 2 => return boxes_of(input, end, track, depth.saturating_add(1)),
            b"esds" => {
                let bytes = input.peek(left)?.to_vec();
                descriptor(bytes.get(4..).unwrap_or_default(), track)?;
            }
            b"alac" if track.stream.codec == "alac" => {
                let cookie = input.peek(left)?.get(4..).unwrap_or_default().to_vec();
                track.take(&cookie)?;
                track.per_packet = setup::alac(&cookie, &mut track.stream);
            }
            b"enda" => track.pcm.little = input.array::<2>()?.map(|[_, low]| low == 1),
            b"pcmC" => {
                if let Some([_, _, _, _, flags, bits]) = input.array::<6>()? {
                    track.pcm.little = Some(flags & 1 == 1);
                    track.pcm.bits = u32::from(bits);
                }
            }
            b"dfLa" => {
                let info = input.peek(left)?.get(8..42).unwrap_or_default().to_vec();
                track.take(&info)?;
                setup::flac(&info, &mut track.stream);
            }
            b"dOps" => {
                let fields = input.peek(left)?.to_vec();
                opus(&fields, track)?;
            }
            _ => {}
        }
        Ok(())
    })
}

/// A descriptor's tag and content (ISO 14496-1, 7.2.2.2), and what follows.
fn take(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, mut rest) = bytes.split_first()?;
    let mut length = 0usize;
    for _ in 0..4 {
        let (&byte, more) = rest.split_first()?;
        rest = more;
        length = length << 7 | usize::from(byte & 127);
        if byte < 128 {
            break;
        }
    }
    let content = rest.get(..length.min(rest.len()))?;
    Some((tag, content, rest.get(content.len()..)?))
}

/// ES_Descriptor, and in it DecoderConfigDescriptor and DecoderSpecificInfo (ISO 14496-1, 7.2.6).
fn descriptor(bytes: &[u8], track: &mut Track) -> Result<()> {
    let Some((3, es, _)) = take(bytes) else { return Ok(()) };
    let flags = es.get(2).copied().unwrap_or(0);
    let mut at = 3usize;
    if flags & 0x80 != 0 {
        at = at.saturating_add(2);
    }
    if flags & 0x40 != 0 {
        let url = usize::from(es.get(at).copied().unwrap_or(0));
        at = at.saturating_add(url).saturating_add(1);
    }
    if flags & 0x20 != 0 {
        at = at.saturating_add(2);
    }
    let Some((4, config, _)) = take(es.get(at..).unwrap_or_default()) else { return Ok(()) };
    let rate = config.get(9..13).and_then(|b| b.try_into().ok()).map_or(0, u32::from_be_bytes);
    track.stream.bit_rate = Some(u64::from(rate));
    let kind = config.first().copied().unwrap_or(0);
    match kind {
        0x40 | 0x66..=0x68 => {}
        0x69 | 0x6b => {
            track.stream.codec = "mp3";
            track.per_packet = Some(if track.stream.sample_rate >= 32_000 { 1152 } else { 576 });
            return Ok(());
        }
        _ => {
            track.stream.codec = "";
            track.stream.undecodable = Some("an MPEG-4 object type that is not decoded here");
            return Ok(());
        }
    }
    if let Some((5, specific, _)) = take(config.get(13..).unwrap_or_default()) {
        track.take(specific)?;
        track.per_packet = setup::aac(specific, &mut track.stream);
    }
    Ok(())
}

/// OpusSpecificBox, as the header that Ogg has (RFC 7845, 5.1): the same fields in the other byte order.
fn opus(fields: &[u8], track: &mut Track) -> Result<()> {
    let Some([_, channels, skip_a, skip_b, r0, r1, r2, r3, g0, g1, family]) = fields.first_chunk()
    else {
        return Ok(());
    };
    track.setup.clear();
    track.setup.extend(b"OpusHead\x01")?;
    track.setup.extend(&[*channels, *skip_b, *skip_a, *r3, *r2, *r1, *r0, *g1, *g0, *family])?;
    track.setup.extend(fields.get(11..).unwrap_or_default())?;
    let stream = &mut track.stream;
    (stream.channels, stream.sample_rate) = (u32::from(*channels), 48_000);
    Ok(())
}
