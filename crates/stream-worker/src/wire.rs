//! The frames of the two processes.
//!
//! One socket carries commands from parent to worker: a tag, a length, that many bytes, and with them the descriptors of the
//! command. Each command brings a socket of its own for its answer, so that no answer ever stands in the way of another: the entries,
//! each stream of chunks and each thread that reads by plan have theirs. What runs ahead is held back by that socket's
//! buffer; who closes his end is no longer interested.
//!
//! An answer's frame is a tag, a length and that many bytes; after [`CHUNK`] come the chunk's own. The parent's side of an
//! answer's socket says [`GO`] when the stream shall start, and again after each refusal that can be tried again.

/// Which encoding both sides speak: to be counted up with every change of it, as they may be two programs.
pub(crate) const PROTOCOL: u64 = 4;

/// Bytes of a frame's head: tag and length.
pub(crate) const HEAD: usize = 5;

// commands, with the descriptors that come along
pub(crate) const HELLO: u8 = 1;
/// Answer, file, board.
pub(crate) const OPEN: u8 = 2;
/// Answer.
pub(crate) const CHUNKS: u8 = 3;
/// Answer.
pub(crate) const PLAN: u8 = 4;
pub(crate) const FORGET: u8 = 5;
/// Answer.
pub(crate) const FINISH: u8 = 6;
/// Answer.
pub(crate) const CALL: u8 = 7;
pub(crate) const CLOSE: u8 = 8;

/// Descriptors with a command, at most.
pub(crate) const DESCRIPTORS: usize = 3;

// answers
/// The reader is open.
pub(crate) const OPENED: u8 = 65;
/// An error; after one that is resumable the stream waits for [`GO`], after any other it has ended.
pub(crate) const ERROR: u8 = 66;
/// Entries: the length of all records, the records, and how far the walk then is.
pub(crate) const BATCH: u8 = 67;
/// The stream's end; for entries how far the walk then was.
pub(crate) const END: u8 = 68;
/// A stream of chunks is open: the array, the number of chunks of its plan.
pub(crate) const DATA: u8 = 69;
/// What a chunk is; its bytes follow the frame.
pub(crate) const CHUNK: u8 = 70;
/// Where some chunks lie.
pub(crate) const PLACES: u8 = 71;
/// How far the walk is, and the summary. Before a walk's end: the worker has closed the file.
pub(crate) const SUMMARY: u8 = 72;
/// What a task gave.
pub(crate) const RESULT: u8 = 73;

/// What the parent says on an answer's socket: one of these and a number.
pub(crate) const ASK: usize = 9;
/// The stream may start or go on.
pub(crate) const GO: u8 = 129;
/// The stream may start: elements in C order, in pieces of at most this many bytes where elements are not larger.
pub(crate) const PIECES: u8 = 132;
/// Until this stream has ended the worker has so many bytes more of the budget; said before [`PIECES`].
pub(crate) const GRANT: u8 = 133;
/// The chunk of this index.
pub(crate) const READ: u8 = 130;
/// The places of chunks from this index on.
pub(crate) const LOOK: u8 = 131;

/// Places told at once.
pub(crate) const PAGE: usize = 512;

/// The longest frame but for entries: a summary with a thousand findings.
pub(crate) const MOST: usize = 32 << 20;
/// The longest entry or result of a task.
pub(crate) const MOST_BYTES: usize = 256 << 20;

/// A frame's head.
pub(crate) fn head(tag: u8, len: usize) -> [u8; HEAD] {
    let [a, b, c, d] = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
    [tag, a, b, c, d]
}

/// Tag and length of a head.
pub(crate) fn parse([tag, a, b, c, d]: [u8; HEAD]) -> (u8, usize) {
    (tag, usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX))
}

/// What the parent says on an answer's socket.
pub(crate) fn ask(what: u8, n: usize) -> [u8; ASK] {
    let mut bytes = [what; ASK];
    if let Some(number) = bytes.last_chunk_mut() {
        *number = u64::try_from(n).unwrap_or(u64::MAX).to_le_bytes();
    }
    bytes
}

pub(crate) fn parse_ask(bytes: [u8; ASK]) -> (u8, usize) {
    let [what, number @ ..] = bytes;
    (what, usize::try_from(u64::from_le_bytes(number)).unwrap_or(usize::MAX))
}
