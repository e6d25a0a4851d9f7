//! The typed reader as a [`stream_core::Reader`].
//!
//! Entries are the elements and items; a fragment of encapsulated pixel data is none, since asking a stream for frames consumes them.
#![deny(clippy::arithmetic_side_effects)]

mod combined;
mod entry;
mod forward;
mod frames;
mod native;
mod scale;
mod summary;
mod target;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use stream_core::{
    Chunks, Context, Entry, Error, ErrorKind, Fields, Form, Progress, Request, Result, Summary,
};

use crate::{Defect, Element, ElementKind, ItemPath, Options, Reader};
use combined::Combined;
use target::Target;

pub(crate) struct Adapter {
    reader: Reader,
    element: Element,
    text: String,
    /// What the entries so far tell of the file.
    facts: Fields,
    entries: u64,
    /// Whether the element at hand was not delivered yet: the budget refused its entry.
    waiting: bool,
    /// Up to where a frame stream has read, so that the walk goes on behind it.
    reached: Arc<AtomicU64>,
}

impl Adapter {
    pub(crate) fn open(cx: Context) -> Result<Self> {
        let mut options = Options::default();
        let number = |name| cx.setting(name).and_then(|text| text.parse::<usize>().ok());
        if let Some(bytes) = number("dicom.value_limit") {
            options = options.with_value_limit(bytes);
        }
        if let Some(items) = number("dicom.max_depth") {
            options = options.with_max_depth(items);
        }
        let element = Element::new(&cx);
        let facts = Fields::new(cx.budget());
        let reader = Reader::with_options(cx, options)?;
        Ok(Self {
            reader,
            element,
            text: String::new(),
            facts,
            entries: 0,
            waiting: false,
            reached: Arc::default(),
        })
    }

    /// What the data of `path` is: at hand, or found by a walk of its own.
    fn target(&mut self, path: &str) -> Result<Target> {
        let parsed: ItemPath = path.parse().map_err(|_| stream_core::no_such_entry(path))?;
        let random = self.reader.context().is_random();
        let at_hand = self.element.is_at(&parsed) && self.entries > 0;
        if at_hand && (!random || !self.reader.is_inflating()) {
            return Target::of(&self.reader, &self.element)
                .ok_or_else(|| stream_core::no_such_entry(path));
        }
        if !random {
            let message =
                format!("{path} is not the entry at hand, and the source only goes forward");
            return Err(Error::new(ErrorKind::Passed, message).at(self.reader.progress().done));
        }
        target::find(&self.reader, &parsed)?.ok_or_else(|| stream_core::no_such_entry(path))
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.reader.pass_fragments(self.reached.swap(0, Ordering::Relaxed));
        while !self.waiting {
            if !self.reader.read_element(&mut self.element)? {
                return Ok(false);
            }
            self.waiting = self.element.kind() != ElementKind::Fragment;
        }
        let sound = entry::fill(entry, &self.reader, &self.element, &mut self.text)?;
        summary::note(&mut self.facts, self.element.tag(), entry)?;
        if !sound {
            let (tag, offset) = (self.element.tag(), self.element.offset());
            self.reader.deviate_at(Defect::CharacterUndefined, tag, offset);
        }
        self.waiting = false;
        self.entries = self.entries.saturating_add(1);
        Ok(true)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let chunk = request.chunk_size.unwrap_or_else(|| self.context().chunk_size()).max(1);
        let targets = request.entries.iter().map(|path| Ok((path.as_str(), self.target(path)?)));
        let targets = targets.collect::<Result<Vec<_>>>().map_err(|e| e.with_format("dicom"))?;
        if let [(path, Target::Pixels(pixels))] = &*targets
            && pixels.is_encapsulated()
            && !pixels.cx.is_random()
            && request.form != Form::Decoded
        {
            let frames =
                forward::ForwardFrames::new(pixels, path, &request.region, self.reached.clone())?;
            return Ok(Box::new(frames));
        }
        let mut combined = Combined::default();
        for (index, (path, target)) in targets.into_iter().enumerate() {
            let random = target.context().is_random();
            let plan = target
                .plan(index, request, chunk)
                .map_err(|e| e.in_entry(path).with_format("dicom"))?;
            combined.push(plan, path);
            combined.only_in_order |= !random;
        }
        Ok(combined.into_chunks())
    }

    fn progress(&self) -> Progress {
        self.reader.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        summary::summary(&self.reader, self.entries, &self.facts)
    }
}
