//! Where a block ends and what its lines are: the loop of "collect a WebVTT block" (WebVTT 6.1), which can stop at any
//! byte and go on when there are more.
#![deny(clippy::arithmetic_side_effects)]

use super::hint::Ahead;
use super::{Parser, Phase, timings};
use crate::{Recovery, Span};

/// A range of the block's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Part {
    #[inline]
    pub(super) fn of<'a>(&self, block: &'a [u8]) -> &'a [u8] {
        block.get(self.start..self.end).unwrap_or_default()
    }

    #[inline]
    pub(super) fn str_of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// Its place in the file, for a block at `offset`; it starts on `line`.
    #[inline]
    pub(super) fn span(&self, offset: u64, line: u64) -> Span {
        Span {
            offset: offset.saturating_add(u64::try_from(self.start).unwrap_or(u64::MAX)),
            length: u64::try_from(self.end.saturating_sub(self.start)).unwrap_or(u64::MAX),
            line,
        }
    }
}

/// Why a block ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    /// A blank line.
    #[default]
    Blank,
    /// A line with `-->`, which starts the next block.
    Arrow,
    /// The end of the file, after a line terminator.
    End,
    /// The end of the file, in the middle of a line.
    Cut,
}

/// The lines of a block. All positions count from its first byte.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outline {
    /// Where the next line starts.
    scan: usize,
    /// Before this, that line has no terminator.
    searched: usize,
    /// Lines that belong to the block.
    pub(super) lines: u64,
    pub(super) first: Part,
    /// The timings line, and which line it is: the first or the second; 0 where there is none.
    pub(super) timings: Part,
    pub(super) timings_line: u64,
    /// The lines after the first one, or after the timings.
    pub(super) body: Part,
    pub(super) body_lines: u64,
    last: Part,
    before_last: usize,
    /// Where the block's last line ends.
    pub(super) content_end: usize,
    /// Where the block ends, with its blank line.
    pub(super) end: usize,
    pub(super) blank_lines: u64,
    pub(super) why: Why,
    /// Whether a line ends in U+000D.
    pub(super) cr: bool,
    /// Whether it is UTF-8 without U+0000.
    pub(super) clean: bool,
    done: bool,
}

impl Outline {
    /// A block whose first line starts after so many bytes.
    pub(super) fn after(bytes: usize) -> Self {
        Outline { scan: bytes, searched: bytes, ..Outline::default() }
    }

    /// Makes it the outline of the next block.
    #[inline]
    pub(super) fn reset(&mut self) {
        (self.scan, self.searched) = (0, 0);
        (self.lines, self.timings_line, self.body_lines, self.blank_lines) = (0, 0, 0, 0);
        (self.cr, self.done) = (false, false);
        self.last = Part::default();
    }

    fn finish(&mut self, why: Why, end: usize) {
        self.why = why;
        self.end = end;
        self.done = true;
    }

    fn add_body(&mut self, line: Part) {
        if self.body_lines == 0 {
            self.body = line;
        }
        self.before_last = self.body.end;
        self.body.end = line.end;
        self.last = line;
        self.body_lines = self.body_lines.saturating_add(1);
    }

    /// Gives the last line back, to be the identifier of the cue that follows without a blank line.
    fn give_back_last(&mut self) {
        let start = self.last.start;
        self.lines = self.lines.saturating_sub(1);
        self.body_lines = self.body_lines.saturating_sub(1);
        self.content_end = match (self.body_lines, self.timings_line) {
            (0, 0) => self.first.end,
            (0, _) => self.timings.end,
            _ => self.before_last,
        };
        self.body.end = if self.body_lines == 0 { self.body.start } else { self.before_last };
        self.finish(Why::Arrow, start);
    }
}

impl Parser {
    /// Whether times are read as they were meant, and `-->` in a text is text.
    pub(super) fn is_lenient(&self) -> bool {
        self.options.recovery == Recovery::On || self.phase == Phase::SubRip
    }

    /// Goes on with the outline of the block at the start of `bytes`; true once it is complete.
    #[inline]
    pub(super) fn outline(&mut self, bytes: &[u8], end: bool) -> bool {
        let input = Ahead { bytes, base: self.offset };
        let header = self.phase == Phase::Header;
        while !self.outline.done {
            let start = self.outline.scan;
            let line = match self.hints.line(input, start.max(self.outline.searched), end) {
                Ok(line) => line,
                Err(searched) => {
                    self.outline.searched = searched;
                    return false;
                }
            };
            let part = Part { start, end: line.end };
            let number = self.outline.lines.saturating_add(1);
            let signature = header && number == 1;
            let arrow = !signature && self.hints.arrow(input, start) < line.end;
            // a block's first line is its timings, or its identifier with the timings below
            let head = !header && (number == 1 || number == 2 && self.outline.timings_line == 0);
            let text = arrow && !head && self.is_arrow_text(part.of(bytes));
            let o = &mut self.outline;
            if arrow && head {
                o.timings = part;
                o.timings_line = number;
                // a body without lines stands where its first line would
                o.body = Part { start: line.next, end: line.next };
            } else if arrow && !text {
                self.end_at_arrow(bytes, start);
                break;
            } else if start == line.end && !signature {
                o.blank_lines = u64::from(line.terminated);
                o.finish(if line.terminated { Why::Blank } else { Why::End }, line.next);
                break;
            } else if number > 1 {
                self.outline.add_body(part);
            }
            let o = &mut self.outline;
            if number == 1 {
                o.first = part;
                if o.timings_line == 0 {
                    o.body = Part { start: line.next, end: line.next };
                }
            }
            o.lines = number;
            o.cr |= line.cr;
            o.content_end = line.end;
            o.scan = line.next;
            o.searched = line.next;
            if !line.terminated {
                o.finish(Why::Cut, line.next);
            }
        }
        true
    }

    /// Whether a line with `-->` that cannot be a block's timings line is nevertheless only text.
    fn is_arrow_text(&self, line: &[u8]) -> bool {
        self.is_lenient() && self.phase != Phase::Header && !timings::is_timings(line)
    }

    fn end_at_arrow(&mut self, bytes: &[u8], start: usize) {
        let lenient = self.is_lenient() && self.phase != Phase::Header;
        let o = &mut self.outline;
        let last = o.last.of(bytes).trim_ascii();
        let number = !last.is_empty() && last.iter().all(u8::is_ascii_digit);
        if lenient && o.body_lines > 0 && number {
            o.give_back_last();
        } else {
            o.finish(Why::Arrow, start);
        }
    }
}
