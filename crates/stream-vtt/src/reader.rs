//! The typed reader: a [`Parser`] over a source.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod copy;

use std::ffi::OsStr;

use stream_core::memory::Reservation;
use stream_core::{Context, Error, ErrorKind, Progress, Result, Window};

use crate::parse::{Mark, Poll};
use crate::{Block, BlockRef, Cue, CueRef, Diagnostics, Options, Parser, Refusal, Span};

/// How far is read ahead where nothing else is asked for: many cues at once, and little enough to stay in a cache.
const AHEAD: usize = 128 << 10;

/// The least that is read ahead when the budget is small.
const LEAST: usize = 4 << 10;

/// No block is longer than this, whatever the budget: positions in a tree of cue text have 32 bits.
const LONGEST: usize = 1 << 30;

/// Reads the blocks of a WebVTT or SubRip file in order, from any source, forward only.
///
/// Holds one window over the file (128 KiB, or the context's chunk size), which grows, charged, for a block that is
/// longer; and, charged too, what a block's texts take once decoded or copied.
///
/// ```
/// use std::sync::Arc;
/// use stream_core::{Context, MemorySource, memory::Budget};
/// use stream_vtt::{Cue, Reader};
///
/// let file = b"WEBVTT\n\nintro\n00:01.000 --> 00:02.500 line:0\nHello, <b>world</b>\n";
/// let cx = Context::new(Arc::new(MemorySource::new(&file[..])), &Budget::new("example", 1 << 20));
/// let mut reader = Reader::open(cx)?;
/// let mut cue = Cue::default();
/// while reader.read_cue(&mut cue)? {
///     assert_eq!((cue.id.as_str(), cue.start.millis(), cue.end.millis()), ("intro", 1000, 2500));
///     assert_eq!(cue.text, "Hello, <b>world</b>");
/// }
/// assert!(reader.diagnostics().kept().is_empty());
/// # Ok::<(), stream_core::Error>(())
/// ```
pub struct Reader {
    window: Window,
    /// How far is read ahead.
    ahead: usize,
    parser: Parser,
    state: State,
    /// Whether the source has no bytes beyond the window.
    end: bool,
    /// What the parser may hold.
    held: Reservation,
    /// What the caller's copy of a block and its tree may hold.
    copies: Reservation,
    trees: Reservation,
    /// The cue's memory while the caller's block is something else.
    spare: Cue,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next block is to be parsed.
    Next,
    /// A block is parsed and not delivered yet.
    Parsed,
    Ended,
    Failed,
}

impl Reader {
    /// Opens a reader that stands before the first block, by the standard's rules; SubRip where the file's first lines
    /// or its name say so.
    ///
    /// # Errors
    /// As [`Reader::open_with`].
    pub fn open(cx: Context) -> Result<Self> {
        Self::open_with(cx, Options::default())
    }

    /// Opens a reader that stands before the first block.
    ///
    /// # Errors
    /// `Malformed` without WebVTT's signature (and not SubRip, and without recovery), `Unsupported` for UTF-16 and
    /// UTF-32, `OverBudget`, and what the source says.
    pub fn open_with(cx: Context, mut options: Options) -> Result<Self> {
        let extension = cx.source().path().and_then(|path| path.extension());
        options.named_subrip =
            extension.and_then(OsStr::to_str).is_some_and(|e| e.eq_ignore_ascii_case("srt"));
        let mut reader = Self::over(cx, Parser::new(options))?;
        reader.advance()?;
        Ok(reader)
    }

    /// A reader that goes on at a mark of another one over the same file.
    pub(crate) fn open_at(cx: Context, mark: Mark, options: Options) -> Result<Self> {
        Self::over(cx, Parser::at(mark, options))
    }

