//! Reading whole entries in tests.

#![allow(dead_code, clippy::unwrap_used)] // each test uses what it needs

use std::sync::Arc;

use stream_core::{Chunk, Context, Form, Format, MemorySource, Reader, Region, Request, Sample};
use stream_memory::Budget;
use stream_netcdf::{Dataset, Netcdf};

pub(crate) fn context(bytes: &[u8]) -> Context {
    Context::new(Arc::new(MemorySource::new(bytes.to_vec())), &Budget::new("test", 16 << 20))
}

pub(crate) fn open(bytes: &[u8]) -> Box<dyn Reader> {
    Netcdf.open(context(bytes)).unwrap()
}

pub(crate) fn dataset(bytes: &[u8]) -> Dataset {
    Dataset::open(context(bytes)).unwrap()
}

/// All chunks of an entry.
pub(crate) fn chunks(reader: &mut dyn Reader, request: &Request) -> Vec<Chunk> {
    let mut chunks = reader.chunks(request).unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        all.push(chunk);
    }
    all
}

/// The elements that a region picks, in C order: chunks of one region along the first axis follow one another.
pub(crate) fn values<T: Sample>(bytes: &[u8], path: &str, region: &str, form: Form) -> Vec<T> {
    let region: Region = region.parse().unwrap();
    let request = Request::entry(path).with_region(region).with_form(form);
    let all = chunks(&mut *open(bytes), &request);
    all.iter().flat_map(|c| c.as_slice::<T>().unwrap().to_vec()).collect()
}
