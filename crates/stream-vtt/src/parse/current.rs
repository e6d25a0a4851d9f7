//! The block that was parsed last, as places of its bytes: what a [`BlockRef`] is made of.
#![deny(clippy::arithmetic_side_effects)]

use super::Parser;
use super::hint::Hints;
use super::outline::{Outline, Part};
use crate::text::normalize;
use crate::{
    BlockRef, CueRef, Diagnostics, Header, NoteKind, NoteRef, Region, Settings, Span, StyleRef,
    Timestamp,
};

/// What a block is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum What {
    #[default]
    Header,
    Region,
    Style,
    Note(NoteKind),
    Cue,
}

/// Texts of a block. Those that it does not have are empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) id: Part,
    pub(super) settings: Part,
    pub(super) region: Part,
    pub(super) text: Part,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Current {
    pub(super) what: What,
    pub(super) index: u64,
    pub(super) span: Span,
    pub(super) text_span: Span,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) settings: Settings,
    /// Where the texts stand: in the block, or in the scratch text if they had to be decoded.
    pub(super) parts: Parts,
    pub(super) decoded: bool,
    /// Where the block starts in the file, and how many of its bytes hold its lines.
    pub(super) offset: u64,
    pub(super) content_end: usize,
}

impl Parser {
    /// Makes `current` the block that [`Parser::view`] shows.
    pub(super) fn set_current(&mut self, current: Current, o: &Outline, block: &[u8]) {
        self.current = current;
        self.settle(o, block);
    }

    /// Decodes the texts of the current block where they cannot be used as they stand.
    #[inline]
    pub(super) fn settle(&mut self, o: &Outline, block: &[u8]) {
        let current = &mut self.current;
        current.content_end = o.content_end;
        current.decoded =
            !o.clean || o.cr && memchr::memchr(b'\r', current.parts.text.of(block)).is_some();
        if current.decoded {
            self.decode(block);
        }
    }

    #[cold]
    fn decode(&mut self, block: &[u8]) {
        let scratch = &mut self.scratch;
        scratch.clear();
        let Parts { id, settings, region, text } = &mut self.current.parts;
        for part in [id, settings, region, text] {
            let start = scratch.len();
            normalize(part.of(block), scratch);
            *part = Part { start, end: scratch.len() };
        }
    }

    /// An upper bound, in bytes, of the texts of the block parsed last.
    #[inline]
    pub(crate) fn copy_size(&self) -> u64 {
        let size = match self.current.what {
            What::Header => self.header.text.len().saturating_add(self.header.lines.len()),
            What::Region => self.region.text.len().saturating_add(self.region.id.len()),
            _ if self.current.decoded => self.scratch.len(),
            _ => self.current.content_end,
        };
        u64::try_from(size).unwrap_or(u64::MAX)
    }

    /// The byte of the file at which the block parsed last starts.
    pub(crate) fn block_offset(&self) -> u64 {
        self.current.offset
    }

    /// Whether the block parsed last is a cue.
    #[inline]
    pub(crate) fn is_at_cue(&self) -> bool {
        self.current.what == What::Cue
    }

    /// The block parsed last. `bytes` are those of the file from [`Parser::block_offset`] on.
    #[inline]
    pub(crate) fn view<'a>(&'a self, bytes: &'a [u8]) -> BlockRef<'a> {
        let text = self.current.base(&self.hints, &self.scratch, bytes);
        self.current.show(&self.header, &self.region, text)
    }

    /// The block parsed last, which is a cue.
    #[inline(always)]
    pub(crate) fn view_cue<'a>(&'a self, bytes: &'a [u8]) -> CueRef<'a> {
        self.current.cue(self.current.base(&self.hints, &self.scratch, bytes))
    }

    /// The block parsed last, and where its defects go.
    pub(crate) fn view_and_diagnostics<'a>(
        &'a mut self,
        bytes: &'a [u8],
    ) -> (BlockRef<'a>, &'a mut Diagnostics) {
        let text = self.current.base(&self.hints, &self.scratch, bytes);
        (self.current.show(&self.header, &self.region, text), &mut self.diagnostics)
    }
}

impl Current {
    /// The text that the parts are places of.
    #[inline]
    fn base<'a>(&self, hints: &'a Hints, scratch: &'a str, bytes: &'a [u8]) -> &'a str {
        if self.decoded {
            return scratch;
        }
        match hints.text(self.offset, self.content_end) {
            Some(text) => text,
            // the block reaches back over what was checked last
            None => bytes
                .get(..self.content_end)
                .and_then(|block| simdutf8::basic::from_utf8(block).ok())
                .unwrap_or_default(),
        }
    }

    #[inline(always)]
    fn show<'a>(&self, header: &'a Header, region: &'a Region, base: &'a str) -> BlockRef<'a> {
        let Current { index, span, text_span, .. } = *self;
        let text = || self.parts.text.str_of(base);
        match self.what {
            What::Header => BlockRef::Header(header),
            What::Region => BlockRef::Region(region),
            What::Style => BlockRef::Style(StyleRef { index, text: text(), span, text_span }),
            What::Note(kind) => {
                BlockRef::Note(NoteRef { index, kind, text: text(), span, text_span })
            }
            What::Cue => BlockRef::Cue(self.cue(base)),
        }
    }

    #[inline(always)]
    fn cue<'a>(&self, base: &'a str) -> CueRef<'a> {
        CueRef {
            index: self.index,
            id: self.parts.id.str_of(base),
            start: self.start,
            end: self.end,
            settings: self.settings,
            settings_text: self.parts.settings.str_of(base),
            region: self.parts.region.str_of(base),
            text: self.parts.text.str_of(base),
            span: self.span,
            text_span: self.text_span,
        }
    }
}
