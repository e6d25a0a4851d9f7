//! AIFF 1.3 and AIFF-C.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Span};

use super::chunk::{Chunk, Sizes, Walk};
use super::cue::full;
use super::extended::f80;
use super::header::Data;
use super::wav::piece;
use super::{Codec, Container, Defect, Encoding, Header, Id, Key, Order, Text, cue};

/// Reads all chunks.
pub(super) fn read(cx: &Context, header: &mut Header) -> Result<()> {
    let mut walk = Walk::new(cx, Order::Big, Sizes::Padded, 12);
    let claimed = Order::Big.u32(walk.bytes(0, 12)?, 4).map(u64::from);
    header.claimed_size = claimed.filter(|&n| n != 0).map(|n| n.saturating_add(8));
    let mut described = false;
    while let Some(chunk) = walk.next(header)? {
        match &chunk.id.0 {
            b"COMM" if described => {
                header.deviate(chunk.offset, Defect::ChunkTwice { id: chunk.id })?
            }
            b"COMM" => {
                comm(&mut walk, &chunk, header)?;
                described = true;
            }
            b"SSND" if header.data.is_none() => {
                ssnd(&mut walk, &chunk, header)?;
                if !cx.is_random() && described {
                    break;
                }
            }
            b"MARK" => cue::mark(&mut walk, &chunk, header)?,
            b"COMT" => comments(&mut walk, &chunk, header)?,
            b"NAME" | b"AUTH" | b"(c) " | b"ANNO"
                if !full(header.texts.len(), chunk.offset, header)? =>
            {
                header.texts.push(Text { key: Key::Id(chunk.id), span: chunk.span() })?;
            }
            b"ID3 " | b"id3 " | b"APPL" | b"INST" => piece(&chunk, header)?,
            _ => {}
        }
        walk.pass(chunk, header)?;
    }
    match described {
        true => Ok(()),
        false => {
            Err(Error::malformed(12, "no chunk \"COMM\": nothing says how samples are stored"))
        }
    }
}

/// Reads `COMM`: channels, frames, bits, rate; in AIFF-C the compression.
fn comm(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let length = usize::try_from(chunk.span().length.min(22)).unwrap_or(22);
    let bytes = walk.bytes(chunk.offset, length)?;
    let big = Order::Big;
    let rate = bytes.get(8..).and_then(f80);
    let (Some(channels), Some(frames), Some(bits), Some(rate)) =
        (big.u16(bytes, 0), big.u32(bytes, 2), big.u16(bytes, 6), rate)
    else {
        return Err(Error::truncated(
            chunk.offset,
            format!("chunk \"COMM\": expected at least 18 bytes, found {}", bytes.len()),
        ));
    };
    let compression = bytes.get(18..).and_then(|b| b.first_chunk::<4>()).copied();
    if channels == 0 {
        return Err(Error::malformed(chunk.offset, "channels: expected at least 1, found 0"));
    }
    header.channels = u32::from(channels);
    header.claimed_frames = Some(u64::from(frames));
    header.bits = u32::from(bits);
    header.sample_rate = rate;
    let width = u8::try_from(bits.div_ceil(8).clamp(1, 8)).unwrap_or(8);
    let compression = match header.container {
        Container::Aifc => compression.unwrap_or(*b"NONE"),
        _ => *b"NONE",
    };
    header.codec = match &compression {
        b"NONE" | b"twos" => Codec::Pcm(Encoding::Signed(width, big)),
        b"sowt" => Codec::Pcm(Encoding::Signed(width, Order::Little)),
        b"raw " => Codec::Pcm(Encoding::Unsigned),
        b"in24" => Codec::Pcm(Encoding::Signed(3, big)),
        b"in32" => Codec::Pcm(Encoding::Signed(4, big)),
        b"42ni" => Codec::Pcm(Encoding::Signed(3, Order::Little)),
        b"23ni" => Codec::Pcm(Encoding::Signed(4, Order::Little)),
        b"fl32" | b"FL32" => Codec::Pcm(Encoding::Float32(big)),
        b"fl64" | b"FL64" => Codec::Pcm(Encoding::Float64(big)),
        b"alaw" | b"ALAW" => Codec::Pcm(Encoding::ALaw),
        b"ulaw" | b"ULAW" => Codec::Pcm(Encoding::MuLaw),
        other => Codec::Four(Id(*other)),
    };
    if let Codec::Pcm(encoding) = header.codec {
        let width = u64::try_from(encoding.width()).unwrap_or(1);
        header.block_align = width.saturating_mul(u64::from(channels));
    } else {
        // in these the header counts packets
        header.claimed_frames = None;
    }
    Ok(())
}

/// Notes where the sample data lie: behind an offset and a block size.
fn ssnd(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let Some(skip) = walk.fields(chunk, 8, header)?.and_then(|b| Order::Big.u32(b, 0)) else {
        return Ok(());
    };
    let skip = u64::from(skip).saturating_add(8);
    header.data = Some(Data {
        offset: chunk.offset.saturating_add(skip),
        claimed: Some(chunk.claimed.saturating_sub(skip)),
        present: chunk.present.map(|n| n.saturating_sub(skip)),
    });
    Ok(())
}

/// Reads `COMT`: a count, then for each a time, a marker, a length and text, padded to an even length.
fn comments(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let Some(count) = walk.fields(chunk, 2, header)?.and_then(|b| Order::Big.u16(b, 0)) else {
        return Ok(());
    };
    let mut at = chunk.offset.saturating_add(2);
    for _ in 0..count {
        let offset = at.saturating_add(8);
        if offset > chunk.span().end() || full(header.texts.len(), at, header)? {
            break;
        }
        let Some(length) = Order::Big.u16(walk.bytes(at, 8)?, 6).map(u64::from) else { break };
        let room = chunk.span().end().saturating_sub(offset);
        let span = Span { offset, length: length.min(room) };
        header.texts.push(Text { key: Key::Id(chunk.id), span })?;
        at = offset.saturating_add(length).saturating_add(length % 2);
    }
    Ok(())
}
