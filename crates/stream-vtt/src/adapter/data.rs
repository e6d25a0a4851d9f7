//! The text of entries as chunks of bytes.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memchr2;
use stream_core::memory::Buf;
use stream_core::{
    ChargedString, Chunk, ChunkPlan, Chunks, Context, Error, ErrorKind, Form, Request, Result,
    no_such_entry,
};

use super::Adapter;
use super::fill::push_path;
use crate::text::{GROWTH, normalize};
use crate::{BlockRef, Reader, Span};

/// Where the text of a block stands; a region's are its settings, a header's its lines.
fn place(block: &BlockRef<'_>) -> Span {
    match block {
        BlockRef::Header(header) => header.span,
        BlockRef::Style(style) => style.text_span,
        BlockRef::Region(region) => region.span,
        BlockRef::Note(note) => note.text_span,
        BlockRef::Cue(cue) => cue.text_span,
    }
}

impl Adapter {
    /// The data of the requested entries, in the order in which they are asked for.
    pub(super) fn data(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        if !matches!(request.form, Form::Stored | Form::Bytes) {
            let message = "form: text has no other than its own";
            return Err(Error::new(ErrorKind::Request, message));
        }
        // any bounds fit: what lies behind the end is cut off
        request.region.resolve(&[0])?;
        let mut texts = Texts {
            cx: self.reader.context().clone(),
            spans: Vec::new(),
            request: request.clone(),
            held: None,
            next: 0,
            current: None,
            size: request.chunk_size.unwrap_or(self.reader.context().chunk_size()).max(1),
        };
        let mut wanted: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, path) in request.entries.iter().enumerate() {
            wanted.entry(path).or_default().push(index);
        }
        texts.spans.resize(request.entries.len(), None);
        let mut last = ChargedString::new(texts.cx.budget());
        if self.at_hand {
            push_path(&mut last, &self.reader.view())?;
        }
        if self.at_hand
            && let Some(indices) = wanted.remove(last.as_str())
        {
            let span = place(&self.reader.view());
            set(&mut texts.spans, &indices, span);
            // of a source that only goes forward the bytes may be gone when they are asked for
            texts.held = Some((span, copy(self.reader.bytes(span), &texts.cx)?));
        }
        if !wanted.is_empty() {
            self.locate(&wanted, &mut texts.spans)?;
        }
        Ok(Box::new(texts))
    }

    /// Walks over the file once more to find entries other than the last.
    fn locate(&self, wanted: &HashMap<&str, Vec<usize>>, spans: &mut [Option<Span>]) -> Result<()> {
        let cx = self.reader.context();
        let first = wanted.keys().next().copied().unwrap_or_default();
        if !cx.is_random() {
            let message =
                format!("entry {first} is not the one at hand, and the source only goes forward");
            let at = self.reader.progress().done;
            return Err(Error::new(ErrorKind::Passed, message).in_entry(first).at(at));
        }
        let mut path = ChargedString::new(cx.budget());
        let mut reader = match self.marks.before(wanted.keys().copied()) {
            Some(mark) => Reader::open_at(cx.clone(), mark, self.options)?,
            None => Reader::open_with(cx.clone(), self.options)?,
        };
        let mut missing = wanted.len();
        while missing > 0 {
            let Some(block) = reader.next_block()? else {
                let absent = wanted.iter().find(|(_, indices)| {
                    indices.iter().any(|&index| spans.get(index).is_some_and(Option::is_none))
                });
                return Err(no_such_entry(absent.map_or(first, |(path, _)| path)));
            };
            path.clear();
            push_path(&mut path, &block)?;
            if let Some(indices) = wanted.get(path.as_str()) {
                let span = place(&block);
                set(spans, indices, span);
                missing = missing.saturating_sub(1);
            }
        }
        Ok(())
    }
}

