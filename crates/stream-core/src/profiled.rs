//! The stages of reading as spans of the profile.

use std::sync::Arc;

use stream_memory::profile;

use crate::{
    Array, Chunk, ChunkPlan, Chunks, Context, Entry, Format, Place, Progress, Reader, Request,
    Result, Scratch, Summary,
};

/// Opens a reader of `format`; while [profiling](profile) is on, its stages are spans: `open`, `chunks` (finding an entry's data),
/// `chunk` (reading and decoding one, on whatever thread), `finish`. A call that is [known](Chunks::is_done) to find no more
/// chunks is no span, so that of a format with plans as many are counted as there are chunks.
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
        let span = profile::span_of("chunks", self.name);
        let chunks = self.reader.chunks(request)?;
        // what follows is the profile's own
        drop(span);
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
        if self.chunks.is_done() {
            return Ok(None);
        }
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

    fn in_pieces(&mut self) -> bool {
        self.chunks.in_pieces()
    }

    fn is_done(&self) -> bool {
        self.chunks.is_done()
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

#[cfg(test)]
mod tests {
    use stream_memory::Budget;

    use super::*;
    use crate::{Confidence, DType, Descriptor, Dims, MemorySource, Needs, Planned};

    /// Three chunks of one byte, in any order or only onwards.
    struct Three(Context);

    impl ChunkPlan for Three {
        fn len(&self) -> usize {
            3
        }

        fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
            let origin = Dims::from([index as u64]);
            Chunk::new(0, origin, Dims::from([1]), DType::U8, self.0.buf(1)?)
        }
    }

    struct Onwards(Planned);

    impl Chunks for Onwards {
        fn next_chunk(&mut self) -> Result<Option<Chunk>> {
            self.0.next_chunk()
        }

        fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
            None
        }
    }

    impl Reader for Context {
        fn context(&self) -> &Context {
            self
        }

        fn read_entry(&mut self, _: &mut Entry) -> Result<bool> {
            Ok(false)
        }

        fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
            let planned = Planned::new(Arc::new(Three(self.clone())));
            let onwards = request.entries.iter().any(|path| &**path == "onwards");
            Ok(if onwards { Box::new(Onwards(planned)) } else { Box::new(planned) })
        }

        fn progress(&self) -> Progress {
            Progress::default()
        }

        fn finish(&mut self) -> Result<Summary> {
            Ok(Summary::new(self.budget()))
        }
    }

    struct Stages;

    impl Format for Stages {
        fn descriptor(&self) -> &'static Descriptor {
            &Descriptor {
                name: "stages",
                title: "Stages",
                extensions: &[],
                media_types: &[],
                reads: "nothing",
                needs: Needs::Forward,
                overhead: 0,
                settings: &[],
            }
        }

        fn sniff(&self, _: &[u8]) -> Confidence {
            Confidence::No
        }

        fn probe(&self, _: &Context, head: Confidence) -> Result<Confidence> {
            Ok(head)
        }

        fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
            Ok(Box::new(cx))
        }
    }

    #[test]
    fn stages_are_counted_as_often_as_something_was_done_in_them() {
        let budget = Budget::new("b", 1 << 16);
        let cx = Context::new(Arc::new(MemorySource::new(&b""[..])), &budget);
        profile::start();
        let mut reader = open_reader(&Stages, cx).unwrap();
        let mut read = |path: &str| {
            let mut chunks = reader.chunks(&Request::entry(path)).unwrap();
            assert!(!chunks.is_done());
            let mut origins = Vec::new();
            while let Some(chunk) = chunks.next_chunk().unwrap() {
                origins.push(chunk.origin()[0]);
            }
            origins
        };
        // three that are found, and the end, which is known where there is a plan
        assert_eq!(read("planned"), [0, 1, 2]);
        assert_eq!(read("onwards"), [0, 1, 2]);
        reader.finish().unwrap();
        profile::stop();
        let rows = profile::table().rows;
        let mut counts: Vec<_> = rows
            .iter()
            .filter(|row| row.format == "stages")
            .map(|row| (row.span.as_str(), row.count))
            .collect();
        counts.sort_unstable();
        assert_eq!(counts, [("chunk", 3 + 4), ("chunks", 2), ("finish", 1), ("open", 1)]);
    }
}
