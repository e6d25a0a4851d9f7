//! Marked places: `cue ` with its labels, `smpl`, `MARK`.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Span};

use super::chunk::{Chunk, Walk};
use super::header::MOST;
use super::{Defect, Header};

/// A marked place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    /// Its number, which labels refer to.
    pub(crate) id: u32,
    /// The frame it marks.
    pub(crate) frame: u64,
    /// How many frames it marks, where it is a range.
    pub(crate) frames: Option<u64>,
    /// Its label's text.
    pub(crate) label: Option<Span>,
}

/// A loop of a sampler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Loop {
    /// The cue point it belongs to.
    pub(crate) id: u32,
    /// 0 forward, 1 forward and back, 2 backward.
    pub(crate) kind: u32,
    /// The first frame.
    pub(crate) start: u64,
    /// The last frame, which is played too.
    pub(crate) end: u64,
    /// How often it is played; 0 for ever.
    pub(crate) count: u32,
}

/// Reads `cue `: a count, then 24 bytes for each point.
pub(super) fn cue(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let Some(count) = walk.fields(chunk, 4, header)?.and_then(|b| order.u32(b, 0)) else {
        return Ok(());
    };
    let mut at = chunk.offset.saturating_add(4);
    for _ in 0..count {
        if at.saturating_add(24) > chunk.span().end() || full(header.cues.len(), at, header)? {
            break;
        }
        let point = walk.bytes(at, 24)?;
        let (Some(id), Some(frame)) = (order.u32(point, 0), order.u32(point, 20)) else { break };
        header.cues.push(Cue { id, frame: u64::from(frame), frames: None, label: None })?;
        at = at.saturating_add(24);
    }
    Ok(())
}

/// Reads a `LIST` of type `adtl`: labels, notes and lengths of cue points.
pub(super) fn labels(walk: &mut Walk, list: Span, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let mut at = list.offset;
    let mut seen = 0usize;
    while at.saturating_add(12) <= list.end() && seen < MOST {
        seen = seen.saturating_add(1);
        let head = walk.bytes(at, 16)?;
        let (Some(name), Some(length)) = (head.first_chunk::<4>().copied(), order.u32(head, 4))
        else {
            break;
        };
        let Some(id) = order.u32(head, 8) else { break };
        let frames = order.u32(head, 12);
        let offset = at.saturating_add(12);
        let room = list.end().saturating_sub(offset);
        let length = u64::from(length);
        let text = Span { offset, length: length.saturating_sub(4).min(room) };
        let cues = header.cues.as_mut_slice();
        if let Some(cue) = cues.iter_mut().find(|cue| cue.id == id) {
            match &name {
                b"labl" => cue.label = Some(text),
                b"note" => cue.label = cue.label.or(Some(text)),
                b"ltxt" => cue.frames = frames.map(u64::from).filter(|&n| n > 0),
                _ => {}
            }
        }
        at = at.saturating_add(8).saturating_add(length).saturating_add(length % 2);
    }
    Ok(())
}

/// Reads `smpl`: nine numbers, the eighth of which is the count of loops, each of 24 bytes.
pub(super) fn smpl(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let Some(count) = walk.fields(chunk, 36, header)?.and_then(|b| order.u32(b, 28)) else {
        return Ok(());
    };
    let mut at = chunk.offset.saturating_add(36);
    for _ in 0..count {
        if at.saturating_add(24) > chunk.span().end() || full(header.loops.len(), at, header)? {
            break;
        }
        let bytes = walk.bytes(at, 24)?;
        let numbers = [0, 4, 8, 12, 20].map(|i| order.u32(bytes, i));
        let [Some(id), Some(kind), Some(start), Some(end), Some(count)] = numbers else { break };
        let (start, end) = (u64::from(start), u64::from(end));
        header.loops.push(Loop { id, kind, start, end, count })?;
        at = at.saturating_add(24);
    }
    Ok(())
}

/// Reads AIFF's `MARK`: a count, then for each an id, a frame and a name with its length before it, padded to an even length.
pub(super) fn mark(walk: &mut Walk, chunk: &Chunk, header: &mut Header) -> Result<()> {
    let order = walk.order();
    let Some(count) = walk.fields(chunk, 2, header)?.and_then(|b| order.u16(b, 0)) else {
        return Ok(());
    };
    let mut at = chunk.offset.saturating_add(2);
    for _ in 0..count {
        if at.saturating_add(7) > chunk.span().end() {
            break;
        }
        let bytes = walk.bytes(at, 7)?;
        let numbers = (order.u16(bytes, 0), order.u32(bytes, 2), bytes.get(6).copied());
        let (Some(id), Some(frame), Some(length)) = numbers else { break };
        let (offset, length) = (at.saturating_add(7), u64::from(length));
        let label = (length > 0).then_some(Span { offset, length });
        let (id, frame) = (u32::from(id), u64::from(frame));
        header.cues.push(Cue { id, frame, frames: None, label })?;
        // the length byte counts: an even text is followed by one byte
        at = offset.saturating_add(length).saturating_add((length % 2) ^ 1);
    }
    Ok(())
}

/// Whether no more are taken; the first time that is noted.
pub(super) fn full(len: usize, at: u64, header: &mut Header) -> Result<bool> {
    if len >= MOST {
        header.deviate(at, Defect::TooMany)?;
    }
    Ok(len >= MOST)
}
