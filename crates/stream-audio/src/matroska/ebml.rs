//! Elements (RFC 8794).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Result;

use crate::input::Input;

/// Identifiers (RFC 9559, 5.1).
pub(super) mod id {
    pub(crate) const EBML: u32 = 0x1a45_dfa3;
    pub(crate) const DOC_TYPE: u32 = 0x4282;
    pub(crate) const SEGMENT: u32 = 0x1853_8067;
    pub(crate) const SEEK_HEAD: u32 = 0x114d_9b74;
    pub(crate) const SEEK_POSITION: u32 = 0x53ac;
    pub(crate) const INFO: u32 = 0x1549_a966;
    pub(crate) const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
    pub(crate) const DURATION: u32 = 0x4489;
    pub(crate) const TITLE: u32 = 0x7ba9;
    pub(crate) const WRITING_APP: u32 = 0x5741;
    pub(crate) const TRACKS: u32 = 0x1654_ae6b;
    pub(crate) const TRACK_ENTRY: u32 = 0xae;
    pub(crate) const TRACK_NUMBER: u32 = 0xd7;
    pub(crate) const TRACK_UID: u32 = 0x73c5;
    pub(crate) const TRACK_TYPE: u32 = 0x83;
    pub(crate) const CODEC_ID: u32 = 0x86;
    pub(crate) const CODEC_PRIVATE: u32 = 0x63a2;
    pub(crate) const CODEC_DELAY: u32 = 0x56aa;
    pub(crate) const LANGUAGE: u32 = 0x22_b59c;
    pub(crate) const AUDIO: u32 = 0xe1;
    pub(crate) const SAMPLING_FREQUENCY: u32 = 0xb5;
    pub(crate) const CHANNELS: u32 = 0x9f;
    pub(crate) const BIT_DEPTH: u32 = 0x6264;
    pub(crate) const ENCODINGS: u32 = 0x6d80;
    pub(crate) const ENCODING: u32 = 0x6240;
    pub(crate) const COMPRESSION: u32 = 0x5034;
    pub(crate) const ENCRYPTION: u32 = 0x5035;
    pub(crate) const COMPRESSION_ALGO: u32 = 0x4254;
    pub(crate) const COMPRESSION_SETTINGS: u32 = 0x4255;
    pub(crate) const CLUSTER: u32 = 0x1f43_b675;
    pub(crate) const TIMESTAMP: u32 = 0xe7;
    pub(crate) const SIMPLE_BLOCK: u32 = 0xa3;
    pub(crate) const BLOCK_GROUP: u32 = 0xa0;
    pub(crate) const BLOCK: u32 = 0xa1;
    pub(crate) const DISCARD_PADDING: u32 = 0x75a2;
    pub(crate) const CHAPTERS: u32 = 0x1043_a770;
    pub(crate) const EDITION: u32 = 0x45b9;
    pub(crate) const CHAPTER: u32 = 0xb6;
    pub(crate) const CHAPTER_START: u32 = 0x91;
    pub(crate) const CHAPTER_END: u32 = 0x92;
    pub(crate) const CHAPTER_DISPLAY: u32 = 0x80;
    pub(crate) const CHAPTER_STRING: u32 = 0x85;
    pub(crate) const TAGS: u32 = 0x1254_c367;
    pub(crate) const TAG: u32 = 0x7373;
    pub(crate) const TARGETS: u32 = 0x63c0;
    pub(crate) const TAG_TRACK_UID: u32 = 0x63c5;
    pub(crate) const SIMPLE_TAG: u32 = 0x67c8;
    pub(crate) const TAG_NAME: u32 = 0x45a3;
    pub(crate) const TAG_STRING: u32 = 0x4487;
    pub(crate) const ATTACHMENTS: u32 = 0x1941_a469;
    pub(crate) const ATTACHED_FILE: u32 = 0x61a7;
    pub(crate) const FILE_NAME: u32 = 0x466e;
    pub(crate) const FILE_MEDIA_TYPE: u32 = 0x4660;
    pub(crate) const FILE_DATA: u32 = 0x465c;
}

/// An element's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub id: u32,
    /// Its first byte, header and all.
    pub at: u64,
    /// Its content.
    pub start: u64,
    pub end: u64,
    /// Whether its size is written, and not left open.
    pub sized: bool,
}

