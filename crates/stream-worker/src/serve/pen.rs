//! Entries on their way out.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stream_core::{Entry, Result};
use stream_memory::Budget;

use super::reply::Reply;
use crate::board::BoardMap;
use crate::codec::{Put, Standing, put_entry, put_standing};
use crate::wire;

/// How long an entry waits for others to come along, at most: less than anybody notices.
const PATIENCE: Duration = Duration::from_millis(20);

/// Gathers entries on the board, where the parent finds them should this process end, and sends them when there is no more room, when
/// they have waited long enough, or when something else is to be said.
pub(super) struct Pen {
    state: Mutex<State>,
    begun: Condvar,
    board: Arc<BoardMap>,
}

struct State {
    reply: Reply,
    /// The entry at hand, encoded.
    record: Put,
    standing: Put,
    /// How far the walk is after the last entry on the board.
    last: Standing,
    filled: usize,
    /// Batches sent so far.
    number: u64,
    ended: bool,
}

/// Room for a standing, whatever is left of the file's budget: what was read must not be lost for some fifty bytes.
pub(super) fn small() -> Put {
    Put::new(&Budget::new("standing", 1024))
}

/// Why an entry was not taken.
pub(super) enum Refusal {
    /// No memory to encode it.
    Short(stream_core::Error),
    /// Nobody listens any more.
    Gone,
    /// The board has no room for it.
    Full,
}

impl From<io::Error> for Refusal {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl Pen {
    pub(super) fn new(board: Arc<BoardMap>, reply: Reply, budget: &Budget) -> Self {
        board.commit(0, 0);
        let state = State {
            reply,
            record: Put::new(budget),
            standing: small(),
            last: Standing::default(),
            filled: 0,
            number: 0,
            ended: false,
        };
        Self { state: Mutex::new(state), begun: Condvar::new(), board }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an entry: it is not lost from here on.
    pub(super) fn write(&self, entry: &Entry, standing: Standing) -> Result<(), Refusal> {
        self.write_or(entry, standing, |state| Ok(state.flush(&self.board)?))
    }

    /// The same, if that can be done without a word to the parent.
    pub(super) fn write_quietly(&self, entry: &Entry, standing: Standing) -> Result<(), Refusal> {
        self.write_or(entry, standing, |_| Err(Refusal::Full))
    }

    fn write_or(
        &self,
        entry: &Entry,
        standing: Standing,
        full: impl FnOnce(&mut State) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let mut state = self.lock();
        state.record.clear();
        put_entry(&mut state.record, entry).map_err(|e| Refusal::Short(e.into()))?;
        let len = state.record.as_bytes().len();
        let whole = len.saturating_add(4);
        if state.filled.saturating_add(whole) > self.board.room() {
            full(&mut state)?;
        }
        state.last = standing;
        let head = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
        if whole > self.board.room() {
            return Ok(state.send_alone(head, &self.board)?);
        }
        let at = state.filled;
        self.board.write(at, &head);
        self.board.write(at.saturating_add(4), state.record.as_bytes());
        state.filled = at.saturating_add(whole);
        self.board.commit(state.number, state.filled);
        if at == 0 {
            drop(state);
            self.begun.notify_one();
        }
        Ok(())
    }

    /// Sends what waits, and then this frame.
    pub(super) fn say(&self, tag: u8, content: &[u8]) -> io::Result<()> {
        let mut state = self.lock();
        state.flush(&self.board)?;
        state.reply.send(tag, &[content])
    }

    /// Sends what waits, and frames behind it.
    pub(super) fn say_all(&self, frames: &[u8]) -> io::Result<()> {
        self.lock().flush_with(&self.board, frames)
    }

    /// The parent's words come here too.
    pub(super) fn listen(&self) -> io::Result<Reply> {
        self.lock().reply.try_clone()
    }

    /// Sends what has waited long enough, until the pen is put down.
    pub(super) fn send_late(&self) {
        let mut state = self.lock();
        while !state.ended {
            if state.filled == 0 {
                state = self.begun.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let number = state.number;
            let same = |state: &mut State| !state.ended && state.number == number;
            let waited = self.begun.wait_timeout_while(state, PATIENCE, same);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.number == number && state.filled > 0 && state.flush(&self.board).is_err() {
                return;
            }
        }
    }

    pub(super) fn put_down(&self) {
        self.lock().ended = true;
        self.begun.notify_all();
    }
}

impl State {
    fn flush(&mut self, board: &BoardMap) -> io::Result<()> {
        if self.filled == 0 {
            return Ok(());
        }
        self.flush_with(board, &[])
    }

    /// Sends a batch, be it empty, and frames behind it.
    fn flush_with(&mut self, board: &BoardMap, frames: &[u8]) -> io::Result<()> {
        let len = u32::try_from(self.filled).unwrap_or(u32::MAX).to_le_bytes();
        self.stand();
        let records = board.records(self.filled);
        let parts = [&len[..], records, self.standing.as_bytes()];
        self.reply.send_with(wire::BATCH, &parts, frames)?;
        self.next(board);
        Ok(())
    }

    /// An entry that is longer than the board.
    fn send_alone(&mut self, head: [u8; 4], board: &BoardMap) -> io::Result<()> {
        let whole = self.record.as_bytes().len().saturating_add(4);
        let len = u32::try_from(whole).unwrap_or(u32::MAX).to_le_bytes();
        self.stand();
        let record = self.record.as_bytes();
        self.reply.send(wire::BATCH, &[&len, &head, record, self.standing.as_bytes()])?;
        self.next(board);
        Ok(())
    }

    fn stand(&mut self) {
        self.standing.clear();
        // some fifty bytes: there is room
        let _ = put_standing(&mut self.standing, &self.last);
    }

    fn next(&mut self, board: &BoardMap) {
        self.number = self.number.saturating_add(1);
        self.filled = 0;
        board.commit(self.number, 0);
    }
}