fn set(spans: &mut [Option<Span>], indices: &[usize], span: Span) {
    for &index in indices {
        if let Some(place) = spans.get_mut(index) {
            *place = Some(span);
        }
    }
}

/// A charged copy of bytes.
fn copy(bytes: &[u8], cx: &Context) -> Result<Buf> {
    let mut buf = cx.buf(bytes.len())?;
    buf.copy_from_slice(bytes);
    Ok(buf)
}

/// The texts of entries, one after the other.
struct Texts {
    cx: Context,
    spans: Vec<Option<Span>>,
    request: Request,
    size: usize,
    /// Bytes of the file that are in memory already.
    held: Option<(Span, Buf)>,
    /// The entry that comes next.
    next: usize,
    current: Option<Text>,
}

/// The text of an entry, of which `at..end` is still to be delivered.
struct Text {
    entry: usize,
    bytes: Buf,
    at: usize,
    end: usize,
}

impl Texts {
    /// The text at `span` in the form that is asked for.
    fn text(&mut self, span: Span) -> Result<Buf> {
        let bytes = match self.held.take().filter(|(held, _)| *held == span) {
            Some((_, bytes)) => bytes,
            None => {
                let mut buf = self.cx.buf(usize::try_from(span.length).unwrap_or(usize::MAX))?;
                self.cx.read_exact_at(span.offset, &mut buf)?;
                buf
            }
        };
        let plain =
            memchr2(0, b'\r', &bytes).is_none() && simdutf8::basic::from_utf8(&bytes).is_ok();
        if plain || self.request.form == Form::Bytes {
            return Ok(bytes);
        }
        let decoded = self.decode(&bytes);
        self.held = Some((span, bytes));
        let decoded = decoded?;
        self.held = None;
        Ok(decoded)
    }

    fn decode(&self, bytes: &[u8]) -> Result<Buf> {
        let room = bytes.len().saturating_mul(GROWTH);
        let _room = self.cx.budget().reserve(u64::try_from(room).unwrap_or(u64::MAX))?;
        let mut text = String::with_capacity(room);
        normalize(bytes, &mut text);
        copy(text.as_bytes(), &self.cx)
    }

    /// Makes the next entry the current one; false after the last.
    fn open_next(&mut self) -> Result<bool> {
        let Some(span) = self.spans.get(self.next).copied() else { return Ok(false) };
        let bytes = self.text(span.unwrap_or_default())?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let extent = self.request.region.resolve(&[length])?;
        let (start, count) = match extent.first() {
            None => (0, length),
            Some(extent) if extent.step == 1 => (extent.start, extent.count),
            Some(extent) => {
                let message = format!("region: text has no step (found {})", extent.step);
                return Err(Error::new(ErrorKind::Request, message));
            }
        };
        let at = usize::try_from(start).unwrap_or(usize::MAX);
        let end = at.saturating_add(usize::try_from(count).unwrap_or(usize::MAX)).min(bytes.len());
        self.current = Some(Text { entry: self.next, bytes, at, end });
        self.next = self.next.saturating_add(1);
        Ok(true)
    }
}

impl Chunks for Texts {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        loop {
            let size = self.size;
            let whole = |text: &mut Text| {
                text.at == 0 && text.end == text.bytes.len() && (1..=size).contains(&text.end)
            };
            if let Some(text) = self.current.take_if(whole) {
                return Ok(Some(Chunk::bytes_at(text.entry, 0, text.bytes)?));
            }
            if let Some(text) = &mut self.current
                && text.at < text.end
            {
                let end = text.at.saturating_add(self.size).min(text.end);
                let bytes = copy(text.bytes.get(text.at..end).unwrap_or_default(), &self.cx)?;
                let at = u64::try_from(text.at).unwrap_or(u64::MAX);
                text.at = end;
                return Ok(Some(Chunk::bytes_at(text.entry, at, bytes)?));
            }
            self.current = None;
            if !self.open_next()? {
                return Ok(None);
            }
        }
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}
