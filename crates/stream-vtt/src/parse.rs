//! The WebVTT parser (WebVTT 6.1) as a machine without input or output of its own.
#![deny(clippy::arithmetic_side_effects)]

mod content;
mod current;
mod hint;
mod outline;
mod start;
mod timings;
mod usual;

use crate::region::{IDENTIFIER, Regions};
use crate::settings::Known;
use crate::text::GROWTH;
use crate::{BlockRef, Diagnostics, Header, Options, Region, Timestamp};
use current::Current;
use hint::{Ahead, Hints};
use outline::Outline;
pub(crate) use start::{encoding, is_signature, is_subrip};

/// What the machine says to the bytes it was given.
#[derive(Clone, Copy, Debug)]
pub enum Parsed<'a> {
    /// The next block.
    Block(BlockRef<'a>),
    /// It takes more bytes to tell.
    Input,
    /// The next block needs memory of so many bytes in all beside the input: [`Parser::allow`] it, and parse again.
    Memory(usize),
    /// The file is over.
    End,
    /// The file is not one that can be read.
    Refused(Refusal),
}

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It does not start with `WEBVTT` and a space, tab or line terminator (WebVTT 6.1).
    Signature,
    /// It is encoded in this way; WebVTT is always UTF-8.
    Encoding(&'static str),
}

/// The machine. It is given the bytes of a file from [`Parser::offset`] on, as many as there are at the time, and
/// answers with a block or asks for more. How the bytes are cut into pieces never changes what it answers.
///
/// Until a block is complete all its bytes have to stay: the machine keeps no copy.
///
/// ```
/// use stream_vtt::{BlockRef, Options, Parsed, Parser};
///
/// let file = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";
/// let mut parser = Parser::new(Options::default());
/// let mut texts = Vec::new();
/// loop {
///     let at = usize::try_from(parser.offset())?;
///     match parser.parse(&file[at..], true) {
///         Parsed::Block(BlockRef::Cue(cue)) => texts.push(cue.text.to_owned()),
///         Parsed::Block(_) => {}
///         Parsed::Memory(bytes) => parser.allow(bytes),
///         Parsed::Input | Parsed::End => break,
///         Parsed::Refused(why) => panic!("{why:?}"),
///     }
/// }
/// assert_eq!(texts, ["Hello"]);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug)]
pub struct Parser {
    options: Options,
    phase: Phase,
    offset: u64,
    line: u64,
    outline: Outline,
    current: Current,
    hints: Hints,
    seen_cue: bool,
    latest: Timestamp,
    regions: Regions,
    known: Known,
    counts: Counts,
    header: Header,
    region: Region,
    scratch: String,
    allowed: usize,
    /// What the header, a region and decoded texts may hold.
    decoding: usize,
    /// Whether the block that was found is taken already.
    taken: bool,
    diagnostics: Diagnostics,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Start,
    Header,
    Blocks,
    SubRip,
}

/// A place between two blocks behind the first cue, where no region is defined any more: all that a parser needs to go on
/// there and call blocks by the same numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) cues: u64,
    pub(crate) notes: u64,
    pub(crate) subrip: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    cues: u64,
    notes: u64,
    styles: u64,
    regions: u64,
}

/// What [`Parser::poll`] found, without borrowing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Poll {
    Block,
    Input,
    Memory(usize),
    End,
    Refused(Refusal),
}

impl Parser {
    /// A machine at the start of a file.
    pub fn new(options: Options) -> Self {
        Parser {
            options,
            phase: Phase::Start,
            offset: 0,
            line: 1,
            outline: Outline::default(),
            current: Current::default(),
            hints: Hints::default(),
            seen_cue: false,
            latest: Timestamp::default(),
            regions: Regions::default(),
            known: Known::default(),
            counts: Counts::default(),
            header: Header::default(),
            region: Region::default(),
            scratch: String::new(),
            allowed: 0,
            decoding: 0,
            taken: false,
            diagnostics: Diagnostics::new(options.kept),
        }
    }

    /// A machine that goes on at a mark of another one over the same file.
    pub(crate) fn at(mark: Mark, options: Options) -> Self {
        let mut parser = Parser::new(options);
        parser.phase = if mark.subrip { Phase::SubRip } else { Phase::Blocks };
        (parser.offset, parser.line, parser.seen_cue) = (mark.offset, mark.line, true);
        (parser.counts.cues, parser.counts.notes) = (mark.cues, mark.notes);
        parser
    }

