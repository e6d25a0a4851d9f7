//! Reading a file whole, for tests.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic)] // each test binary uses its part

use std::sync::Arc;

use stream_core::{Context, Error, MemorySource};
use stream_dicom::{Defect, Element, Options, Reader, Tag, Value};
use stream_memory::Budget;

/// One element in memory of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub path: String,
    pub tag: Tag,
    pub vr: String,
    pub length: Option<u32>,
    pub offset: u64,
    pub text: String,
    pub creator: Option<String>,
}

/// A file's elements and how it ended.
#[derive(Debug)]
pub struct All {
    pub elements: Vec<Line>,
    pub error: Option<Error>,
    pub defects: Vec<Defect>,
    pub complete: bool,
}

impl All {
    pub fn get(&self, path: &str) -> &Line {
        self.elements
            .iter()
            .find(|e| e.path == path)
            .unwrap_or_else(|| panic!("{path} in {self:#?}"))
    }
}

pub fn context_within(bytes: &[u8], limit: u64) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("test", limit))
}

pub fn context(bytes: &[u8]) -> Context {
    context_within(bytes, 16 << 20)
}

pub fn open(bytes: &[u8]) -> (Context, Reader) {
    let cx = context(bytes);
    let reader = Reader::open(cx.clone()).unwrap();
    (cx, reader)
}

pub fn elements(bytes: &[u8]) -> All {
    elements_within(context(bytes), Options::default())
}

pub fn elements_within(cx: Context, options: Options) -> All {
    let mut all = All { elements: Vec::new(), error: None, defects: Vec::new(), complete: false };
    let mut reader = match Reader::with_options(cx.clone(), options) {
        Ok(reader) => reader,
        Err(e) => {
            all.error = Some(e);
            return all;
        }
    };
    let mut element = Element::new(&cx);
    loop {
        match reader.read_element(&mut element) {
            Ok(true) => all.elements.push(line(&element)),
            Ok(false) => break,
            Err(e) => {
                all.error = Some(e);
                break;
            }
        }
    }
    all.complete = reader.is_complete();
    all.defects = reader.deviations().iter().map(|d| d.defect).collect();
    all
}

fn line(element: &Element) -> Line {
    let text = match element.value() {
        Value::NotLoaded | Value::Empty => String::new(),
        Value::Text(text) => text.to_string(),
        Value::U16(n) => format!("{n:?}"),
        other => format!("{other:?}"),
    };
    Line {
        path: element.path().to_string(),
        tag: element.tag(),
        vr: element.vr().to_string().to_owned(),
        length: element.length(),
        offset: element.offset(),
        text,
        creator: element.creator().map(str::to_owned),
    }
}

/// The frames of the file's own pixel data, the last in the file.
pub fn frames(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (cx, mut reader) = open(bytes);
    let mut element = Element::new(&cx);
    while reader.read_element(&mut element).unwrap() {
        if let Some(pixels) = reader.pixel_data().filter(|_| element.depth() == 0) {
            let frames = pixels.frames().unwrap();
            let mut buf = cx.buf(0).unwrap();
            let read = |i| {
                frames.read_frame(i, &mut buf).unwrap();
                buf.to_vec()
            };
            return (0..frames.len()).map(read).collect();
        }
    }
    panic!("no pixel data")
}
