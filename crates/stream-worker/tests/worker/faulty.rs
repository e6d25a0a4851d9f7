//! Readers with faults, as libraries have them: the file's name says where and which.

use std::path::Path;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Confidence, Context, Descriptor, Entry, Format, Progress,
    Reader, Request, Result, Summary,
};

/// Every reader, each with faults on demand: `open.abort.vtt`, `listing.loop.vtt`, `data.segfault.vtt`, `close.abort.vtt`.
pub(crate) fn readers() -> Vec<&'static dyn Format> {
    let faulty = |inner| -> &'static dyn Format { Box::leak(Box::new(Faulty(inner))) };
    stream_factory::readers().into_iter().map(faulty).collect()
}

struct Faulty(&'static dyn Format);

impl Format for Faulty {
    fn descriptor(&self) -> &'static Descriptor {
        self.0.descriptor()
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        self.0.sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        self.0.probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let name = cx.source().path().and_then(Path::file_name).unwrap_or_default();
        let fault = Fault(name.to_string_lossy().into_owned());
        fault.at("open");
        Ok(Box::new(FaultyReader { inner: self.0.open(cx)?, fault, entries: 0 }))
    }
}

#[derive(Clone)]
struct Fault(String);

impl Fault {
    fn at(&self, place: &str) {
        let mut parts = self.0.split('.');
        if parts.next() != Some(place) {
            return;
        }
        match parts.next() {
            Some("abort") => std::process::abort(),
            Some("segfault") => {
                // SAFETY: unsound on purpose: the test is what becomes of the process.
                unsafe { std::ptr::null_mut::<u8>().wrapping_add(64).write_volatile(1) }
            }
            Some("loop") => loop {
                std::hint::spin_loop();
            },
            Some("allocate") => {
                let mut all = Vec::new();
                for _ in 0..100_000 {
                    all.push(vec![1u8; 1 << 20]);
                }
                std::hint::black_box(&all);
            }
            _ => {}
        }
    }
}

struct FaultyReader {
    inner: Box<dyn Reader>,
    fault: Fault,
    entries: u64,
}

impl Drop for FaultyReader {
    fn drop(&mut self) {
        self.fault.at("close");
    }
}

impl Reader for FaultyReader {
    fn context(&self) -> &Context {
        self.inner.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        // not before something was read
        if self.entries == 3 {
            self.fault.at("listing");
        }
        self.entries += 1;
        self.inner.read_entry(entry)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let inner = self.inner.chunks(request)?;
        Ok(Box::new(FaultyChunks { inner, fault: self.fault.clone() }))
    }

    fn progress(&self) -> Progress {
        self.inner.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        self.inner.finish()
    }
}

struct FaultyChunks {
    inner: Box<dyn Chunks>,
    fault: Fault,
}

impl Chunks for FaultyChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        self.fault.at("data");
        self.inner.next_chunk()
    }

    fn plan(&self) -> Option<std::sync::Arc<dyn ChunkPlan>> {
        if self.fault.0.starts_with("data.") { None } else { self.inner.plan() }
    }

    fn array(&self) -> Option<Array> {
        self.inner.array()
    }
}
