//! The text of cues in chunks, for what takes text by the piece: models, indexes, translators.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::VecDeque;

use stream_core::Result;
use stream_core::memory::Reservation;

use crate::markup::Markup;
use crate::{Reader, Timestamp};

/// How text is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextWindow {
    max: usize,
    boundary: Boundary,
    overlap: Overlap,
}

/// Where a chunk may end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Boundary {
    /// Behind a cue; within one only if it is longer than a chunk.
    #[default]
    Cue,
    /// Behind any word, or any character of a longer one.
    Word,
}

/// How much of a chunk the next one repeats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overlap {
    /// Nothing.
    #[default]
    None,
    /// The last bytes, at most so many: whole cues, or whole characters where chunks end anywhere.
    Bytes(usize),
    /// The last cues.
    Cues(usize),
}

impl TextWindow {
    /// Chunks of at most `max` bytes (at least 4, the longest character), cut behind cues, without overlap.
    pub fn new(max: usize) -> Self {
        TextWindow { max: max.max(4), boundary: Boundary::Cue, overlap: Overlap::None }
    }

    /// Ends chunks there.
    pub fn with_boundary(mut self, boundary: Boundary) -> Self {
        self.boundary = boundary;
        self
    }

    /// Repeats so much. Each chunk starts behind the start of the one before, whatever is asked for.
    pub fn with_overlap(mut self, overlap: Overlap) -> Self {
        self.overlap = overlap;
        self
    }
}

/// A piece of the text of a file: plain, as [`Tree::plain`](crate::Tree::plain) has it, cues joined by U+000A.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextChunk {
    /// The text.
    pub text: String,
    /// The byte of the whole text at which it starts.
    pub offset: u64,
    /// When the first of its cues starts: exactly, times are never interpolated.
    pub start: Timestamp,
    /// When the last of its cues ends.
    pub end: Timestamp,
    /// The first cue that it has text of, counted from 0.
    pub first_cue: u64,
    /// The last one.
    pub last_cue: u64,
}

/// The chunks of a reader's remaining cues. Cues without text are passed over.
///
/// Holds one chunk and the cue behind it, charged to the reader's budget.
pub struct TextChunks<'r> {
    reader: &'r mut Reader,
    window: TextWindow,
    markup: Markup,
    charge: Reservation,
    /// Text from `offset` on that is not behind yet, and the cues it comes from.
    text: String,
    offset: u64,
    cues: VecDeque<Piece>,
    ended: bool,
}

/// The place of a cue in the text that is held.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    end: usize,
    cue: u64,
    times: (Timestamp, Timestamp),
}

