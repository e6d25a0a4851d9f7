//! Item lists (QuickTime and iTunes metadata), QuickTime user data, Nero's chapters.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Span, Time};

use super::boxes::{self, Fourcc, each};
use crate::input::Input;
use crate::{Chapter, Header, Picture, Stored, TagSource, Text};

/// Bytes of a value that are looked at.
const VALUE: usize = 64 * 1024;
/// Frames before, behind and of the sound.
type Gapless = Option<(u32, u32, u64)>;

/// Reads `udta` or `meta`.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(
    input: &mut Input,
    kind: &Fourcc,
    end: u64,
    header: &mut Header,
) -> Result<Gapless> {
    let mut gapless = None;
    inside(input, kind, end, header, &mut gapless)?;
    Ok(gapless)
}

fn inside(
    input: &mut Input,
    kind: &Fourcc,
    end: u64,
    header: &mut Header,
    gapless: &mut Gapless,
) -> Result<()> {
    if kind == b"meta" {
        // a full box in ISO's files, a plain one in QuickTime's, where a box's name stands here
        let head = input.peek(8)?;
        if head.get(4..8) != Some(b"hdlr") {
            input.skip(4);
        }
    }
    each(input, end, &mut |input, kind, end| match kind {
        b"meta" => inside(input, kind, end, header, gapless),
        b"ilst" => {
            each(input, end, &mut |input, kind, end| item(input, *kind, end, header, gapless))
        }
        b"chpl" => nero(input, end, header),
        [0xa9, ..] => international(input, *kind, end, header),
        _ => Ok(()),
    })
}

/// One item: a name, and one or more values.
fn item(
    input: &mut Input,
    kind: Fourcc,
    end: u64,
    header: &mut Header,
    gapless: &mut Gapless,
) -> Result<()> {
    let mut name = boxes::name(kind);
    each(input, end, &mut |input, inner, end| {
        let left = usize::try_from(end.saturating_sub(input.pos())).unwrap_or(usize::MAX);
        match inner {
            b"mean" | b"name" => {
                let bytes = input.peek(left.min(256))?.get(4..).unwrap_or_default();
                name.push(':');
                name.push_str(&String::from_utf8_lossy(bytes));
            }
            b"data" => {
                let Some(value_type) = input.u32_be()? else { return Ok(()) };
                input.skip(4);
                let length = end.saturating_sub(input.pos());
                if &kind == b"covr" {
                    return picture(input.pos(), length, value_type, header);
                }
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let bytes = input.peek(length.min(VALUE))?;
                if bytes.len() < length.min(VALUE) {
                    return Ok(());
                }
                let Some(value) = value(kind, value_type, bytes) else { return Ok(()) };
                if name.ends_with(":iTunSMPB") {
                    *gapless = smpb(&value);
                }
                header.tags.push(TagSource::Mp4, &name, &value)?;
            }
            _ => {}
        }
        Ok(())
    })
}

/// A value by its well-known type, as text; `None` for what is none.
fn value(kind: Fourcc, value_type: u32, bytes: &[u8]) -> Option<String> {
    let pair = |at: usize| {
        let bytes = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(u16::from_be_bytes(bytes))
    };
    match (&kind, value_type) {
        (b"trkn" | b"disk", _) => {
            let (number, total) = (pair(2)?, pair(4).unwrap_or(0));
            Some(if total > 0 { format!("{number}/{total}") } else { number.to_string() })
        }
        (b"gnre", _) => {
            let number = u8::try_from(pair(0)?.checked_sub(1)?).ok()?;
            crate::id3::genre_name(number).map(str::to_owned)
        }
        (_, 1) => Some(String::from_utf8_lossy(bytes).into_owned()),
        (_, 2) => {
            let units = bytes.chunks_exact(2).filter_map(|b| b.try_into().ok());
            let units = units.map(u16::from_be_bytes);
            Some(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect())
        }
        (_, 21 | 22) | (b"cpil" | b"pgap" | b"tmpo" | b"stik" | b"rtng" | b"hdvd" | b"pcst", 0) => {
            let narrow = bytes
                .len()
                .checked_sub(8)
                .map_or(bytes, |skip| bytes.get(skip..).unwrap_or_default());
            let negative = value_type == 21 && narrow.first().is_some_and(|b| *b > 127);
            let start: i64 = if negative { -1 } else { 0 };
            let number = narrow.iter().fold(start, |n, b| n << 8 | i64::from(*b));
            (!bytes.is_empty()).then(|| number.to_string())
        }
        (_, 23) => Some(f32::from_be_bytes(bytes.try_into().ok()?).to_string()),
        (_, 24) => Some(f64::from_be_bytes(bytes.try_into().ok()?).to_string()),
        // implicit: text, where it is
        (_, 0) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        _ => None,
    }
}

fn picture(offset: u64, length: u64, value_type: u32, header: &mut Header) -> Result<()> {
    let media_type = match value_type {
        13 => "image/jpeg",
        14 => "image/png",
        27 => "image/bmp",
        _ => "",
    };
    let picture = Picture {
        kind: Picture::COVER_FRONT,
        media_type: header.texts.push(media_type)?,
        description: Text::default(),
        width: None,
        height: None,
        span: Span { offset, length },
        stored: Stored::Plain,
    };
    Ok(header.pictures.push(picture)?)
}

/// iTunes' gapless information: hexadecimal numbers, the second to the fourth of which are frames before, frames behind, and
/// frames of the sound.
fn smpb(text: &str) -> Gapless {
    let mut numbers = text.split_whitespace().skip(1);
    let before = u32::from_str_radix(numbers.next()?, 16).ok()?;
    let behind = u32::from_str_radix(numbers.next()?, 16).ok()?;
    let frames = u64::from_str_radix(numbers.next()?, 16).ok()?;
    (frames > 0).then_some((before, behind, frames))
}

/// QuickTime's user data: texts with a length and a language (QuickTime file format, user data text strings).
fn international(input: &mut Input, kind: Fourcc, end: u64, header: &mut Header) -> Result<()> {
    let Some([a, b, _, _]) = input.array::<4>()? else { return Ok(()) };
    let length = u64::from(u16::from_be_bytes([a, b]));
    let length = length.min(end.saturating_sub(input.pos()));
    let bytes = input.peek(usize::try_from(length).unwrap_or(0))?;
    let text = String::from_utf8_lossy(bytes).into_owned();
    header.tags.push(TagSource::Mp4, &boxes::name(kind), text.trim_end_matches('\0'))
}

/// Nero's chapter list: starts in 100 ns, and titles.
fn nero(input: &mut Input, end: u64, header: &mut Header) -> Result<()> {
    let Some((version, _)) = boxes::full(input)? else { return Ok(()) };
    if version > 0 {
        input.skip(4);
    }
    let Some([count]) = input.array::<1>()? else { return Ok(()) };
    for _ in 0..count {
        let Some(start) = input.array::<8>()?.map(u64::from_be_bytes) else { break };
        let Some([length]) = input.array::<1>()? else { break };
        if input.pos() > end {
            break;
        }
        let title = String::from_utf8_lossy(input.peek(usize::from(length))?).into_owned();
        input.skip(u64::from(length));
        let title = header.texts.push(&title)?;
        let ticks = i64::try_from(start).unwrap_or(i64::MAX);
        let start = Time { ticks, per_second: 10_000_000 };
        header.chapters.push(Chapter { start, end: None, title })?;
    }
    Ok(())
}
