//! WAV: RIFF, RIFX, RF64 and BW64.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Error, Result, Span};

use super::chunk::{Chunk, Sizes, Walk};
use super::cue::full;
use super::header::Data;
use super::{Container, Defect, Header, Id, Key, Order, Piece, Text, cue, fmt};

/// A size of 32 bits that stands for "see `ds64`", or for a writer that never came back to write it.
const UNKNOWN: u64 = 0xffff_ffff;
/// From here on a size that the file does not have is what a writer to a pipe puts in its place.
const PLACEHOLDER: u64 = 0x7fff_f000;

/// Sizes of 64 bits (EBU Tech 3306, 4.4).
#[derive(Default)]
struct Large {
    data: Option<u64>,
    frames: Option<u64>,
}

/// Reads all chunks.
pub(super) fn read(cx: &Context, header: &mut Header) -> Result<()> {
    let order = if header.container == Container::Rifx { Order::Big } else { Order::Little };
    let mut walk = Walk::new(cx, order, Sizes::Padded, 12);
    let claimed = order.u32(walk.bytes(0, 12)?, 4).map(u64::from);
    header.claimed_size = claimed.filter(|&n| n != 0 && n != UNKNOWN).map(|n| n.saturating_add(8));
    let mut large = Large::default();
    // lists of labels, which may stand before the points that they name
    let mut lists = [None; 4];
    let (mut described, mut facts) = (false, false);
    while let Some(mut chunk) = walk.next(header)? {
        match &chunk.id.0 {
            b"ds64" => large = ds64(&mut walk, &chunk, header)?,
            b"fmt " if described => {
                header.deviate(chunk.offset, Defect::ChunkTwice { id: chunk.id })?
            }
            b"fmt " => {
                fmt::fmt(&mut walk, &chunk, header)?;
                described = true;
            }
            b"fact" if !facts => {
                let frames = walk.fields(&chunk, 4, header)?.and_then(|b| order.u32(b, 0));
                header.claimed_frames = frames.map(u64::from).filter(|&n| n != 0 && n != UNKNOWN);
                facts = true;
            }
            b"data" if header.data.is_none() => {
                if !described {
                    header.deviate(chunk.offset, Defect::DataBeforeFormat)?;
                }
                data(&mut walk, &mut chunk, &large, header)?;
                if !cx.is_random() && described {
                    break;
                }
            }
            b"data" => header.deviate(chunk.offset, Defect::ChunkTwice { id: chunk.id })?,
            b"LIST" => list(&mut walk, &chunk, header, &mut lists)?,
            b"cue " => cue::cue(&mut walk, &chunk, header)?,
            b"smpl" => cue::smpl(&mut walk, &chunk, header)?,
            b"bext" => bext(&mut walk, &chunk, header)?,
            b"id3 " | b"ID3 " | b"iXML" | b"_PMX" | b"axml" | b"chna" | b"cart" | b"DISP" => {
                piece(&chunk, header)?;
            }
            _ => {}
        }
        walk.pass(chunk, header)?;
    }
    for list in lists.into_iter().flatten() {
        cue::labels(&mut walk, list, header)?;
    }
    // EBU Tech 3306, 3.5: the count of ds64 stands for one that has no room in the chunk "fact"
    header.claimed_frames = header.claimed_frames.or(large.frames);
    match described {
        true => Ok(()),
        false => {
            Err(Error::malformed(12, "no chunk \"fmt \": nothing says how samples are stored"))
        }
    }
}

