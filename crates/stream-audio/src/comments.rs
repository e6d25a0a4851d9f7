//! Vorbis comments (Vorbis I, 5): `NAME=value` in UTF-8, in Ogg and in FLAC; and pictures among them.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result, Span, Time};

use crate::findings::Findings;
use crate::octets::Octets;
use crate::{Chapter, Defect, Header, Picture, Stored, TagSource};

/// Bytes of a comment that are looked at.
const COMMENT: usize = 64 * 1024;
/// Comments that are taken.
const COMMENTS: u32 = 10_000;
/// Base64 characters of a picture's header that are looked at.
const PICTURE: usize = 1024;
const CLAUSE: &str = "Vorbis I, 5.2.1";

/// Reads comments into `header`. `octets` stand before the length of the vendor's name.
///
/// # Errors
/// `OverBudget`, what reading gives.
pub(crate) fn read(
    cx: &Context,
    octets: &mut dyn Octets,
    header: &mut Header,
    findings: &Findings,
) -> Result<()> {
    let mut bytes = ChargedVec::new(cx.budget());
    let start = octets.spot()?.offset;
    let broken =
        |what: &str| findings.note(start, Defect::Header { clause: CLAUSE, what: what.to_owned() });
    let Some(vendor) = number(octets, &mut bytes)? else {
        return broken("comments end before the vendor's name");
    };
    octets.take(usize::try_from(vendor).unwrap_or(0).min(COMMENT), &mut bytes)?;
    let taken = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    octets.skip(u64::from(vendor.saturating_sub(taken)))?;
    let name = String::from_utf8_lossy(&bytes).into_owned();
    header.encoder = header.texts.push_cut(&name, 256)?;
    let Some(count) = number(octets, &mut bytes)? else {
        return broken("comments end before their number");
    };
    for done in 0..count.min(COMMENTS) {
        let Some(length) = number(octets, &mut bytes)? else {
            return broken(&format!("{count} comments expected (found {done})"));
        };
        let spot = octets.spot()?;
        let want = usize::try_from(length).unwrap_or(usize::MAX);
        // a picture is not taken whole
        octets.take(want.min(PICTURE), &mut bytes)?;
        let taken = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let mut rest = length.saturating_sub(taken);
        if taken < length.min(1024) {
            return broken(&format!("comment {done}: {length} bytes expected (found {taken})"));
        }
        let is_picture = prefix(&bytes, b"METADATA_BLOCK_PICTURE=");
        if !is_picture && rest > 0 {
            let mut more = ChargedVec::new(cx.budget());
            octets.take(usize::try_from(rest).unwrap_or(0).min(COMMENT), &mut more)?;
            rest = rest.saturating_sub(u32::try_from(more.len()).unwrap_or(u32::MAX));
            bytes.extend(&more)?;
        }
        octets.skip(u64::from(rest))?;
        if is_picture {
            picture(header, &bytes, spot, length)?;
            continue;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((name, value)) = text.split_once('=') else {
            broken(&format!("comment {done}: no = between name and value"))?;
            continue;
        };
        if matches!(text, std::borrow::Cow::Owned(_)) {
            let name = name.to_owned();
            findings.note(spot.offset, Defect::Text { clause: CLAUSE, name })?;
        }
        if !chapter(header, name, value)? {
            header.tags.push(TagSource::Vorbis, name, value)?;
        }
    }
    Ok(())
}

fn prefix(bytes: &[u8], name: &[u8]) -> bool {
    bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn number(octets: &mut dyn Octets, bytes: &mut ChargedVec<u8>) -> Result<Option<u32>> {
    octets.take(4, bytes)?;
    Ok(bytes.get(..4).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes))
}

/// `CHAPTER001=00:00:10.500` and `CHAPTER001NAME=title` (wiki.xiph.org, Chapter Extension).
fn chapter(header: &mut Header, name: &str, value: &str) -> Result<bool> {
    let Some(rest) = name.get(..7).filter(|p| p.eq_ignore_ascii_case("chapter")) else {
        return Ok(false);
    };
    let rest = name.get(rest.len()..).unwrap_or_default();
    let digits = rest.get(..3).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
    match (digits, rest.get(3..)) {
        (Some(_), Some("")) => {
            let Some(millis) = millis(value) else { return Ok(false) };
            let chapter = Chapter {
                start: Time::from_millis(millis),
                end: None,
                title: crate::Text::default(),
            };
            header.chapters.push(chapter)?;
            Ok(true)
        }
        (Some(_), Some(name)) if name.eq_ignore_ascii_case("name") => {
            let title = header.texts.push(value)?;
            let Some(last) = header.chapters.as_mut_slice().last_mut() else { return Ok(false) };
            last.title = title;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// `00:01:02.500`.
fn millis(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    let whole = hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(60_000)?;
    let rest = (seconds.is_finite() && (0.0..1000.0).contains(&seconds)).then_some(seconds)?;
    // finite and small
    whole.checked_add((rest * 1000.0).round() as i64)
}

/// A picture in base64: its header is decoded, its bytes are left where they are.
fn picture(
    header: &mut Header,
    comment: &[u8],
    spot: crate::octets::Spot,
    length: u32,
) -> Result<()> {
    let name = u32::try_from("METADATA_BLOCK_PICTURE=".len()).unwrap_or(0);
    let base64 = comment.get(usize::try_from(name).unwrap_or(0)..).unwrap_or_default();
    let decoded: Vec<u8> = decode(base64);
    let Some(facts) = PictureFacts::parse(&decoded) else { return Ok(()) };
    let (serial, run) = spot.ogg.unwrap_or((0, u32::MAX));
    let offset = spot.offset.saturating_add(u64::from(name));
    let span = Span { offset, length: u64::from(length.saturating_sub(name)) };
    let run = run.saturating_sub(name);
    let stored = Stored::OggBase64 { serial, run, skip: facts.header, length: facts.length };
    facts.list(header, span, stored)
}

/// What stands before a picture's bytes (RFC 9639, 8.8).
pub(crate) struct PictureFacts {
    pub kind: u32,
    pub media_type: String,
    pub description: String,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Bytes of all this.
    pub header: u32,
    /// Bytes of the picture.
    pub length: u32,
}

impl PictureFacts {
    /// Adds the picture, whose bytes are at `span`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn list(&self, header: &mut Header, span: Span, stored: Stored) -> Result<()> {
        let picture = Picture {
            kind: self.kind,
            media_type: header.texts.push_cut(&self.media_type, 256)?,
            description: header.texts.push_cut(&self.description, 256)?,
            width: self.width,
            height: self.height,
            span,
            stored,
        };
        Ok(header.pictures.push(picture)?)
    }

    /// Parses the start of a picture block; `None` where `block` does not hold all of its facts.
    pub(crate) fn parse(block: &[u8]) -> Option<Self> {
        let mut at = 0usize;
        let mut take = |n: usize| {
            let bytes = block.get(at..at.checked_add(n)?)?;
            at = at.checked_add(n)?;
            Some(bytes)
        };
        let number = |bytes: &[u8]| bytes.try_into().ok().map(u32::from_be_bytes);
        let kind = number(take(4)?)?;
        let length = usize::try_from(number(take(4)?)?).ok()?;
        let media_type = String::from_utf8_lossy(take(length)?).into_owned();
        let length = usize::try_from(number(take(4)?)?).ok()?;
        let description = String::from_utf8_lossy(take(length)?).into_owned();
        let width = number(take(4)?)?;
        let height = number(take(4)?)?;
        take(8)?;
        let length = number(take(4)?)?;
        let said = |n: u32| (n > 0).then_some(n);
        Some(Self {
            kind,
            media_type,
            description,
            width: said(width),
            height: said(height),
            header: u32::try_from(at).ok()?,
            length,
        })
    }
}

/// The value of a base64 character; `None` for padding and what is none.
pub(crate) fn base64(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character.wrapping_sub(b'A'),
        b'a'..=b'z' => character.wrapping_sub(b'a').wrapping_add(26),
        b'0'..=b'9' => character.wrapping_sub(b'0').wrapping_add(52),
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// Decodes what is there of a base64 text.
fn decode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bits = 0u32;
    let mut have = 0u32;
    for value in text.iter().map_while(|c| base64(*c)) {
        bits = bits << 6 | u32::from(value);
        have = have.saturating_add(6);
        if have >= 8 {
            have = have.saturating_sub(8);
            out.push((bits >> have & 0xff) as u8);
        }
    }
    out
}