/// Bytes of a text that are taken.
const TEXT: u64 = 64 * 1024;

/// A number of one to eight bytes whose first bit tells how many; `keep` keeps that bit. The second value is whether all its bits
/// are set.
///
/// # Errors
/// What reading gives.
pub(super) fn vint(input: &mut Input, most: u32, keep: bool) -> Result<Option<(u64, bool)>> {
    let Some(&first) = input.peek(1)?.first() else { return Ok(None) };
    let length = first.leading_zeros().saturating_add(1);
    if length > most {
        return Ok(None);
    }
    let count = usize::try_from(length).unwrap_or(8);
    let bytes = input.peek(count)?;
    if bytes.len() < count {
        return Ok(None);
    }
    let number = bytes.iter().fold(0u64, |n, b| n << 8 | u64::from(*b));
    let bits = length.saturating_mul(7);
    let mask = 1u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
    let value = if keep { number } else { number & mask };
    input.skip(u64::from(length));
    Ok(Some((value, number & mask == mask)))
}

/// The header at the position, which moves to the content; `None` at the end, or where no element can be.
///
/// # Errors
/// What reading gives.
pub(super) fn next(input: &mut Input) -> Result<Option<Element>> {
    let at = input.pos();
    let Some((id, _)) = vint(input, 4, true)? else {
        input.go(at);
        return Ok(None);
    };
    let Some((size, open)) = vint(input, 8, false)? else {
        input.go(at);
        return Ok(None);
    };
    let start = input.pos();
    let end = if open { u64::MAX } else { start.saturating_add(size) };
    Ok(Some(Element { id: u32::try_from(id).unwrap_or(0), at, start, end, sized: !open }))
}

/// Gives each element in `parent` to `visit`, and goes behind it whatever that took.
///
/// # Errors
/// What `visit` and reading give.
pub(super) fn each(
    input: &mut Input,
    parent: Element,
    visit: &mut dyn FnMut(&mut Input, Element) -> Result<()>,
) -> Result<()> {
    // a claim beyond the file stays one, so that what is cut is not taken for whole
    let end = parent.end;
    while input.pos() < end {
        let Some(element) = next(input)? else { break };
        let inner = Element { end: element.end.min(end), ..element };
        visit(input, inner)?;
        input.go(inner.end);
    }
    input.go(end);
    Ok(())
}

/// An unsigned number of up to eight bytes.
///
/// # Errors
/// What reading gives.
pub(super) fn uint(input: &mut Input, element: Element) -> Result<u64> {
    let length = element.end.saturating_sub(element.start).min(8);
    let bytes = input.peek(usize::try_from(length).unwrap_or(8))?;
    Ok(bytes.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
}

/// A signed number.
///
/// # Errors
/// What reading gives.
pub(super) fn int(input: &mut Input, element: Element) -> Result<i64> {
    let length = element.end.saturating_sub(element.start).min(8);
    let bytes = input.peek(usize::try_from(length).unwrap_or(8))?;
    let start = if bytes.first().is_some_and(|b| *b > 127) { -1 } else { 0 };
    Ok(bytes.iter().fold(start, |n, b| n << 8 | i64::from(*b)))
}

/// A number of four or eight bytes.
///
/// # Errors
/// What reading gives.
pub(super) fn float(input: &mut Input, element: Element) -> Result<f64> {
    let length = element.end.saturating_sub(element.start).min(8);
    let bytes = input.peek(usize::try_from(length).unwrap_or(8))?;
    Ok(match *bytes {
        [a, b, c, d] => f64::from(f32::from_be_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => f64::from_be_bytes([a, b, c, d, e, f, g, h]),
        _ => 0.0,
    })
}

/// A text, up to 64 KiB of it; empty where the file ends within it.
///
/// # Errors
/// What reading gives.
pub(super) fn text(input: &mut Input, element: Element) -> Result<String> {
    Ok(whole(input, element)?.unwrap_or_default())
}

/// As [`text`]; `None` where the file ends within it.
///
/// # Errors
/// What reading gives.
pub(super) fn whole(input: &mut Input, element: Element) -> Result<Option<String>> {
    let length = element.end.saturating_sub(element.start).min(TEXT);
    let length = usize::try_from(length).unwrap_or(0);
    let bytes = input.peek(length)?;
    if bytes.len() < length {
        return Ok(None);
    }
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    Ok(Some(String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()))
}
