//! The frames of an ID3v2 tag.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result, Span, Time};

use super::body::Body;
use super::genre;
use super::syncsafe;
use super::text::{Encoding, Soundness};
use crate::findings::Findings;
use crate::{Chapter, Defect, Header, Picture, Stored, TagSource, Text};

/// Bytes of a frame that are looked at for texts.
const TEXT_LIMIT: usize = 64 * 1024;
/// Bytes of a picture's frame that are looked at for its description.
const DESCRIPTION_LIMIT: usize = 1024;
/// Frames in a tag; more are not there for sound.
const FRAMES: usize = 10_000;

/// One frame's header.
struct Frame {
    id: [u8; 4],
    /// Where its content starts and ends in the file.
    start: u64,
    end: u64,
    unsynchronised: bool,
}

impl Frame {
    fn name(&self) -> &str {
        let name = std::str::from_utf8(&self.id).unwrap_or_default();
        name.trim_end_matches('\0')
    }
}

/// What reading a tag needs at hand.
struct Tag<'a> {
    body: Body,
    source: TagSource,
    header: &'a mut Header,
    findings: &'a Findings,
    bytes: ChargedVec<u8>,
    /// The end of the whole tag.
    end: u64,
}

/// Reads all frames of `body`.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(
    body: Body,
    source: TagSource,
    extended: bool,
    header: &mut Header,
    findings: &Findings,
) -> Result<()> {
    let bytes = ChargedVec::new(body.input.context().budget());
    let end = body.input.end();
    let mut tag = Tag { body, source, header, findings, bytes, end };
    if extended {
        tag.extended()?;
    }
    let whole = tag.body.unsynchronised;
    for _ in 0..FRAMES {
        let Some(frame) = tag.frame(end)? else { break };
        let next = frame.end;
        tag.content(&frame)?;
        tag.body.enter(next, end, whole);
    }
    Ok(())
}