    fn over(cx: Context, parser: Parser) -> Result<Self> {
        let free = usize::try_from(cx.budget().available() / 4).unwrap_or(usize::MAX);
        let ahead = cx.fixed_chunk_size().unwrap_or(AHEAD).min(free).clamp(LEAST, 4 * AHEAD);
        let none = || cx.budget().reserve(0);
        Ok(Reader {
            held: none()?,
            copies: none()?,
            trees: none()?,
            window: Window::new(cx, ahead),
            ahead,
            parser,
            state: State::Next,
            end: false,
            spare: Cue::default(),
        })
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        self.window.context()
    }

    /// Whether the file is SubRip.
    pub fn is_subrip(&self) -> bool {
        self.parser.is_subrip()
    }

    /// What was unusual so far.
    pub fn diagnostics(&self) -> &Diagnostics {
        self.parser.diagnostics()
    }

    /// As [`Reader::diagnostics`], to take them out.
    pub fn diagnostics_mut(&mut self) -> &mut Diagnostics {
        self.parser.diagnostics_mut()
    }

    /// Lines and bytes behind the reader, and how many bytes there are.
    pub fn progress(&self) -> Progress {
        let total = self.context().source().size();
        Progress { done: self.parser.offset(), total, complete: self.state == State::Ended }
    }

    /// The line the reader stands at, from 1.
    pub fn line(&self) -> u64 {
        self.parser.line()
    }

