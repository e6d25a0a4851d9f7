//! Apple Core Audio Format 1.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Span};

use super::chunk::{Chunk, Sizes, Walk};
use super::cue::full;
use super::header::Data;
use super::wav::piece;
use super::{Codec, Cue, Defect, Encoding, Header, Id, Key, Order, Text};

/// The length of sample data that is not known: -1.
const UNKNOWN: u64 = u64::MAX;
/// The longest setup of a codec that is read.
const COOKIE: u64 = 64 << 10;

/// Reads all chunks.
pub(super) fn read(cx: &Context, header: &mut Header) -> Result<()> {
    let mut walk = Walk::new(cx, Order::Big, Sizes::Wide, 8);
    let mut described = false;
    while let Some(mut chunk) = walk.next(header)? {
        match &chunk.id.0 {
            b"desc" if !described => {
                desc(&mut walk, &chunk, header)?;
                described = true;
            }
            b"chan" => {
                // 100 << 16: a bitmap of speakers, as in WAV
                let bytes = walk.fields(&chunk, 12, header)?;
                let tag = bytes.and_then(|b| Some((Order::Big.u32(b, 0)?, Order::Big.u32(b, 4)?)));
                header.channel_mask = tag.filter(|&(tag, _)| tag == 1 << 16).map(|(_, mask)| mask);
            }
            b"pakt" => {
                let frames = walk.fields(&chunk, 24, header)?.and_then(|b| Order::Big.u64(b, 8));
                header.claimed_frames = frames;
            }
            b"data" if header.data.is_none() => {
                // four bytes count the edits
                let claimed = (chunk.claimed != UNKNOWN).then(|| chunk.claimed.saturating_sub(4));
                let present = chunk.present.map(|n| n.saturating_sub(4));
                header.data =
                    Some(Data { offset: chunk.offset.saturating_add(4), claimed, present });
                if claimed.is_none() {
                    header.deviate(chunk.offset, Defect::SizeUnknown { claimed: UNKNOWN })?;
                    chunk.claimed = chunk.present.unwrap_or(UNKNOWN);
                }
                if !cx.is_random() && described {
                    break;
                }
            }
            b"info" => info(&mut walk, &chunk, header)?,
            b"mark" => marks(&mut walk, &chunk, header)?,
            b"kuki" => header.setup = Some(chunk.span()).filter(|s| s.length <= COOKIE),
            b"uuid" | b"midi" => piece(&chunk, header)?,
            _ => {}
        }
        walk.pass(chunk, header)?;
    }
    match described {
        true => Ok(()),
        false => Err(Error::malformed(8, "no chunk \"desc\": nothing says how samples are stored")),
    }
}

/// Reads `desc`: rate, codec, flags, bytes and frames of a packet, channels, bits.
fn desc(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    const FLOAT: u32 = 1;
    const LITTLE: u32 = 2;
    let big = Order::Big;
    let length = usize::try_from(chunk.span().length.min(32)).unwrap_or(32);
    let bytes = walk.bytes(chunk.offset, length)?;
    let id = bytes.get(8..).and_then(|b| b.first_chunk::<4>()).copied();
    let numbers = [12, 16, 24, 28].map(|at| big.u32(bytes, at));
    let (Some(rate), Some(id), [Some(flags), Some(packet), Some(channels), Some(bits)]) =
        (big.f64(bytes, 0), id, numbers)
    else {
        return Err(Error::truncated(
            chunk.offset,
            format!("chunk \"desc\": expected 32 bytes, found {}", bytes.len()),
        ));
    };
    // as many as WAV can say; what claims more is damaged
    if channels == 0 || channels > u32::from(u16::MAX) {
        let at = chunk.offset.saturating_add(24);
        return Err(Error::malformed(
            at,
            format!("channels: expected 1 to 65535, found {channels}"),
        ));
    }
    header.sample_rate = rate;
    header.channels = channels;
    header.bits = bits;
    header.block_align = u64::from(packet);
    let order = if flags & LITTLE == 0 { big } else { Order::Little };
    let share = packet.checked_div(channels).unwrap_or(0);
    let share = u8::try_from(share).ok().filter(|n| (1..=8).contains(n));
    let least = u8::try_from(bits.div_ceil(8).clamp(1, 8)).unwrap_or(8);
    header.codec = match (&id, flags & FLOAT != 0, bits) {
        (b"lpcm", true, 32) => Codec::Pcm(Encoding::Float32(order)),
        (b"lpcm", true, 64) => Codec::Pcm(Encoding::Float64(order)),
        (b"lpcm", false, 1..=64) => {
            Codec::Pcm(Encoding::Signed(share.filter(|&n| n >= least).unwrap_or(least), order))
        }
        (b"alaw", ..) => Codec::Pcm(Encoding::ALaw),
        (b"ulaw", ..) => Codec::Pcm(Encoding::MuLaw),
        _ => Codec::Four(Id(id)),
    };
    Ok(())
}

/// Reads `info`: a count, then keys and values, each ended by a NUL.
fn info(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let Some(count) = walk.fields(chunk, 4, header)?.and_then(|b| Order::Big.u32(b, 0)) else {
        return Ok(());
    };
    let end = chunk.span().end();
    let mut at = chunk.offset.saturating_add(4);
    for _ in 0..count {
        if full(header.texts.len(), at, header)? {
            break;
        }
        let Some(key) = string(walk, at, end)? else { break };
        let Some(span) = string(walk, key.end().saturating_add(1), end)? else { break };
        header.texts.push(Text { key: Key::At(key), span })?;
        at = span.end().saturating_add(1);
    }
    Ok(())
}

/// The text from `at` to the next NUL before `end`.
fn string(walk: &mut Walk, at: u64, end: u64) -> Result<Option<Span>> {
    let mut to = at;
    while to < end {
        let want = usize::try_from(end.saturating_sub(to).min(1024)).unwrap_or(1024);
        let bytes = walk.bytes(to, want)?;
        let len = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        let ended = len < bytes.len();
        to = to.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        if ended {
            return Ok(Some(Span { offset: at, length: to.saturating_sub(at) }));
        }
        if len == 0 {
            break;
        }
    }
    Ok(None)
}

/// Reads `mark`: a time type and a count, then 28 bytes for each marker. Their labels, in a chunk of strings, are not read.
fn marks(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let Some(count) = walk.fields(chunk, 8, header)?.and_then(|b| Order::Big.u32(b, 4)) else {
        return Ok(());
    };
    let mut at = chunk.offset.saturating_add(8);
    for _ in 0..count {
        if at.saturating_add(28) > chunk.span().end() || full(header.cues.len(), at, header)? {
            break;
        }
        let bytes = walk.bytes(at, 28)?;
        let (Some(frame), Some(id)) = (Order::Big.f64(bytes, 4), Order::Big.u32(bytes, 12)) else {
            break;
        };
        // a position in frames; what is no number is 0, what is negative too
        header.cues.push(Cue { id, frame: frame as u64, frames: None, label: None })?;
        at = at.saturating_add(28);
    }
    Ok(())
}
