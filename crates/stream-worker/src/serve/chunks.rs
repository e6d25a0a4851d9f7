//! A stream of chunks.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use stream_core::{Chunk, ChunkPlan, Chunks, Context, Result, ordered_for_sending};

use super::ahead::Ahead;
use super::entries::no_thread;
use super::pieces::pieces;
use super::refusal;
use super::reply::{Reply, Start};
use super::setup::Wall;
use crate::board::BoardMap;
use crate::codec::{Put, put_header};
use crate::wire;

/// Starts a thread that sends the chunks once it is told to.
pub(super) fn start(
    chunks: Box<dyn Chunks>,
    plan: Option<Arc<dyn ChunkPlan>>,
    cx: Context,
    (board, wall): (Arc<BoardMap>, Arc<Wall>),
    mut reply: Reply,
) -> Result<JoinHandle<()>> {
    let thread = Builder::new().name("chunks".to_owned());
    let started = thread.spawn(move || {
        let Ok(start) = reply.start() else { return };
        let mut outlet = Outlet::new(&cx, reply, board.clone());
        let (chunks, plan, granted) = match start {
            Start::Chunks => (chunks, plan, None),
            Start::Pieces { most, grant } => {
                outlet.most = Some(most.max(1));
                let granted = wall.grant(&cx, &board, grant);
                let chunks = ordered_for_sending(chunks, &cx);
                let plan = chunks.plan();
                (chunks, plan, Some(granted))
            }
        };
        let threads = cx.most_threads();
        // an error of the outlet means that nobody listens any more
        let _ = match plan.filter(|plan| threads.get() > 1 && plan.len() > 1) {
            Some(plan) => {
                drop(chunks);
                Ahead::new(&*plan, threads, cx.throttle()).run(|result| outlet.send(result))
            }
            None if outlet.most.is_some() => meanwhile(chunks, &mut outlet),
            None => in_order(chunks, &mut outlet),
        };
        // who is told of the end takes the grant back at once
        drop(granted);
        let _ = outlet.end();
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
    /// Chunks go in pieces of at most so many bytes.
    most: Option<usize>,
    /// Whether the end came, which is still to be told.
    ended: bool,
}

impl Outlet {
    pub(super) fn new(cx: &Context, reply: Reply, board: Arc<BoardMap>) -> Self {
        Self { put: Put::new(cx.budget()), reply, board, most: None, ended: false }
    }

    pub(super) fn reply(&mut self) -> &mut Reply {
        &mut self.reply
    }

    /// Sends a chunk, the end, or an error; after one that is resumable waits until it may go on.
    pub(super) fn send(&mut self, result: Result<Option<Chunk>>) -> io::Result<Sent> {
        self.board.live();
        let e = match result {
            Ok(Some(chunk)) => match self.chunk(&chunk)? {
                Ok(()) => return Ok(Sent::Chunk),
                Err(e) => e,
            },
            Ok(None) => {
                self.ended = true;
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

    /// Sends a chunk, or its pieces.
    fn chunk(&mut self, chunk: &Chunk) -> io::Result<Result<()>> {
        for piece in pieces(chunk, self.most) {
            self.put.clear();
            // a few bytes; a chunk whose header has no room cannot be asked for again
            if let Err(e) = put_header(&mut self.put, &piece, chunk.dtype()) {
                return Ok(Err(stream_core::Error::from(e).as_final()));
            }
            let header = self.put.as_bytes();
            self.reply.send_with(wire::CHUNK, &[header], piece.bytes)?;
            self.board.live();
        }
        Ok(Ok(()))
    }

    /// Tells the end, if it came: after all that the stream held was given back.
    fn end(&mut self) -> io::Result<()> {
        if self.ended { self.reply.send(wire::END, &[]) } else { Ok(()) }
    }
}

/// Sends chunks while the next one is read. At most two are held: the one on its way, and the next.
fn meanwhile(mut chunks: Box<dyn Chunks>, outlet: &mut Outlet) -> io::Result<()> {
    std::thread::scope(|scope| {
        let (give, take) = std::sync::mpsc::sync_channel(0);
        let reading = Builder::new().name("assemble".to_owned()).spawn_scoped(scope, move || {
            loop {
                let next = chunks.next_chunk();
                // after a refusal the same slab is tried again
                let over = next.as_ref().map_or_else(|e| !e.resumable(), Option::is_none);
                // nobody takes it any more where nobody listens any more
                if give.send(next).is_err() || over {
                    return;
                }
            }
        });
        if let Err(e) = reading {
            return outlet.send(Err(no_thread(e))).map(drop);
        }
        while let Ok(next) = take.recv() {
            if outlet.send(next)? == Sent::End {
                return Ok(());
            }
        }
        Ok(())
    })
}

fn in_order(mut chunks: Box<dyn Chunks>, outlet: &mut Outlet) -> io::Result<()> {
    loop {
        if outlet.send(chunks.next_chunk())? == Sent::End {
            return Ok(());
        }
    }
}
