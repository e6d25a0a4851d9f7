//! The walk over a file's elements.
//!
//! Headers are decoded here rather than by `dicom-parser`: its lazy reader takes a file cut in half for whole, reads through a cursor,
//! and takes more than twice the time a small file. Tags, VRs, the registry of elements, transfer syntaxes and codecs are
//! `dicom-rs`'s (`dicom-core`, `-dictionary-std`, `-encoding`, `-transfer-syntax-registry`).
#![deny(clippy::arithmetic_side_effects)]

mod data_set;
mod deliver;
mod end;
mod levels;
mod scope;
mod sequence;
mod start;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stream_core::{Access, ChargedVec, Context, Error, ErrorKind, Progress, Result};

use crate::header::{self, Header, LONGEST};
use crate::input::Input;
use crate::input::inflate::Inflated;
use crate::path::Step;
use crate::pixel_data::{PixelData, read_exact};
use crate::{
    Defect, Deviation, Element, Encoding, FileMeta, ImageFacts, Options, Tag, TransferSyntax,
};
use levels::{Level, LevelKind, Order};
use scope::Scopes;
pub(crate) use start::is_element;

/// A file that is wrong everywhere is described well enough by its first thousand faults.
const KEPT: usize = 1000;

/// Reads a file's elements in file order, nested ones behind the sequence and item that hold them.
///
/// Holds its read-ahead (16 KiB), short values, and 80 bytes for each item that is open with its sequence; a deflated file 144 KiB
/// more. Pixel data and other long values are never read.
///
/// ```
/// # fn main() -> stream_core::Result<()> {
/// # let bytes = b"\x08\0\x60\0CS\x02\0MR\x10\0\x10\0PN\x04\0A^B ";
/// # let source = std::sync::Arc::new(stream_core::MemorySource::new(&bytes[..]));
/// # let cx = stream_core::Context::new(source, &stream_memory::Budget::new("doc", 1 << 20));
/// let mut reader = stream_dicom::Reader::open(cx.clone())?;
/// let mut element = stream_dicom::Element::new(&cx);
/// while reader.read_element(&mut element)? {
///     if let Some(text) = element.value().as_text() {
///         println!("{} {} {text}", element.path(), element.vr());
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Reader {
    cx: Context,
    options: Options,
    input: Input,
    /// Where the next header starts.
    pos: u64,
    /// Where the last header started.
    last: u64,
    encoding: Encoding,
    phase: Phase,
    meta: FileMeta,
    /// Where the group length of the meta information starts to count.
    meta_start: Option<u64>,
    syntax: Option<TransferSyntax>,
    inflated: Option<Arc<Inflated>>,
    levels: ChargedVec<Level>,
    steps: ChargedVec<Step>,
    root: Order,
    scopes: Scopes,
    deviations: ChargedVec<Deviation>,
    deviation_count: u64,
    /// A value that was skipped although nothing says yet that the source has it.
    skipped: Option<Header>,
    /// What ends the walk at the next call: the element before it was still whole enough to be delivered.
    pending: Option<Error>,
    pixel_data: Option<PixelData>,
    id: u64,
    delivered: u64,
    /// The least number of open items since the last delivery.
    low: usize,
    /// Whether fragments were passed without being counted.
    passed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Meta,
    DataSet,
    /// The clean end.
    Ended,
    /// After a final error.
    Failed,
}

/// What one step of the walk came to.
enum Outcome {
    Delivered,
    Again,
    End,
}

