//! A reader whose every step is a sign of life.

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Context, Entry, Place, Progress, Reader, Request, Result,
    Scratch, Summary,
};

use crate::board::BoardMap;

/// What a task reads with: a task that works for hours gets on as long as it reads.
pub(super) struct Watched<'a> {
    reader: &'a mut dyn Reader,
    board: Arc<BoardMap>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(reader: &'a mut dyn Reader, board: &Arc<BoardMap>) -> Self {
        Self { reader, board: board.clone() }
    }
}

impl Reader for Watched<'_> {
    fn context(&self) -> &Context {
        self.reader.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        let read = self.reader.read_entry(entry);
        self.board.live();
        read
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let chunks = self.reader.chunks(request)?;
        self.board.live();
        Ok(Box::new(WatchedChunks { chunks, board: self.board.clone() }))
    }

    fn progress(&self) -> Progress {
        self.reader.progress()
    }

    fn finish(&mut self) -> Result<Summary> {
        self.reader.finish()
    }
}

struct WatchedChunks {
    chunks: Box<dyn Chunks>,
    board: Arc<BoardMap>,
}

impl Chunks for WatchedChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let next = self.chunks.next_chunk();
        self.board.live();
        next
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        let plan = self.chunks.plan()?;
        Some(Arc::new(WatchedPlan { plan, board: self.board.clone() }))
    }

    fn array(&self) -> Option<Array> {
        self.chunks.array()
    }
}

struct WatchedPlan {
    plan: Arc<dyn ChunkPlan>,
    board: Arc<BoardMap>,
}

impl ChunkPlan for WatchedPlan {
    fn len(&self) -> usize {
        self.plan.len()
    }

    fn array(&self) -> Option<Array> {
        self.plan.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        self.plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let read = self.plan.read(index, scratch);
        self.board.live();
        read
    }
}
