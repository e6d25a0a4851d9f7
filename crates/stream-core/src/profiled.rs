//! The stages of reading as spans of the profile.

use std::sync::Arc;

use stream_memory::profile;

use crate::{
    Array, Chunk, ChunkPlan, Chunks, Context, Entry, Format, Place, Progress, Reader, Request,
    Result, Scratch, Summary,
};

/// Opens a reader of `format`; while [profiling](profile) is on, its stages are spans: `open`, `chunks` (finding an entry's data),
/// `chunk` (reading and decoding one, on whatever thread), `finish`.
///
/// Entries have no spans of their own: who lists them enters one around many. While profiling is off, this is
/// [`Format::open`].
///
/// # Errors
/// What the format's reader gives, with the format's name.
pub fn open_reader(format: &dyn Format, cx: Context) -> Result<Box<dyn Reader>> {
    let name = format.descriptor().name;
    if !profile::is_on() {
        return format.open(cx).map_err(|e| e.with_format(name));
    }
    let _span = profile::span_of("open", name);
    let reader = format.open(cx).map_err(|e| e.with_format(name))?;
    Ok(Box::new(Profiled { reader, name }))
}

struct Profiled {
    reader: Box<dyn Reader>,
    name: &'static str,
}

impl Reader for Profiled {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.reader.read_entry(entry)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let _span = profile::span_of("chunks", self.name);
        let chunks = self.reader.chunks(request)?;
        Ok(Box::new(ProfiledChunks { chunks, name: self.name }))
    }

    fn progress(&self) -> Progress {
        self.reader.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        let _span = profile::span_of("finish", self.name);
        self.reader.finish()
    }
}

struct ProfiledChunks {
    chunks: Box<dyn Chunks>,
    name: &'static str,
}

impl Chunks for ProfiledChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let _span = profile::span_of("chunk", self.name);
        self.chunks.next_chunk()
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        let plan = self.chunks.plan()?;
        Some(Arc::new(ProfiledPlan { plan, name: self.name }))
    }

    fn array(&self) -> Option<Array> {
        self.chunks.array()
    }
}

struct ProfiledPlan {
    plan: Arc<dyn ChunkPlan>,
    name: &'static str,
}

impl ChunkPlan for ProfiledPlan {
    fn len(&self) -> usize {
        self.plan.len()
    }

    fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    fn array(&self) -> Option<Array> {
        self.plan.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        // one a chunk: read whole, it costs some hundred nanoseconds more
        let _span = profile::span_of("chunk", self.name);
        self.plan.read(index, scratch)
    }
}
