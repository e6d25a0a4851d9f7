//! What the first bytes of sound look like.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod foreign;

use stream_core::Confidence::{self, Certain, Likely, No, Possible};
use stream_core::{Context, Result};

use crate::mpa::{self, Frame};

/// A container by its mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Magic {
    Wav,
    Aiff,
    Caf,
    Flac,
    Ogg,
    Mp4,
    Matroska,
    /// Sound or another thing behind a tag.
    Id3,
    Adts,
    Mpa,
}

fn at(head: &[u8], offset: usize, magic: &[u8]) -> bool {
    head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
}

/// The container that `head` begins.
pub(crate) fn magic(head: &[u8]) -> Option<Magic> {
    let riff = [&b"RIFF"[..], b"RF64", b"BW64", b"RIFX"].iter().any(|m| at(head, 0, m));
    Some(match head {
        _ if riff && at(head, 8, b"WAVE") => Magic::Wav,
        _ if at(head, 0, b"FORM") && (at(head, 8, b"AIFF") || at(head, 8, b"AIFC")) => Magic::Aiff,
        _ if at(head, 0, b"caff") => Magic::Caf,
        _ if at(head, 0, b"fLaC") => Magic::Flac,
        _ if at(head, 0, b"OggS") => Magic::Ogg,
        _ if at(head, 4, b"ftyp") || at(head, 4, b"moov") => Magic::Mp4,
        _ if at(head, 0, b"\x1a\x45\xdf\xa3") => Magic::Matroska,
        _ if crate::id3::length(head).is_some() => Magic::Id3,
        [0xff, b1, ..] if b1 & 0xf6 == 0xf0 => Magic::Adts,
        _ if Frame::parse(head).is_some() => Magic::Mpa,
        _ => return None,
    })
}

fn has(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len().max(1)).any(|w| w == needle)
}

/// How sure the first bytes make it that a file is sound alone.
pub(crate) fn sniff(head: &[u8]) -> Confidence {
    match magic(head) {
        None => foreign::sniff(head),
        Some(Magic::Wav | Magic::Aiff | Magic::Caf | Magic::Flac) => Certain,
        Some(Magic::Ogg) if has(head, b"\x80theora") => No,
        Some(Magic::Ogg) => Certain,
        Some(Magic::Mp4) => {
            let brand = head.get(8..12).unwrap_or_default();
            if matches!(brand, b"M4A " | b"M4B " | b"M4P ") { Certain } else { Possible }
        }
        Some(Magic::Matroska) => {
            if has(head, b"A_") && !has(head, b"V_") {
                Certain
            } else {
                Possible
            }
        }
        Some(Magic::Id3) => Likely,
        Some(Magic::Adts | Magic::Mpa) => chained(head),
    }
}

/// Whether frames follow one another in the head.
fn chained(head: &[u8]) -> Confidence {
    let mut at = 0usize;
    let mut count = 0u32;
    while let Some(length) = head.get(at..).and_then(frame_length) {
        count = count.saturating_add(1);
        at = at.saturating_add(length);
    }
    let reached = at >= head.len();
    match count {
        0 => No,
        1 if !reached => Possible,
        1 | 2 => Possible,
        _ => Likely,
    }
}

/// Bytes of the frame of MPEG audio or ADTS that `head` begins.
fn frame_length(head: &[u8]) -> Option<usize> {
    let length = match Frame::parse(head) {
        Some(frame) => frame.length,
        None => crate::adts::Frame::parse(head)?.length,
    };
    usize::try_from(length).ok().filter(|n| *n > 0)
}

/// The second look: behind a tag, and for what video may be as well.
///
/// # Errors
/// What the source says.
pub(crate) fn probe(cx: &Context, head: Confidence) -> Result<Confidence> {
    let mut start = [0; 64];
    let found = cx.read_full_at(0, &mut start)?;
    let first = start.get(..found).unwrap_or_default();
    match magic(first) {
        Some(Magic::Id3) if cx.is_random() => {
            let at = crate::id3::length(first).unwrap_or(0);
            let mut next = [0; 64];
            let found = cx.read_full_at(at, &mut next)?;
            let next = next.get(..found).unwrap_or_default();
            Ok(match magic(next) {
                Some(Magic::Mpa | Magic::Adts | Magic::Flac) => Certain,
                _ => head,
            })
        }
        None if head == No => {
            // MPEG audio behind bytes that are nothing
            let end = cx.source().size().unwrap_or(u64::MAX);
            let first = mpa::find_first::<Frame>(cx, 0, end, 4096)?;
            Ok(if first.is_some_and(|(at, _)| at > 0) { Possible } else { head })
        }
        _ => Ok(head),
    }
}
