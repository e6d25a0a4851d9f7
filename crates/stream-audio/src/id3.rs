//! ID3: tags before (version 2) or behind (version 1) MPEG audio, and in chunks of other formats.
#![deny(clippy::arithmetic_side_effects)]

mod body;
mod frames;
mod genre;
mod text;
mod v1;

use stream_core::{Context, Result};

use crate::findings::Findings;
use crate::input::Input;
use crate::{Defect, Header, TagSource};
use body::Body;

pub(crate) use genre::name as genre_name;
pub(crate) use v1::read as read_v1;

/// Bytes of the header (ID3v2.4 structure, 3.1).
const HEADER: u64 = 10;

/// Four bytes of seven bits; `None` where one has its eighth.
fn syncsafe(bytes: [u8; 4]) -> Option<u32> {
    bytes.iter().try_fold(0u32, |n, b| (*b < 128).then(|| n << 7 | u32::from(*b)))
}

/// The length of the ID3v2 tag that begins with `head`, with its header and footer.
pub(crate) fn length(head: &[u8]) -> Option<u64> {
    let head: [u8; 10] = head.get(..10)?.try_into().ok()?;
    let [b'I', b'D', b'3', major, minor, flags, a, b, c, d] = head else { return None };
    if !(2..=4).contains(&major) || minor == 0xff {
        return None;
    }
    let size = u64::from(syncsafe([a, b, c, d])?);
    let footer = if major == 4 && flags & 0x10 != 0 { HEADER } else { 0 };
    size.checked_add(HEADER)?.checked_add(footer)
}

/// Reads the ID3v2 tag at `offset` into `header` and says where it ends; `None` where none stands there. Nothing from `end`
/// on is read; a tag that claims more is read as far as it goes.
///
/// # Errors
/// `OverBudget`, what the source says.
pub(crate) fn read(
    cx: &Context,
    offset: u64,
    end: u64,
    header: &mut Header,
    findings: &Findings,
) -> Result<Option<u64>> {
    let mut input = Input::new(cx, offset, end);
    let head: [u8; 10] = match input.peek(10)?.try_into() {
        Ok(head) => head,
        Err(_) => return Ok(None),
    };
    let Some(length) = length(&head) else { return Ok(None) };
    let [_, _, _, major, _, flags, ..] = head;
    let tag_end = offset.saturating_add(length);
    let footer = if major == 4 && flags & 0x10 != 0 { HEADER } else { 0 };
    input.skip(HEADER);
    input.set_end(tag_end.saturating_sub(footer).min(end));
    let source = match major {
        2 => TagSource::Id3v22,
        3 => TagSource::Id3v23,
        _ => TagSource::Id3v24,
    };
    if major == 2 && flags & 0x40 != 0 {
        // 3.1: the compression that version 2 announced was never defined, and the tag is to be ignored
        let what = "a compressed ID3v2.2 tag".to_owned();
        findings.note(offset, Defect::Unread { what })?;
        return Ok(Some(tag_end));
    }
    // up to version 3 the whole tag is unsynchronised, from version 4 on each frame says it of itself
    let body = Body::new(input, flags & 0x80 != 0 && major < 4);
    let extended = flags & 0x40 != 0 && major > 2;
    frames::read(body, source, extended, header, findings)?;
    Ok(Some(tag_end))
}

#[cfg(test)]
mod tests;
