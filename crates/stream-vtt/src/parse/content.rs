//! What a block says, once its lines are known (WebVTT 6.1, the end of "collect a WebVTT block").
#![deny(clippy::arithmetic_side_effects)]

pub(super) mod cue;

use std::mem;

use super::current::{Current, Parts, What};
use super::outline::{Outline, Part, Why};
use super::{Parser, Phase};
use crate::text::normalize;
use crate::{Defect, Diagnostic, Diagnostics, Excerpt, NoteKind, Region};

/// Where a block stands and what is found in it.
struct Found<'d> {
    list: &'d mut Diagnostics,
    offset: u64,
    line: u64,
}

impl Found<'_> {
    /// Adds a defect that stands `at` bytes and `lines` lines into the block.
    fn push(&mut self, at: usize, lines: u64, defect: Defect) {
        let offset = self.offset.saturating_add(u64::try_from(at).unwrap_or(u64::MAX));
        let line = self.line.saturating_add(lines);
        self.list.push(Diagnostic { defect, line, offset });
    }
}

impl Parser {
    /// Takes the outlined block out of `input`, which starts at [`Parser::offset`], and goes behind it.
    pub(crate) fn take(&mut self, input: &[u8]) {
        if mem::take(&mut self.taken) {
            return;
        }
        let o = self.outline;
        self.outline.reset();
        let block = input.get(..o.end).unwrap_or_default();
        let place = (self.offset, self.line);
        self.offset = self.offset.saturating_add(u64::try_from(o.end).unwrap_or(u64::MAX));
        self.line = self.line.saturating_add(o.lines).saturating_add(o.blank_lines);
        if !o.clean {
            self.undecodable(block, place);
        }
        match self.phase {
            Phase::Header => self.header(&o, block, place),
            _ if o.timings_line > 0 => self.cue(&o, block, place),
            _ => self.other(&o, block, place),
        }
    }