impl Reader {
    /// Opens a file with the default [`Options`]; stands before its first element.
    ///
    /// # Errors
    /// `Malformed` when neither `DICM` nor an element stands where DICOM has them, `Truncated` for an empty file,
    /// `OverBudget` and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        Self::with_options(cx, Options::default())
    }

    /// As [`Reader::open`], with `options`.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn with_options(cx: Context, options: Options) -> Result<Self> {
        static IDS: AtomicU64 = AtomicU64::new(1);
        let budget = cx.budget().clone();
        // what a forward source cannot read again must not be read ahead
        let options = match cx.source().access() {
            Access::Random => options,
            Access::Forward { window } => {
                let half = usize::try_from(window >> 1).unwrap_or(usize::MAX);
                Options { read_ahead: options.read_ahead.min(half), ..options }
            }
        };
        // headers and short values are looked at in one piece
        let options = Options { read_ahead: options.read_ahead.max(256), ..options };
        let limit = options.read_ahead.checked_div(2).unwrap_or(0);
        let options = Options { value_limit: options.value_limit.min(limit), ..options };
        let mut reader = Self {
            input: Input::new(cx.clone(), 0, options.read_ahead)?,
            cx,
            options,
            pos: 0,
            last: 0,
            encoding: Encoding::EXPLICIT_LITTLE,
            phase: Phase::Meta,
            meta: FileMeta::default(),
            meta_start: None,
            syntax: None,
            inflated: None,
            levels: ChargedVec::new(&budget),
            steps: ChargedVec::new(&budget),
            root: Order::default(),
            scopes: Scopes::new(&budget),
            deviations: ChargedVec::new(&budget),
            deviation_count: 0,
            skipped: None,
            pending: None,
            pixel_data: None,
            id: IDS.fetch_add(1, Ordering::Relaxed),
            delivered: 0,
            low: 0,
            passed: false,
        };
        reader.start().map_err(|e| e.with_format("dicom"))?;
        Ok(reader)
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// File Meta Information, complete once the first element of the data set was read.
    pub fn meta(&self) -> &FileMeta {
        &self.meta
    }

    /// The transfer syntax that the meta information states, if PS3.6 registers it; `None` before the data set.
    pub fn syntax(&self) -> Option<TransferSyntax> {
        self.syntax
    }

    /// How the element read last is encoded.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// What the data set at hand has said of its image so far.
    pub fn image(&self) -> &ImageFacts {
        self.scopes.facts(self.steps.len())
    }

    /// The pixel data, when the element read last is such: Pixel Data, Float or Double Float Pixel Data, at any depth.
    pub fn pixel_data(&self) -> Option<&PixelData> {
        self.pixel_data.as_ref()
    }

    /// The first thousand rules that the file broke, in file order.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// How many rules the file broke, kept or not.
    pub fn deviation_count(&self) -> u64 {
        self.deviation_count
    }

    /// Whether the end was reached without an error.
    pub fn is_complete(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// How far the walk is, in bytes of the file.
    pub fn progress(&self) -> Progress {
        // what was skipped may not be there
        let done = match &self.inflated {
            Some(inflated) => inflated.consumed(),
            None if self.is_complete() => self.pos,
            None => self.last,
        };
        let total = self.cx.source().size();
        let done = total.map_or(done, |total| done.min(total));
        Progress { done, total, complete: self.is_complete() }
    }

    /// Fills `element` with the next element, item or fragment, reusing its memory; `Ok(false)` at the end.
    ///
    /// An element that is cut short by the end of the file is delivered with its header and without its value; the error
    /// comes with the next call.
    ///
    /// # Errors
    /// `Truncated`, `Malformed` or `Unsupported` with the offset; `OverBudget` and `Cancelled`, both resumable; `Io`. After one
    /// that is not resumable, the end.
    pub fn read_element(&mut self, element: &mut Element) -> Result<bool> {
        self.read(element).map_err(|e| {
            if !e.resumable() {
                self.phase = Phase::Failed;
            }
            let mut path = String::new();
            // writing to a string does not fail; the path of the data set that is open says where the error is
            for (i, step) in self.steps.iter().take(16).enumerate() {
                let slash = if i > 0 { "/" } else { "" };
                path.push_str(&format!("{slash}{}[{}]", step.tag, step.item));
            }
            let e = e.with_format("dicom");
            if path.is_empty() { e } else { e.in_entry(path) }
        })
    }

    /// The remaining elements, each in memory of its own. [`Reader::read_element`] reuses one instead.
    pub fn elements(&mut self) -> impl Iterator<Item = Result<Element>> {
        std::iter::from_fn(move || {
            let mut element = Element::new(&self.cx);
            self.read_element(&mut element).map(|more| more.then_some(element)).transpose()
        })
    }

    /// Reads bytes `from..` of an element's value into `buf`, however long the value is, and says how many: fewer than
    /// asked for only at the value's end. Sequences have no bytes.
    ///
    /// # Errors
    /// `Truncated` where the file ends within the value; `Passed` where the source only goes forward, as a deflated data set
    /// does; `Cancelled`, `Io`.
    pub fn read_value(&self, element: &Element, from: u64, buf: &mut [u8]) -> Result<usize> {
        let length =
            element.length().filter(|_| !element.kind().is_sequence()).map_or(0, u64::from);
        let left = usize::try_from(length.saturating_sub(from)).unwrap_or(usize::MAX);
        let len = buf.len().min(left);
        let Some(buf) = buf.get_mut(..len) else { return Ok(0) };
        let (cx, base) = self.value_source(element);
        let at = element.value_offset().saturating_add(from);
        read_exact(&cx, base, at, buf).map_err(|e| e.with_format("dicom"))?;
        Ok(len)
    }

    fn read(&mut self, element: &mut Element) -> Result<bool> {
        if let Some(error) = self.pending.take() {
            return Err(error);
        }
        if matches!(self.phase, Phase::Ended | Phase::Failed) {
            return Ok(false);
        }
        self.check_skipped()?;
        // everything that can be refused is asked for before anything moves
        self.levels.room(2)?;
        self.steps.room(1)?;
        self.scopes.room()?;
        element.prepare(self.steps.len().saturating_add(1), self.options.value_limit)?;
        loop {
            match self.step(element)? {
                Outcome::Delivered => return Ok(true),
                Outcome::Again => {}
                Outcome::End => {
                    self.phase = Phase::Ended;
                    return Ok(false);
                }
            }
        }
    }

    fn step(&mut self, element: &mut Element) -> Result<Outcome> {
        while self.levels.last().is_some_and(|top| self.pos >= top.end) {
            self.pop();
        }
        let top = self.levels.last().copied();
        if self.phase == Phase::Meta && top.is_none() && self.meta_ends()? {
            self.begin_data_set()?;
        }
        let bytes = self.input.peek(self.pos, LONGEST)?;
        let Some(header) = header::parse(bytes, self.encoding) else {
            return self.at_end();
        };
        let rest = top.map_or(u64::MAX, |top| top.end.saturating_sub(self.pos));
        if rest < u64::from(header.size) {
            self.deviate(Defect::RestInParent { found: rest }, header::ITEM);
            self.pos = self.pos.saturating_add(rest);
            return Ok(Outcome::Again);
        }
        self.last = self.pos;
        match top.map(|top| top.kind) {
            Some(LevelKind::Sequence) => self.in_sequence(header, element),
            Some(LevelKind::Fragments) => self.in_fragments(header, element),
            Some(LevelKind::Item) | None => self.in_data_set(header, element),
        }
    }

    fn deviate(&mut self, defect: Defect, tag: Tag) {
        self.deviate_at(defect, tag, self.pos);
    }

    pub(crate) fn deviate_at(&mut self, defect: Defect, tag: Tag, offset: u64) {
        self.deviation_count = self.deviation_count.saturating_add(1);
        if self.deviations.len() < KEPT {
            // where the budget refuses, it is counted and not kept
            let _ = self.deviations.push(Deviation { defect, tag, offset });
        }
    }

    /// Whether the data set is deflated, so that its bytes have no place in the file.
    pub(crate) fn is_inflating(&self) -> bool {
        self.inflated.is_some()
    }

    pub(crate) fn max_depth(&self) -> usize {
        self.options.max_depth
    }

    /// Where an element's value is read: a context, and the position of its first byte.
    pub(crate) fn value_source(&self, element: &Element) -> (Context, u64) {
        if element.is_meta() {
            return (self.cx.clone(), 0);
        }
        (self.input.context().clone(), self.input.base())
    }

    /// Goes on at the fragment or delimiter at `pos`, when that lies ahead among the fragments at hand.
    pub(crate) fn pass_fragments(&mut self, pos: u64) {
        let among = self.levels.last().is_some_and(|top| top.kind == LevelKind::Fragments);
        if among && pos > self.pos {
            self.passed = true;
            self.pos = pos;
        }
    }

    /// An offset of the file for a position of the walk: inflated bytes have none, so there it is how far inflation came.
    fn place(&self, pos: u64) -> u64 {
        match &self.inflated {
            Some(inflated) if pos >= self.input.base() => inflated.consumed(),
            _ => pos,
        }
    }

    fn too_deep(&self) -> Error {
        let limit = self.options.max_depth;
        Error::new(ErrorKind::Unsupported, format!("items nested deeper than {limit}"))
            .at(self.place(self.pos))
    }

    fn skip_header(&mut self, header: &Header) {
        self.pos = self.pos.saturating_add(u64::from(header.size));
    }
}
