//! Tags, chapters and attachments (RFC 9559, 5.1.6 to 5.1.8).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Result, Span, Time};

use super::ebml::{self, Element, each, id};
use crate::input::Input;
use crate::{Attachment, Chapter, Header, Picture, Stored, TagSource, Text};

/// How deep tags and chapters are followed.
const DEPTH: u32 = 8;

/// Takes a text as a tag.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn tag(
    input: &mut Input,
    element: Element,
    name: &str,
    header: &mut Header,
) -> Result<()> {
    match ebml::whole(input, element)? {
        Some(value) => header.tags.push(TagSource::Matroska, name, &value),
        None => Ok(()),
    }
}

/// Reads all tags; `tracks` are the tracks' identifiers, and which of them are streams of sound.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn tags(
    input: &mut Input,
    element: Element,
    tracks: &[(u64, bool)],
    header: &mut Header,
) -> Result<()> {
    each(input, element, &mut |input, one| {
        if one.id != id::TAG {
            return Ok(());
        }
        let mut target = None;
        let mut foreign = false;
        each(input, one, &mut |input, inner| match inner.id {
            id::TARGETS => each(input, inner, &mut |input, inner| {
                if inner.id == id::TAG_TRACK_UID {
                    let uid = ebml::uint(input, inner)?;
                    let sound = tracks.iter().filter(|(_, sound)| *sound);
                    let stream = sound.clone().position(|(u, _)| *u == uid && uid != 0);
                    target = stream.and_then(|at| u32::try_from(at).ok());
                    foreign = target.is_none() && uid != 0;
                }
                Ok(())
            }),
            id::SIMPLE_TAG if !foreign => simple(input, inner, target, header, 0),
            _ => Ok(()),
        })
    })
}

fn simple(
    input: &mut Input,
    element: Element,
    stream: Option<u32>,
    header: &mut Header,
    depth: u32,
) -> Result<()> {
    let (mut name, mut value) = (String::new(), None);
    each(input, element, &mut |input, inner| {
        match inner.id {
            id::TAG_NAME => name = ebml::text(input, inner)?,
            id::TAG_STRING => value = ebml::whole(input, inner)?,
            id::SIMPLE_TAG if depth < DEPTH => {
                simple(input, inner, stream, header, depth.saturating_add(1))?;
            }
            _ => {}
        }
        Ok(())
    })?;
    match value {
        Some(value) => header.tags.push_of(stream, TagSource::Matroska, &name, &value),
        None => Ok(()),
    }
}

/// Reads the chapters of all editions, nested ones behind theirs.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn chapters(input: &mut Input, element: Element, header: &mut Header) -> Result<()> {
    each(input, element, &mut |input, edition| {
        if edition.id != id::EDITION {
            return Ok(());
        }
        each(input, edition, &mut |input, inner| atom(input, inner, header, 0))
    })
}

fn atom(input: &mut Input, element: Element, header: &mut Header, depth: u32) -> Result<()> {
    if element.id != id::CHAPTER || depth > DEPTH {
        return Ok(());
    }
    let time = |nanos: u64| Time {
        ticks: i64::try_from(nanos).unwrap_or(i64::MAX),
        per_second: 1_000_000_000,
    };
    let at = header.chapters.len();
    let blank = Chapter { start: time(0), end: None, title: Text::default() };
    header.chapters.push(blank)?;
    let mut chapter = blank;
    each(input, element, &mut |input, inner| {
        match inner.id {
            id::CHAPTER_START => chapter.start = time(ebml::uint(input, inner)?),
            id::CHAPTER_END => chapter.end = Some(time(ebml::uint(input, inner)?)),
            id::CHAPTER_DISPLAY => each(input, inner, &mut |input, inner| {
                if inner.id == id::CHAPTER_STRING && chapter.title.is_empty() {
                    let title = ebml::text(input, inner)?;
                    chapter.title = header.texts.push_cut(&title, 1024)?;
                }
                Ok(())
            })?,
            id::CHAPTER => atom(input, inner, header, depth.saturating_add(1))?,
            _ => {}
        }
        Ok(())
    })?;
    if let Some(slot) = header.chapters.as_mut_slice().get_mut(at) {
        *slot = chapter;
    }
    Ok(())
}

/// Reads the facts of attached files; a picture called cover is one of the sound's (RFC 9559, 21.1).
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn attachments(input: &mut Input, element: Element, header: &mut Header) -> Result<()> {
    each(input, element, &mut |input, file| {
        if file.id != id::ATTACHED_FILE {
            return Ok(());
        }
        let (mut name, mut media_type, mut span) = (String::new(), String::new(), None);
        each(input, file, &mut |input, inner| {
            match inner.id {
                id::FILE_NAME => name = ebml::text(input, inner)?,
                id::FILE_MEDIA_TYPE => media_type = ebml::text(input, inner)?,
                id::FILE_DATA => {
                    let length = inner.end.saturating_sub(inner.start);
                    span = Some(Span { offset: inner.start, length });
                }
                _ => {}
            }
            Ok(())
        })?;
        let Some(span) = span else { return Ok(()) };
        let media_type_text = header.texts.push_cut(&media_type, 256)?;
        let name_text = header.texts.push_cut(&name, 256)?;
        if media_type.starts_with("image/") && name.starts_with("cover") {
            let picture = Picture {
                kind: Picture::COVER_FRONT,
                media_type: media_type_text,
                description: name_text,
                width: None,
                height: None,
                span,
                stored: Stored::Plain,
            };
            return Ok(header.pictures.push(picture)?);
        }
        let attachment = Attachment { name: name_text, media_type: media_type_text, span };
        Ok(header.attachments.push(attachment)?)
    })
}