impl<'r> TextChunks<'r> {
    /// The chunks of what `reader` still has.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn new(reader: &'r mut Reader, window: TextWindow) -> Result<Self> {
        let budget = reader.context().budget().clone();
        Ok(TextChunks {
            window,
            markup: Markup::new(&budget)?,
            charge: budget.reserve(0)?,
            reader,
            text: String::new(),
            offset: 0,
            cues: VecDeque::new(),
            ended: false,
        })
    }

    /// Fills `chunk` with the next one, reusing its memory; false at the end.
    ///
    /// # Errors
    /// As [`Reader::next_block`].
    pub fn read_chunk(&mut self, chunk: &mut TextChunk) -> Result<bool> {
        while !self.ended && self.text.len() <= self.window.max {
            self.ended = !self.read_cue()?;
        }
        let cut = self.cut();
        let (Some(first), Some(last)) = (self.cue_at(0), self.cue_at(cut.saturating_sub(1))) else {
            return Ok(false);
        };
        chunk.text.clear();
        chunk.text.push_str(self.text.get(..cut).unwrap_or_default());
        chunk.offset = self.offset;
        (chunk.first_cue, chunk.last_cue) = (first.cue, last.cue);
        let inside = self.cues.iter().take_while(|piece| piece.at < cut);
        let times = inside.map(|piece| piece.times);
        let join =
            |a: (Timestamp, Timestamp), b: (Timestamp, Timestamp)| (a.0.min(b.0), a.1.max(b.1));
        (chunk.start, chunk.end) = times.reduce(join).unwrap_or_default();
        self.go_to(self.next_start(cut));
        Ok(true)
    }

    /// Appends the next cue's text; false after the last.
    fn read_cue(&mut self) -> Result<bool> {
        if !self.reader.advance()? {
            return Ok(false);
        }
        if self.reader.is_at_cue() {
            let cue = self.reader.view_cue();
            let plain = if Markup::is_in(cue.text) {
                self.markup.read(&cue, None)?;
                self.markup.plain.as_str()
            } else {
                cue.text
            };
            if !plain.is_empty() {
                // the text that is held, the caller's copy, and as much again while either grows
                let length = self.text.len().saturating_add(plain.len()).saturating_add(1);
                let places = self.cues.len().saturating_add(1).saturating_mul(size_of::<Piece>());
                let held = length.saturating_add(places).saturating_mul(4);
                let held = u64::try_from(held).unwrap_or(u64::MAX);
                if held > self.charge.bytes() {
                    self.charge.resize(held)?;
                }
                if !self.text.is_empty() {
                    self.text.push('\n');
                }
                let at = self.text.len();
                self.text.push_str(plain);
                let (end, times) = (self.text.len(), (cue.start, cue.end));
                self.cues.push_back(Piece { at, end, cue: cue.index, times });
            }
        }
        self.reader.delivered();
        Ok(true)
    }

    /// The cue that a byte of the text belongs to; a separator belongs to the cue before it.
    fn cue_at(&self, at: usize) -> Option<Piece> {
        let behind = self.cues.partition_point(|piece| piece.at <= at);
        self.cues.get(behind.saturating_sub(1)).copied()
    }

    /// Where the chunk that starts the text ends.
    fn cut(&self) -> usize {
        let max = self.window.max;
        if self.text.len() <= max {
            return self.text.len();
        }
        if self.window.boundary == Boundary::Cue
            && let Some(whole) = self.cues.iter().rev().find(|piece| piece.end <= max)
        {
            return whole.end;
        }
        let most = self.text.floor_char_boundary(max);
        let head = self.text.get(..most).unwrap_or_default();
        // a word that goes on right behind the cut belongs to the next chunk, unless nothing else is there
        let goes_on = self.text.get(most..).and_then(|rest| rest.chars().next());
        if goes_on.is_none_or(char::is_whitespace) {
            return most;
        }
        match head.rfind(char::is_whitespace) {
            Some(space) if space > 0 => space,
            _ => most,
        }
    }

    /// Where the chunk after the one that ends at `cut` starts: behind the start of this one.
    fn next_start(&self, cut: usize) -> usize {
        let rest = self.text.get(cut..).unwrap_or_default();
        // separators between chunks belong to none
        let fresh = self.text.len().saturating_sub(rest.trim_start().len());
        if self.ended && fresh >= self.text.len() {
            return self.text.len();
        }
        let repeated = match self.window.overlap {
            Overlap::None => return fresh,
            Overlap::Cues(count) => {
                let behind = self.cues.partition_point(|piece| piece.at < cut);
                self.cues.get(behind.saturating_sub(count)).map_or(fresh, |piece| piece.at)
            }
            Overlap::Bytes(count) => {
                let least = self.text.ceil_char_boundary(cut.saturating_sub(count));
                match self.window.boundary {
                    Boundary::Word => least,
                    Boundary::Cue => {
                        let first = self.cues.iter().find(|piece| piece.at >= least);
                        first.map_or(fresh, |piece| piece.at)
                    }
                }
            }
        };
        if repeated == 0 { fresh } else { repeated.min(fresh) }
    }

    /// Gives up what lies before `start`.
    fn go_to(&mut self, start: usize) {
        self.offset = self.offset.saturating_add(u64::try_from(start).unwrap_or(u64::MAX));
        self.text.drain(..start);
        while self.cues.front().is_some_and(|piece| piece.end <= start) {
            self.cues.pop_front();
        }
        for piece in &mut self.cues {
            piece.at = piece.at.saturating_sub(start);
            piece.end = piece.end.saturating_sub(start);
        }
    }
}

impl Iterator for TextChunks<'_> {
    type Item = Result<TextChunk>;

    fn next(&mut self) -> Option<Result<TextChunk>> {
        let mut chunk = TextChunk::default();
        self.read_chunk(&mut chunk).map(|more| more.then_some(chunk)).transpose()
    }
}