/// Reads `ds64`: sizes of the file and of the sample data, the count of frames.
fn ds64(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<Large> {
    let order = walk.order();
    let Some(bytes) = walk.fields(chunk, 24, header)? else { return Ok(Large::default()) };
    let size = order.u64(bytes, 0).filter(|&n| n != 0);
    let data = order.u64(bytes, 8);
    let frames = order.u64(bytes, 16).filter(|&n| n != 0 && n != u64::MAX);
    header.claimed_size = size.map(|n| n.saturating_add(8));
    Ok(Large { data, frames })
}

/// Notes where the sample data lie, and puts a length that is known better into `chunk`.
fn data(walk: &mut Walk, chunk: &mut Chunk, large: &Large, header: &mut Header) -> Result<()> {
    let mut claimed = Some(chunk.claimed);
    if let (UNKNOWN, Some(size)) = (chunk.claimed, large.data) {
        claimed = Some(size);
    }
    let beyond = |n: u64| chunk.present.is_none_or(|present| n > present);
    let order = walk.order();
    let unwritten = match claimed {
        Some(0) => !ends_or_goes_on(walk.bytes(chunk.offset, 8)?, order, chunk.present),
        Some(n) => (PLACEHOLDER..=UNKNOWN).contains(&n) && beyond(n) && large.data.is_none(),
        None => false,
    };
    if unwritten {
        header.deviate(chunk.offset, Defect::SizeUnknown { claimed: chunk.claimed })?;
        claimed = None;
    }
    let present = chunk.present;
    header.data = Some(Data { offset: chunk.offset, claimed, present });
    chunk.claimed = claimed.or(present).unwrap_or(u64::MAX);
    Ok(())
}

/// Whether what follows an empty chunk is the end, or another chunk that fits.
fn ends_or_goes_on(next: &[u8], order: Order, present: Option<u64>) -> bool {
    let Some(length) = order.u32(next, 4) else { return true };
    let printable = next.iter().take(4).all(|b| (0x20..0x7f).contains(b));
    let fits = present.is_none_or(|present| u64::from(length).saturating_add(8) <= present);
    printable && fits
}

/// Reads a `LIST`: texts at once, labels later.
fn list(
    walk: &mut Walk,
    chunk: &Chunk,
    header: &mut Header,
    labels: &mut [Option<Span>; 4],
) -> Result<()> {
    let Some(kind) = walk.fields(chunk, 4, header)?.and_then(|b| b.first_chunk::<4>().copied())
    else {
        return Ok(());
    };
    let span = chunk.span();
    let inner =
        Span { offset: span.offset.saturating_add(4), length: span.length.saturating_sub(4) };
    match &kind {
        b"INFO" => info(walk, inner, header),
        b"adtl" => {
            if let Some(free) = labels.iter_mut().find(|free| free.is_none()) {
                *free = Some(inner);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Reads texts: each with four characters and a length, padded to an even one.
fn info(walk: &mut Walk, list: Span, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let mut at = list.offset;
    while at.saturating_add(8) <= list.end() && !full(header.texts.len(), at, header)? {
        let head = walk.bytes(at, 8)?;
        let (Some(id), Some(length)) = (head.first_chunk::<4>().copied(), order.u32(head, 4))
        else {
            break;
        };
        // fill bytes between texts, of writers that pad to more than two
        if id.first() == Some(&0) {
            at = at.saturating_add(1);
            continue;
        }
        let (id, claimed) = (Id(id), u64::from(length));
        let offset = at.saturating_add(8);
        let present = list.end().saturating_sub(offset);
        if claimed > present {
            header.deviate(offset, Defect::ChunkBeyondEnd { id, claimed, present })?;
        }
        let span = Span { offset, length: claimed.min(present) };
        header.texts.push(Text { key: Key::Id(id), span })?;
        at = offset.saturating_add(claimed).saturating_add(claimed % 2);
    }
    Ok(())
}

/// Notes the fields of `bext` (EBU Tech 3285).
fn bext(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    const FIELDS: [(&str, u64, u64); 5] = [
        ("description", 0, 256),
        ("originator", 256, 32),
        ("originator_reference", 288, 32),
        ("origination_date", 320, 10),
        ("origination_time", 330, 8),
    ];
    const HISTORY: u64 = 602;
    let order = walk.order();
    let Some(bytes) = walk.fields(chunk, 348, header)? else { return Ok(()) };
    header.time_reference = order.u64(bytes, 338);
    let filled = FIELDS.map(|(_, at, _)| {
        usize::try_from(at).ok().and_then(|at| bytes.get(at)).is_some_and(|&b| b != 0)
    });
    for ((name, at, length), filled) in FIELDS.into_iter().zip(filled) {
        if filled {
            let span = Span { offset: chunk.offset.saturating_add(at), length };
            header.texts.push(Text { key: Key::Field(name), span })?;
        }
    }
    let span = chunk.span();
    let history = span.length.saturating_sub(HISTORY);
    if history > 0 {
        let span = Span { offset: span.offset.saturating_add(HISTORY), length: history };
        header.texts.push(Text { key: Key::Field("coding_history"), span })?;
    }
    Ok(())
}

/// Notes a chunk for another reader.
pub(super) fn piece(chunk: &Chunk, header: &mut Header) -> Result<()> {
    if !full(header.pieces.len(), chunk.offset, header)? {
        header.pieces.push(Piece { id: chunk.id, span: chunk.span() })?;
    }
    Ok(())
}