    /// The place behind the block parsed last, which is a cue.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        let Counts { cues, notes, .. } = self.counts;
        let subrip = self.phase == Phase::SubRip;
        Mark { offset: self.offset, line: self.line, cues, notes, subrip }
    }

    /// The byte of the file from which on the machine wants to see them.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The line of that byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether the file turned out to be SubRip.
    pub fn is_subrip(&self) -> bool {
        self.phase == Phase::SubRip
    }

    /// What was unusual in the blocks so far.
    pub fn diagnostics(&self) -> &Diagnostics {
        &self.diagnostics
    }

    /// As [`Parser::diagnostics`], to take them out.
    pub fn diagnostics_mut(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }

    /// Lets the machine hold so many bytes.
    pub fn allow(&mut self, bytes: usize) {
        self.allowed = self.allowed.max(bytes);
    }

    /// Parses the next block from `input`: the bytes of the file from [`Parser::offset`] on, all of them if `end`.
    pub fn parse<'a>(&'a mut self, input: &'a [u8], end: bool) -> Parsed<'a> {
        let before = self.offset;
        match self.poll(input, end) {
            Poll::Block => {
                let from = |offset: u64| {
                    let at = usize::try_from(offset.saturating_sub(before)).unwrap_or(usize::MAX);
                    input.get(at..).unwrap_or_default()
                };
                self.take(from(self.offset));
                Parsed::Block(self.view(from(self.block_offset())))
            }
            Poll::Input => Parsed::Input,
            Poll::Memory(bytes) => Parsed::Memory(bytes),
            Poll::End => Parsed::End,
            Poll::Refused(why) => Parsed::Refused(why),
        }
    }

    /// Looks for the end of the next block, which then starts at [`Parser::offset`]: blank lines before it are behind.
    pub(crate) fn poll(&mut self, input: &[u8], end: bool) -> Poll {
        let mut input = input;
        if self.phase == Phase::Start {
            match self.start(input, end) {
                None => return Poll::Input,
                Some(Err(why)) => return Poll::Refused(why),
                // a byte order mark may be behind
                Some(Ok(mark)) => input = input.get(mark..).unwrap_or_default(),
            }
        }
        if self.outline.lines == 0 && self.phase != Phase::Header {
            let blank = self.skip_blank_lines(input, end);
            input = input.get(blank..).unwrap_or_default();
            if input.is_empty() {
                return if end { Poll::End } else { Poll::Input };
            }
            if self.usual_cue(input).is_some() {
                return Poll::Block;
            }
        }
        if !self.outline(input, end) {
            return Poll::Input;
        }
        match self.prepare(input) {
            Some(needed) => Poll::Memory(needed),
            None => Poll::Block,
        }
    }

    /// Checks the text of the outlined block, and how much memory it needs beside the input, with what is held already.
    /// Tells it where it is more than is allowed.
    fn prepare(&mut self, input: &[u8]) -> Option<usize> {
        let ahead = Ahead { bytes: input, base: self.offset };
        let held = self.hints.room(ahead).saturating_add(self.regions.bytes());
        let needed = held.saturating_add(self.decoding);
        if needed > self.allowed {
            return Some(needed);
        }
        self.outline.clean = self.hints.is_clean(ahead, self.outline.end);
        let block = input.get(..self.outline.end).unwrap_or_default();
        let first = self.outline.first.of(block);
        let owned = self.phase == Phase::Header || first.starts_with(b"REGION");
        if self.outline.clean && !self.outline.cr && !owned {
            return None;
        }
        // two copies at most, a region's settings and its identifier, or a value and what it is compared with; in strings
        // that grow by doubling
        let copies = block.len().saturating_mul(4 * GROWTH).saturating_add(IDENTIFIER);
        let decoding = self.decoding.max(copies);
        let needed = held.saturating_add(decoding);
        if needed > self.allowed {
            return Some(needed);
        }
        self.decoding = decoding;
        None
    }

    fn skip_blank_lines(&mut self, input: &[u8], end: bool) -> usize {
        let mut blank = 0usize;
        loop {
            let taken = match input.get(blank..) {
                Some([b'\n', ..]) => 1,
                Some([b'\r', b'\n', ..]) => 2,
                // a line feed may follow
                Some([b'\r']) if !end => break,
                Some([b'\r', ..]) => 1,
                _ => break,
            };
            blank = blank.saturating_add(taken);
            self.offset = self.offset.saturating_add(u64::try_from(taken).unwrap_or(0));
            self.line = self.line.saturating_add(1);
        }
        blank
    }
}
