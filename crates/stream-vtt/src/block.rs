//! What a file consists of, borrowed from where it was parsed and owned.

use crate::{Cue, CueRef, Header, Region};

/// A place in the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub offset: u64,
    /// How many bytes.
    pub length: u64,
    /// The line of the first byte, counted from 1.
    pub line: u64,
}

/// A block as the parser hands it out: borrowed from the bytes it was parsed from.
#[derive(Clone, Copy, Debug)]
pub enum BlockRef<'a> {
    /// The header: always the first block of a WebVTT file, never in SubRip.
    Header(&'a Header),
    /// A style sheet.
    Style(StyleRef<'a>),
    /// A region.
    Region(&'a Region),
    /// A comment, or a block that the rules ignore.
    Note(NoteRef<'a>),
    /// A cue.
    Cue(CueRef<'a>),
}

/// A block with memory of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// The header: always the first block of a WebVTT file, never in SubRip.
    Header(Header),
    /// A style sheet.
    Style(Style),
    /// A region.
    Region(Region),
    /// A comment, or a block that the rules ignore.
    Note(Note),
    /// A cue.
    Cue(Cue),
}

impl Default for Block {
    /// An empty cue, to be filled.
    fn default() -> Self {
        Block::Cue(Cue::default())
    }
}

/// A STYLE block (WebVTT 4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Which style sheet of the file it is, from 0.
    pub index: u64,
    /// The style sheet in CSS, lines joined by U+000A.
    pub text: String,
    /// Where the block stands.
    pub span: Span,
    /// Where the style sheet stands.
    pub text_span: Span,
}

/// A STYLE block, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StyleRef<'a> {
    /// Which style sheet of the file it is, from 0.
    pub index: u64,
    /// The style sheet in CSS, lines joined by U+000A.
    pub text: &'a str,
    /// Where the block stands.
    pub span: Span,
    /// Where the style sheet stands.
    pub text_span: Span,
}

/// A block that gives the player nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// Which of these blocks of the file it is, from 0.
    pub index: u64,
    /// What it is.
    pub kind: NoteKind,
    /// The comment's text without `NOTE`; all lines of any other block. Lines joined by U+000A.
    pub text: String,
    /// Where the block stands.
    pub span: Span,
    /// Where the text stands.
    pub text_span: Span,
}

/// A block that gives the player nothing, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoteRef<'a> {
    /// Which of these blocks of the file it is, from 0.
    pub index: u64,
    /// What it is.
    pub kind: NoteKind,
    /// The comment's text without `NOTE`; all lines of any other block. Lines joined by U+000A.
    pub text: &'a str,
    /// Where the block stands.
    pub span: Span,
    /// Where the text stands.
    pub text_span: Span,
}

/// Why a block gives the player nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// It is a comment: `NOTE` (WebVTT 4.1).
    #[default]
    Comment,
    /// Its timings cannot be read.
    BadCue,
    /// It is a style sheet after the first cue.
    LateStyle,
    /// It is a region after the first cue.
    LateRegion,
    /// It is none of the blocks that the rules know.
    Unknown,
}

impl NoteKind {
    /// A stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            NoteKind::Comment => "comment",
            NoteKind::BadCue => "bad_cue",
            NoteKind::LateStyle => "late_style",
            NoteKind::LateRegion => "late_region",
            NoteKind::Unknown => "unknown",
        }
    }
}

impl Note {
    /// Copies a borrowed note into this one's memory.
    pub(crate) fn copy_from(&mut self, note: &NoteRef<'_>) {
        self.index = note.index;
        self.kind = note.kind;
        self.span = note.span;
        self.text_span = note.text_span;
        replace(&mut self.text, note.text);
    }
}

impl Style {
    /// Copies a borrowed style sheet into this one's memory.
    pub(crate) fn copy_from(&mut self, style: &StyleRef<'_>) {
        self.index = style.index;
        self.span = style.span;
        self.text_span = style.text_span;
        replace(&mut self.text, style.text);
    }
}

/// Puts `new` into `text`, reusing its memory and never taking more than twice what is needed.
pub(crate) fn replace(text: &mut String, new: &str) {
    text.clear();
    text.push_str(new);
}
