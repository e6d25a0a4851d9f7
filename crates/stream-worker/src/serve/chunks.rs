//! A stream of chunks.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use stream_core::{Chunk, ChunkPlan, Chunks, Context, Result};

use super::ahead::Ahead;
use super::entries::no_thread;
use super::refusal;
use super::reply::Reply;
use crate::board::BoardMap;
use crate::codec::{Put, put_header};
use crate::wire;

/// Starts a thread that sends the chunks once it is told to.
pub(super) fn start(
    chunks: Box<dyn Chunks>,
    plan: Option<Arc<dyn ChunkPlan>>,
    cx: Context,
    board: Arc<BoardMap>,
    mut reply: Reply,
) -> Result<JoinHandle<()>> {
    let thread = Builder::new().name("chunks".to_owned());
    let started = thread.spawn(move || {
        if reply.may_go().is_err() {
            return;
        }
        let threads = cx.threads().get();
        let mut outlet = Outlet::new(&cx, reply, board);
        // an error of the outlet means that nobody listens any more
        let _ = match plan.filter(|plan| threads > 1 && plan.len() > 1) {
            Some(plan) => {
                drop(chunks);
                Ahead::new(&*plan, threads).run(|result| outlet.send(result))
            }
            None => in_order(chunks, &mut outlet),
        };
    });
    started.map_err(no_thread)
}

/// What was sent, seen from the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// On with the next chunk.
    Chunk,
    /// The same chunk is to be tried again.
    Again,
    /// It was the end.
    End,
}

/// Where chunks go.
pub(super) struct Outlet {
    put: Put,
    reply: Reply,
    board: Arc<BoardMap>,
}

impl Outlet {
    pub(super) fn new(cx: &Context, reply: Reply, board: Arc<BoardMap>) -> Self {
        Self { put: Put::new(cx.budget()), reply, board }
    }

    pub(super) fn reply(&mut self) -> &mut Reply {
        &mut self.reply
    }

    /// Sends a chunk, the end, or an error; after one that is resumable waits until it may go on.
    pub(super) fn send(&mut self, result: Result<Option<Chunk>>) -> io::Result<Sent> {
        self.board.live();
        let e = match result.and_then(|chunk| self.header(chunk)) {
            Ok(Some(chunk)) => {
                let header = self.put.as_bytes();
                self.reply.send_with(wire::CHUNK, &[header], chunk.bytes())?;
                return Ok(Sent::Chunk);
            }
            Ok(None) => {
                self.reply.send(wire::END, &[])?;
                return Ok(Sent::End);
            }
            Err(e) => e,
        };
        if let Some(content) = refusal(&e) {
            self.reply.send(wire::ERROR, &[content.as_bytes()])?;
        }
        if !e.resumable() {
            return Ok(Sent::End);
        }
        self.reply.may_go()?;
        Ok(Sent::Again)
    }

    fn header(&mut self, chunk: Option<Chunk>) -> Result<Option<Chunk>> {
        self.put.clear();
        if let Some(chunk) = &chunk {
            // a few bytes; a chunk whose header has no room cannot be asked for again
            put_header(&mut self.put, chunk).map_err(|e| stream_core::Error::from(e).as_final())?;
        }
        Ok(chunk)
    }
}

fn in_order(mut chunks: Box<dyn Chunks>, outlet: &mut Outlet) -> io::Result<()> {
    loop {
        if outlet.send(chunks.next_chunk())? == Sent::End {
            return Ok(());
        }
    }
}
