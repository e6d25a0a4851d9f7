//! Chunks from another process, in order.

use std::sync::Arc;

use stream_core::{Array, Chunk, ChunkPlan, Chunks, Error, Request, Result};

use super::encoded;
use super::plan::RemotePlan;
use crate::codec::{Header, Put, Take, take_array, take_header};
use crate::held::Held;
use crate::line::Line;
use crate::wire::{self, GO, GRANT, PIECES};

/// A stream of chunks. The worker reads ahead once the first was asked for; dropping it makes the worker stop.
pub(super) struct RemoteChunks {
    line: Line,
    stream: Arc<Stream>,
    array: Option<Array>,
    /// Chunks of the plan.
    planned: Option<usize>,
    state: State,
    /// A chunk whose bytes had no room yet.
    header: Option<Header>,
    /// Whether it comes in C order and in pieces.
    pieces: bool,
    /// What the worker has of our part of the budget while it comes.
    granted: u64,
}

/// The longest piece, in bytes: long enough that its header costs nothing.
const LONGEST: u64 = 512 << 10;
/// Pieces that the parent has room for: one that comes, one that is used, and what that is made into.
const ROOM: u64 = 3;
/// A piece is at most one part of so many of what the parent has.
const PART: u64 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// It is to start in C order and in pieces.
    Asked,
    Coming,
    Ended,
}

/// The worker's plan, as long as anybody may ask for it.
pub(super) struct Stream {
    pub(super) held: Arc<Held>,
    pub(super) number: u64,
    /// What is read, for messages.
    pub(super) what: String,
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut put = Put::new(self.held.cx.budget());
        if put.u64(self.number).is_ok() {
            // a worker that does not take it is dead
            let _ = self.held.process.command(wire::FORGET, &put, &[]);
        }
    }
}

impl RemoteChunks {
    pub(super) fn open(held: Arc<Held>, request: &Request) -> Result<Self> {
        let number = held.number();
        let mut what = request.entries.first().cloned().unwrap_or_default();
        what.truncate(what.floor_char_boundary(super::SHOWN));
        if request.entries.len() > 1 {
            what.push_str(" and others");
        }
        let put = encoded(&held.cx, number, request)?;
        let mut line = held.command(wire::CHUNKS, &put, &[])?;
        drop(put);
        let stream = Arc::new(Stream { held, number, what });
        let doing = || format!("reading {}", stream.what);
        let (array, planned) = match line.head(&doing)? {
            (wire::DATA, _) => {
                let content = line.content(&doing)?;
                let mut take = Take::new(&content);
                let budget = line.held().cx.budget();
                let both = take
                    .option(|take| take_array(take, budget))
                    .and_then(|array| Ok((array, take.option(Take::usize)?)));
                both.map_err(|flaw| line.wrong(&flaw.into(), &doing))?
            }
            (wire::ERROR, _) => return Err(line.error(&doing)),
            (tag, _) => return Err(line.unexpected(tag, &doing)),
        };
        let (state, header, pieces, granted) = (State::Waiting, None, false, 0);
        Ok(Self { line, stream, array, planned, state, header, pieces, granted })
    }

    fn next(&mut self) -> Result<Option<Chunk>> {
        let stream = &self.stream;
        let doing = || format!("reading {}", stream.what);
        match self.state {
            State::Ended => return Ok(None),
            State::Waiting => {
                self.line.ask(GO, 0);
                self.state = State::Coming;
            }
            State::Asked => {
                let free = stream.held.cx.budget().attainable();
                let most = (free / PART).min(LONGEST);
                self.granted = stream.held.grant(most.saturating_mul(ROOM));
                self.line.ask(GRANT, usize::try_from(self.granted).unwrap_or(usize::MAX));
                self.line.ask(PIECES, usize::try_from(most).unwrap_or(usize::MAX));
                self.state = State::Coming;
            }
            State::Coming => {}
        }
        if self.header.is_none() {
            match self.line.head(&doing)? {
                (wire::CHUNK, _) => self.header = Some(header(&mut self.line, &doing)?),
                (wire::END, _) => {
                    self.state = State::Ended;
                    // a stream that is left earlier leaves it to the worker: when that has noticed is not known
                    stream.held.take_back(std::mem::take(&mut self.granted));
                    return Ok(None);
                }
                (wire::ERROR, _) => {
                    let e = self.line.error(&doing);
                    self.state = if e.resumable() { State::Waiting } else { State::Ended };
                    return Err(e);
                }
                (tag, _) => return Err(self.line.unexpected(tag, &doing)),
            }
        }
        body(&mut self.line, &mut self.header, &doing)
    }
}

/// What the chunk is whose frame's head has come.
pub(super) fn header(line: &mut Line, doing: &dyn Fn() -> String) -> Result<Header> {
    let content = line.content(doing)?;
    let header = take_header(&content, line.held().cx.budget());
    header.map_err(|flaw| line.wrong(&flaw.into(), doing))
}

/// The chunk whose header has come: its bytes go from the socket straight to where they stay.
///
/// # Errors
/// `OverBudget`, resumable: the header is kept.
pub(super) fn body(
    line: &mut Line,
    header: &mut Option<Header>,
    doing: &dyn Fn() -> String,
) -> Result<Option<Chunk>> {
    let Some(len) = header.as_ref().map(|h| h.len) else { return Ok(None) };
    let held = line.held().clone();
    let mut buf = held.cx.buf(len).map_err(|e| held.of_our_part(e))?;
    line.read_exact(&mut buf, doing)?;
    let Some(Header { place, dtype, .. }) = header.take() else { return Ok(None) };
    let chunk = Chunk::new(place.entry, place.origin, place.shape, dtype, buf);
    chunk.map(Some).map_err(|e: Error| line.wrong(&e, doing))
}

impl Chunks for RemoteChunks {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let next = self.next();
        if let Err(e) = &next
            && !e.resumable()
        {
            self.state = State::Ended;
        }
        next
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        let len = self.planned.filter(|_| !self.pieces)?;
        Some(Arc::new(RemotePlan::new(self.stream.clone(), len, self.array.clone())))
    }

    fn array(&self) -> Option<Array> {
        self.array.clone()
    }

    fn in_pieces(&mut self) -> bool {
        // where there is no plan, nothing is known to have another order
        if self.state == State::Waiting && self.planned.is_some() {
            (self.state, self.pieces) = (State::Asked, true);
        }
        self.pieces
    }
}