    fn found(&mut self, (offset, line): (u64, u64)) -> Found<'_> {
        Found { list: &mut self.diagnostics, offset, line }
    }

    /// Reports the first U+0000 and the first bytes that are not UTF-8.
    #[cold]
    fn undecodable(&mut self, block: &[u8], place: (u64, u64)) {
        let line_of = |at: usize| {
            let before = block.get(..at).unwrap_or_default();
            let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
            let all = before.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
            u64::try_from(all.saturating_sub(pairs)).unwrap_or(u64::MAX)
        };
        let null = memchr::memchr(0, block).map(|at| (at, Defect::NullCharacter));
        let bad = std::str::from_utf8(block).err().map(|e| (e.valid_up_to(), Defect::InvalidUtf8));
        let mut both: Vec<_> = null.into_iter().chain(bad).collect();
        both.sort_by_key(|(at, _)| *at);
        for (at, defect) in both {
            self.found(place).push(at, line_of(at), defect);
        }
    }

    /// Reports how the block ended, where that is unusual.
    fn ending(&mut self, o: &Outline, place: (u64, u64)) {
        match o.why {
            Why::Arrow if self.phase == Phase::Header => {
                self.found(place).push(o.end, o.lines, Defect::ArrowInHeader);
            }
            Why::Arrow => {
                let defect =
                    if self.is_lenient() { Defect::MissingBlankLine } else { Defect::ArrowInBlock };
                self.found(place).push(o.end, o.lines, defect);
            }
            Why::Cut => {
                let last = o.lines.saturating_sub(1);
                self.found(place).push(o.end, last, Defect::NoFinalTerminator);
            }
            Why::Blank | Why::End => {}
        }
    }

    fn header(&mut self, o: &Outline, block: &[u8], place: (u64, u64)) {
        if o.body_lines > 0 {
            self.found(place).push(o.body.start, 1, Defect::HeaderLines);
        }
        self.ending(o, place);
        self.phase = Phase::Blocks;
        let first = o.first.of(block).get("WEBVTT".len()..).unwrap_or_default();
        let text = first.strip_prefix(b" ").or(first.strip_prefix(b"\t")).unwrap_or(first);
        self.header.text.clear();
        normalize(text, &mut self.header.text);
        self.header.lines.clear();
        normalize(o.body.of(block), &mut self.header.lines);
        self.header.span = whole(o).span(place.0, place.1);
        self.set_current(current(What::Header, 0, Part::default(), 0, o, place), o, block);
    }

    /// A block without timings: a style sheet, a region, a comment, or nothing that is known.
    fn other(&mut self, o: &Outline, block: &[u8], place: (u64, u64)) {
        let first = o.first.of(block);
        if self.phase == Phase::SubRip {
            return self.note(NoteKind::Unknown, whole(o), o, block, place);
        }
        let (style, region) = (is_keyword(first, b"STYLE"), is_keyword(first, b"REGION"));
        if (style || region) && o.body_lines == 0 {
            self.found(place).push(0, 0, Defect::EmptyBlock(Excerpt::new(first)));
            return self.note(NoteKind::Unknown, whole(o), o, block, place);
        }
        match (style, region, self.seen_cue) {
            (true, _, false) => self.style(o, block, place),
            (_, true, false) => self.region(o, block, place),
            (true, _, true) => self.note(NoteKind::LateStyle, whole(o), o, block, place),
            (_, true, true) => self.note(NoteKind::LateRegion, whole(o), o, block, place),
            _ => match comment(first) {
                Some(skip) => {
                    // the comment's text is on the line of the word or starts on the next one
                    let start = if skip == first.len() { o.body.start } else { skip };
                    let text = Part { start, end: o.content_end.max(start) };
                    self.note(NoteKind::Comment, text, o, block, place)
                }
                None => self.note(NoteKind::Unknown, whole(o), o, block, place),
            },
        }
    }

    fn note(&mut self, kind: NoteKind, text: Part, o: &Outline, block: &[u8], place: (u64, u64)) {
        let first = o.first.of(block);
        match kind {
            NoteKind::LateStyle => self.found(place).push(0, 0, Defect::LateStyle),
            NoteKind::LateRegion => self.found(place).push(0, 0, Defect::LateRegion),
            NoteKind::Unknown if !is_keyword(first, b"STYLE") && !is_keyword(first, b"REGION") => {
                self.found(place).push(0, 0, Defect::UnknownBlock(Excerpt::new(first)));
            }
            _ => {}
        }
        self.ending(o, place);
        let index = self.counts.notes;
        self.counts.notes = index.saturating_add(1);
        let below = text.start >= o.body.start && o.body_lines > 0;
        let found = current(What::Note(kind), index, text, u64::from(below), o, place);
        self.set_current(found, o, block);
    }

    fn style(&mut self, o: &Outline, block: &[u8], place: (u64, u64)) {
        self.ending(o, place);
        let index = self.counts.styles;
        self.counts.styles = index.saturating_add(1);
        self.set_current(current(What::Style, index, o.body, 1, o, place), o, block);
    }

    fn region(&mut self, o: &Outline, block: &[u8], place: (u64, u64)) {
        let mut region = mem::take(&mut self.region);
        let (mut id, mut text) = (mem::take(&mut region.id), mem::take(&mut region.text));
        id.clear();
        text.clear();
        let body = o.body.of(block);
        normalize(body, &mut text);
        region = Region { id, text, index: self.counts.regions, ..Region::default() };
        region.span = whole(o).span(place.0, place.1);
        self.counts.regions = region.index.saturating_add(1);
        let mut found = self.found(place);
        region.collect(body, |at, defect| {
            let before = body.get(..at).unwrap_or_default();
            let pairs = before.windows(2).filter(|pair| pair == b"\r\n").count();
            let ends = before.iter().filter(|b| matches!(b, b'\n' | b'\r')).count();
            let lines = u64::try_from(ends.saturating_sub(pairs)).unwrap_or(u64::MAX);
            found.push(o.body.start.saturating_add(at), lines.saturating_add(1), defect);
        });
        if region.id.is_empty() {
            found.push(0, 0, Defect::RegionWithoutIdentifier);
        } else if !self.regions.define(&region.id) {
            region.repeated = true;
            let defect = Defect::RepeatedRegion(Excerpt::new(region.id.as_bytes()));
            self.found(place).push(0, 0, defect);
        }
        self.ending(o, place);
        self.region = region;
        self.set_current(current(What::Region, 0, Part::default(), 0, o, place), o, block);
    }
}

/// All lines of a block.
fn whole(o: &Outline) -> Part {
    Part { start: o.first.start, end: o.content_end }
}

/// Whether a line is a word and perhaps whitespace after it.
fn is_keyword(line: &[u8], word: &[u8]) -> bool {
    line.strip_prefix(word).is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
}

/// Where the text of a comment starts in its first line.
fn comment(line: &[u8]) -> Option<usize> {
    match line.strip_prefix(b"NOTE")? {
        [] => Some(line.len()),
        [b' ' | b'\t', ..] => Some("NOTE ".len()),
        _ => None,
    }
}

/// A block with a text that stands so many lines below its first one.
#[inline]
fn current(
    what: What,
    index: u64,
    text: Part,
    below: u64,
    o: &Outline,
    (offset, line): (u64, u64),
) -> Current {
    Current {
        what,
        index,
        span: whole(o).span(offset, line),
        text_span: text.span(offset, line.saturating_add(below)),
        parts: Parts { text, ..Parts::default() },
        offset,
        ..Current::default()
    }
}