impl Tag<'_> {
    /// Passes over the extended header: its size counts itself since version 4, and not before.
    fn extended(&mut self) -> Result<()> {
        let Some(size) = self.body.array::<4>()? else { return Ok(()) };
        let rest = match self.source {
            TagSource::Id3v24 => syncsafe(size).unwrap_or(4).saturating_sub(4),
            _ => u32::from_be_bytes(size),
        };
        self.body.skip(u64::from(rest))
    }

    /// The next frame's header; `None` at padding or the end.
    fn frame(&mut self, end: u64) -> Result<Option<Frame>> {
        let at = self.body.input.pos();
        let (id, size, flags) = if self.source == TagSource::Id3v22 {
            let Some([a, b, c, x, y, z]) = self.body.array::<6>()? else { return Ok(None) };
            ([a, b, c, 0], u32::from_be_bytes([0, x, y, z]), 0)
        } else {
            let Some(head) = self.body.array::<10>()? else { return Ok(None) };
            let [a, b, c, d, w, x, y, z, f, g] = head;
            let size = match self.source {
                TagSource::Id3v24 => self.size_of_four([w, x, y, z])?,
                _ => u32::from_be_bytes([w, x, y, z]),
            };
            ([a, b, c, d], size, u16::from_be_bytes([f, g]))
        };
        let named = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b' ';
        let letters = if self.source == TagSource::Id3v22 { 3 } else { 4 };
        if !id.iter().take(letters).all(named) {
            if id.first() != Some(&0) {
                let what = format!("frame id {id:02x?}: letters and digits expected");
                let clause = "ID3v2.4 structure, 4";
                self.findings.note(at, Defect::Header { clause, what })?;
            }
            return Ok(None);
        }
        let start = self.body.input.pos();
        let mut frame_end = if self.body.unsynchronised {
            self.body.skip(u64::from(size))?;
            self.body.input.pos()
        } else {
            start.saturating_add(u64::from(size))
        };
        if frame_end > end || self.body.unsynchronised && frame_end == end && size > 0 {
            if frame_end > end {
                let name = String::from_utf8_lossy(&id).into_owned();
                let what = format!("frame {name}: {size} bytes, beyond the end of the tag");
                let clause = "ID3v2.4 structure, 4";
                self.findings.note(at, Defect::Header { clause, what })?;
            }
            frame_end = end;
        }
        let mut frame =
            Frame { id, start, end: frame_end, unsynchronised: self.body.unsynchronised };
        if !self.flags(&mut frame, flags)? {
            frame.start = frame.end;
        }
        Ok(Some(frame))
    }

    /// Version 4 sizes have seven bits a byte; iTunes wrote eight. Where both are possible, the one behind which a frame, padding
    /// or the end stands.
    fn size_of_four(&mut self, bytes: [u8; 4]) -> Result<u32> {
        let plain = u32::from_be_bytes(bytes);
        let Some(safe) = syncsafe(bytes) else { return Ok(plain) };
        if safe == plain {
            return Ok(safe);
        }
        let start = self.body.input.pos();
        for size in [safe, plain] {
            let next = start.saturating_add(u64::from(size));
            self.body.input.go(next);
            let head = self.body.input.peek(4)?;
            let fits = match head {
                [] => next == self.end,
                [0, ..] => true,
                id => id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
            };
            self.body.input.go(start);
            if fits {
                return Ok(size);
            }
        }
        Ok(safe)
    }

    /// What the flags put before the content; `false` where it cannot be read.
    fn flags(&mut self, frame: &mut Frame, flags: u16) -> Result<bool> {
        let (compressed, encrypted, grouped, length) = match self.source {
            TagSource::Id3v23 => (flags & 0x80, flags & 0x40, flags & 0x20, flags & 0x80),
            _ => (flags & 8, flags & 4, flags & 0x40, flags & 1),
        };
        if self.source == TagSource::Id3v24 && flags & 2 != 0 {
            frame.unsynchronised = true;
        }
        if compressed != 0 || encrypted != 0 {
            let how = if encrypted != 0 { "encrypted" } else { "compressed" };
            let what = format!("frame {}, {how}", frame.name());
            self.findings.note(frame.start, Defect::Unread { what })?;
            return Ok(false);
        }
        let before = u64::from(grouped != 0).saturating_add(if length != 0 { 4 } else { 0 });
        frame.start = frame.start.saturating_add(before).min(frame.end);
        Ok(true)
    }

    fn content(&mut self, frame: &Frame) -> Result<()> {
        if frame.start >= frame.end {
            return Ok(());
        }
        self.body.enter(frame.start, frame.end, frame.unsynchronised);
        match (frame.name(), frame.id.first()) {
            ("APIC" | "PIC", _) => self.picture(frame),
            ("CHAP", _) => self.chapter(frame),
            ("COMM" | "COM" | "USLT" | "ULT", _) => self.comment(frame),
            ("TXXX" | "TXX" | "WXXX" | "WXX", _) => self.described(frame),
            (_, Some(b'T')) => self.text(frame),
            (_, Some(b'W')) => {
                self.body.take(TEXT_LIMIT, &mut self.bytes)?;
                let (bytes, _) = Encoding::Latin1.split(&self.bytes);
                let (text, _) = Encoding::Latin1.decode(bytes);
                self.header.tags.push(self.source, frame.name(), &text)
            }
            _ => Ok(()),
        }
    }

    /// The encoding, and up to the limit of what follows in `self.bytes`.
    fn encoded(&mut self, frame: &Frame, limit: usize) -> Result<Option<Encoding>> {
        let byte = self.body.byte()?.unwrap_or(0);
        let Some(encoding) = Encoding::of(byte) else {
            let what = format!("frame {}: text encoding {byte} (0 to 3 expected)", frame.name());
            let clause = "ID3v2.4 structure, 4";
            self.findings.note(frame.start, Defect::Header { clause, what })?;
            return Ok(None);
        };
        self.body.take(limit, &mut self.bytes)?;
        Ok(Some(encoding))
    }

    fn sound(&self, frame: &Frame, soundness: Soundness) -> Result<()> {
        if soundness == Soundness::Sound {
            return Ok(());
        }
        let name = frame.name().to_owned();
        self.findings.note(frame.start, Defect::Text { clause: "ID3v2.4 structure, 4", name })
    }

    /// One or, since version 4, several texts.
    fn text(&mut self, frame: &Frame) -> Result<()> {
        let Some(encoding) = self.encoded(frame, TEXT_LIMIT)? else { return Ok(()) };
        let mut rest: &[u8] = &self.bytes;
        while !rest.is_empty() {
            let (one, more) = encoding.split(rest);
            rest = more;
            let (text, soundness) = encoding.decode(one);
            self.sound(frame, soundness)?;
            if text.is_empty() {
                continue;
            }
            let genre = matches!(frame.name(), "TCON" | "TCO");
            let value = if genre { genre::of_text(&text) } else { text.as_str().into() };
            self.header.tags.push(self.source, frame.name(), &value)?;
        }
        Ok(())
    }

    /// A text with a name of its own.
    fn described(&mut self, frame: &Frame) -> Result<()> {
        let Some(encoding) = self.encoded(frame, TEXT_LIMIT)? else { return Ok(()) };
        let (description, value) = encoding.split(&self.bytes);
        let (description, _) = encoding.decode(description);
        let link = frame.id.first() == Some(&b'W');
        let encoding = if link { Encoding::Latin1 } else { encoding };
        let (value, _) = encoding.split(value);
        let (value, soundness) = encoding.decode(value);
        self.sound(frame, soundness)?;
        let name = format!("{}:{description}", frame.name());
        self.header.tags.push(self.source, name.trim_end_matches(':'), &value)
    }

    /// A text in a language, with or without a name of its own.
    fn comment(&mut self, frame: &Frame) -> Result<()> {
        let Some(encoding) = self.encoded(frame, TEXT_LIMIT)? else { return Ok(()) };
        let rest = self.bytes.get(3..).unwrap_or_default();
        let (description, value) = encoding.split(rest);
        let (description, _) = encoding.decode(description);
        let (value, _) = encoding.split(value);
        let (value, soundness) = encoding.decode(value);
        self.sound(frame, soundness)?;
        let name = format!("{}:{description}", frame.name());
        self.header.tags.push(self.source, name.trim_end_matches(':'), &value)
    }

    /// ID3v2.4 frames, 4.14: media type, kind, description; then the picture itself, which is not read.
    fn picture(&mut self, frame: &Frame) -> Result<()> {
        let Some(encoding) = self.encoded(frame, DESCRIPTION_LIMIT)? else { return Ok(()) };
        let (media_type, rest) = if self.source == TagSource::Id3v22 {
            let format = self.bytes.get(..3).unwrap_or_default();
            let media_type = match format {
                b"JPG" => "image/jpeg",
                b"PNG" => "image/png",
                b"-->" => "-->",
                _ => "",
            };
            (media_type.to_owned(), self.bytes.get(3..).unwrap_or_default())
        } else {
            let (media_type, rest) = Encoding::Latin1.split(&self.bytes);
            (Encoding::Latin1.decode(media_type).0, rest)
        };
        let Some((&kind, rest)) = rest.split_first() else { return Ok(()) };
        let (description, data) = encoding.split(rest);
        let (description, soundness) = encoding.decode(description);
        let before = self.bytes.len().saturating_sub(data.len());
        self.sound(frame, soundness)?;
        self.body.enter(frame.start, frame.end, frame.unsynchronised);
        // the encoding's byte, and what stands before the picture
        self.body.skip(u64::try_from(before).unwrap_or(0).saturating_add(1))?;
        let offset = self.body.input.pos().min(frame.end);
        let picture = Picture {
            kind: u32::from(kind),
            media_type: self.header.texts.push_cut(&media_type, 256)?,
            description: self.header.texts.push_cut(&description, 256)?,
            width: None,
            height: None,
            span: Span { offset, length: frame.end.saturating_sub(offset) },
            stored: if frame.unsynchronised { Stored::Unsynchronised } else { Stored::Plain },
        };
        Ok(self.header.pictures.push(picture)?)
    }

    /// ID3v2 Chapter Frame Addendum, 3.1: an identifier, two times in milliseconds, two offsets, frames of its own.
    fn chapter(&mut self, frame: &Frame) -> Result<()> {
        while !matches!(self.body.byte()?, Some(0) | None) {}
        let Some(times) = self.body.array::<16>()? else { return Ok(()) };
        let [a, b, c, d, e, f, g, h, ..] = times;
        let start = u32::from_be_bytes([a, b, c, d]);
        let end = u32::from_be_bytes([e, f, g, h]);
        let mut title = Text::default();
        while let Some(inner) = self.frame(frame.end)? {
            let next = inner.end;
            if matches!(inner.name(), "TIT2" | "TT2") && inner.start < inner.end {
                self.body.enter(inner.start, inner.end, inner.unsynchronised);
                if let Some(encoding) = self.encoded(&inner, DESCRIPTION_LIMIT)? {
                    let (text, _) = encoding.split(&self.bytes);
                    title = self.header.texts.push(&encoding.decode(text).0)?;
                }
            }
            self.body.enter(next, frame.end, frame.unsynchronised);
        }
        let time = |ms: u32| Time::from_millis(i64::from(ms));
        let chapter = Chapter { start: time(start), end: Some(time(end)), title };
        Ok(self.header.chapters.push(chapter)?)
    }
}