    /// The next block, borrowed from the window; `None` at the end.
    ///
    /// # Errors
    /// `OverBudget` when a block is longer than the budget allows, resumable; `Truncated` where the source became
    /// shorter than it was; `Cancelled`, resumable; and what the source says.
    pub fn next_block(&mut self) -> Result<Option<BlockRef<'_>>> {
        if !self.advance()? {
            return Ok(None);
        }
        self.delivered();
        Ok(Some(self.view()))
    }

    /// The next cue, borrowed from the window; blocks before it are passed over. `None` at the end.
    ///
    /// # Errors
    /// As [`Reader::next_block`].
    pub fn next_cue(&mut self) -> Result<Option<CueRef<'_>>> {
        while self.advance()? {
            self.delivered();
            if self.is_at_cue() {
                return Ok(Some(self.view_cue()));
            }
        }
        Ok(None)
    }

    /// The remaining blocks, each with memory of its own. [`Reader::read_block`] reuses one instead.
    pub fn blocks(&mut self) -> impl Iterator<Item = Result<Block>> + '_ {
        std::iter::from_fn(|| {
            let mut block = Block::default();
            self.read_block(&mut block).map(|more| more.then_some(block)).transpose()
        })
    }

    /// The remaining cues, each with memory of its own. [`Reader::read_cue`] reuses one instead.
    pub fn cues(&mut self) -> impl Iterator<Item = Result<Cue>> + '_ {
        std::iter::from_fn(|| {
            let mut cue = Cue::default();
            self.read_cue(&mut cue).map(|more| more.then_some(cue)).transpose()
        })
    }

    /// Parses the next block unless one is waiting; false at the end.
    #[inline]
    pub(crate) fn advance(&mut self) -> Result<bool> {
        match self.state {
            State::Next => {}
            State::Parsed => return Ok(true),
            State::Ended | State::Failed => return Ok(false),
        }
        loop {
            let bytes = self.window.held_slice(self.parser.offset());
            match self.parser.poll(bytes, self.end) {
                Poll::Block => {
                    self.parser.take(self.window.held_slice(self.parser.offset()));
                    self.state = State::Parsed;
                    return Ok(true);
                }
                other => {
                    let result = self.provide(other);
                    if let Err(error) = &result
                        && !error.resumable()
                    {
                        self.state = State::Failed;
                    }
                    if self.state == State::Ended {
                        return Ok(false);
                    }
                    result?;
                }
            }
        }
    }

    /// Gives the parser what it asks for, or ends.
    #[cold]
    fn provide(&mut self, poll: Poll) -> Result<()> {
        match poll {
            Poll::Memory(bytes) => {
                self.held.resize(u64::try_from(bytes).unwrap_or(u64::MAX))?;
                self.parser.allow(bytes);
                Ok(())
            }
            Poll::Refused(Refusal::Signature) => Err(Error::malformed(
                0,
                "signature: expected \"WEBVTT\" and a space, tab or line terminator (WebVTT 6.1)",
            )),
            Poll::Refused(Refusal::Encoding(name)) => Err(Error::new(
                ErrorKind::Unsupported,
                format!("encoding: expected UTF-8 (WebVTT 4.1), found {name}"),
            )
            .at(0)),
            Poll::Input if !self.end => self.fill(),
            _ => self.close(),
        }
    }

    /// Reads on. A window that is full of one block grows.
    fn fill(&mut self) -> Result<()> {
        let offset = self.parser.offset();
        let held = self.window.held_slice(offset).len();
        if held >= LONGEST {
            let message =
                format!("block at line {} is longer than {LONGEST} bytes", self.parser.line());
            return Err(Error::new(ErrorKind::Unsupported, message).at(offset));
        }
        if held < self.ahead {
            let want = held.saturating_add(1);
            self.end = self.window.at(offset, want)?.len() < want;
            return Ok(());
        }
        // a block longer than the window: twice as much at once, so that growing stays cheap, or what there is
        let (double, some) = (held.saturating_mul(2), held.saturating_add(held / 4));
        for want in [double, some] {
            match self.window.at(offset, want) {
                Ok(bytes) => {
                    self.end = bytes.len() < want;
                    return Ok(());
                }
                Err(refused) if refused.kind() == ErrorKind::OverBudget => {
                    if want == some {
                        return Err(self.too_long(&refused, offset, held));
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn too_long(&self, refused: &Error, offset: u64, held: usize) -> Error {
        let line = self.parser.line();
        let message =
            format!("block at line {line} is longer than {held} bytes: {}", refused.message());
        let error = Error::new(ErrorKind::OverBudget, message).at(offset).as_resumable();
        match refused.over_budget() {
            Some(refusal) => error.with_source(refusal.clone()),
            None => error,
        }
    }

    /// The end of the file, unless it became shorter than it was.
    fn close(&mut self) -> Result<()> {
        let offset = self.parser.offset();
        let end = offset.saturating_add(
            u64::try_from(self.window.held_slice(offset).len()).unwrap_or(u64::MAX),
        );
        match self.context().source().size() {
            Some(size) if end < size => {
                let missing = usize::try_from(size.saturating_sub(end)).unwrap_or(usize::MAX);
                Err(self.context().ended(end, missing, 0))
            }
            _ => {
                self.state = State::Ended;
                Ok(())
            }
        }
    }

    /// The block that [`Reader::advance`] parsed.
    #[inline]
    pub(crate) fn view(&self) -> BlockRef<'_> {
        self.parser.view(self.window.held_slice(self.parser.block_offset()))
    }

    /// The same, which is a cue.
    #[inline]
    pub(crate) fn view_cue(&self) -> CueRef<'_> {
        self.parser.view_cue(self.window.held_slice(self.parser.block_offset()))
    }

    /// The block that [`Reader::advance`] parsed, and where its defects go.
    #[inline]
    pub(crate) fn view_and_diagnostics(&mut self) -> (BlockRef<'_>, &mut Diagnostics) {
        let bytes = self.window.held_slice(self.parser.block_offset());
        self.parser.view_and_diagnostics(bytes)
    }

    /// Bytes of the block at hand.
    pub(crate) fn bytes(&self, span: Span) -> &[u8] {
        let length = usize::try_from(span.length).unwrap_or(usize::MAX);
        self.window.held_slice(span.offset).get(..length).unwrap_or_default()
    }

    /// The place behind the cue at hand.
    #[inline]
    pub(crate) fn mark(&self) -> Mark {
        self.parser.mark()
    }

    #[inline]
    pub(crate) fn is_at_cue(&self) -> bool {
        self.parser.is_at_cue()
    }

    /// Says that the parsed block is with the caller.
    #[inline]
    pub(crate) fn delivered(&mut self) {
        self.state = State::Next;
    }
}
