//! Packets of a container's own tables, read on a thread of their own: while the library opens the file, then while entries are written.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use stream_core::{ChargedVec, Context, ErrorKind, Result};

use crate::Packet;
use crate::packets::Packets;

/// Packets handed over together, so that a hand-over costs nothing beside them.
const BATCH: usize = 256;
/// What may wait, at most: about what the tables tell while the library opens a file.
const MOST: u64 = 2 << 20;
/// Which part of the budget may wait.
const PART: u64 = 32;

/// A reader of tables that reads ahead of who asks; the same packets, errors and end, in the same places.
pub(crate) struct Ahead {
    cx: Context,
    filled: Option<Receiver<Batch>>,
    emptied: Option<Sender<ChargedVec<Packet>>>,
    thread: Option<JoinHandle<()>>,
    packets: ChargedVec<Packet>,
    at: usize,
    /// What follows the packets at hand.
    after: Option<(Result<bool>, Box<dyn Packets>)>,
    /// The reader itself, once it has ended or failed.
    direct: Option<Box<dyn Packets>>,
    /// Bytes behind the packets at hand, and behind those before.
    ahead: u64,
    done: u64,
}

struct Batch {
    packets: ChargedVec<Packet>,
    done: u64,
    after: Option<(Result<bool>, Box<dyn Packets>)>,
}

impl Ahead {
    /// Begins to read, where there is a second thread and the budget has room; else the reader as it is.
    pub(crate) fn begin(packets: Box<dyn Packets>, cx: &Context) -> Box<dyn Packets> {
        let batch = u64::try_from(BATCH.saturating_mul(size_of::<Packet>())).unwrap_or(u64::MAX);
        let room = (cx.budget().limit() / PART).min(MOST);
        let count = usize::try_from(room.checked_div(batch).unwrap_or(0)).unwrap_or(0);
        if cx.threads().get() < 2 || count < 2 {
            return packets;
        }
        let (empty, emptied) = channel();
        for _ in 0..count {
            let mut held = ChargedVec::new(cx.budget());
            if held.room(BATCH).is_err() || empty.send(held).is_err() {
                return packets;
            }
        }
        let (full, filled) = sync_channel(count);
        // handed over once the thread runs, so that it is not lost where none can be started
        let (give, given) = channel::<Box<dyn Packets>>();
        let work = move || {
            if let Ok(packets) = given.recv() {
                read(packets, &emptied, &full);
            }
        };
        let Ok(thread) = Builder::new().name("packets".to_owned()).spawn(work) else {
            return packets;
        };
        if let Err(refused) = give.send(packets) {
            return refused.0;
        }
        Box::new(Self {
            cx: cx.clone(),
            filled: Some(filled),
            emptied: Some(empty),
            thread: Some(thread),
            packets: ChargedVec::new(cx.budget()),
            at: 0,
            after: None,
            direct: None,
            ahead: 0,
            done: 0,
        })
    }

    /// Takes the next batch, and gives the one at hand back.
    fn turn(&mut self) {
        self.done = self.ahead;
        self.at = 0;
        let Some(Ok(mut batch)) = self.filled.as_ref().map(Receiver::recv) else {
            return self.end();
        };
        std::mem::swap(&mut self.packets, &mut batch.packets);
        self.after = batch.after;
        self.ahead = batch.done;
        if self.after.is_some() {
            self.end();
        } else if let Some(emptied) = &self.emptied {
            // the thread may have ended already
            let _ = emptied.send(batch.packets);
        }
    }

    /// Waits for the thread, which stops where nobody takes what it reads.
    fn end(&mut self) {
        (self.filled, self.emptied) = (None, None);
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Fills batches until the end or an error, and hands the reader back with the last.
fn read(
    mut packets: Box<dyn Packets>,
    emptied: &Receiver<ChargedVec<Packet>>,
    full: &SyncSender<Batch>,
) {
    let mut packet = Packet::default();
    for mut held in emptied {
        held.clear();
        let mut ended = None;
        while held.len() < BATCH && ended.is_none() {
            match packets.next(&mut packet) {
                Ok(true) => {
                    if let Err(refusal) = held.push(packet) {
                        ended = Some(Err(refusal.into()));
                    }
                }
                other => ended = Some(other),
            }
        }
        let done = packets.done();
        let (after, more) = match ended {
            Some(ended) => (Some((ended, packets)), None),
            None => (None, Some(packets)),
        };
        if full.send(Batch { packets: held, done, after }).is_err() {
            return;
        }
        match more {
            Some(reader) => packets = reader,
            None => return,
        }
    }
}

impl Packets for Ahead {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        self.cx.cancel().check()?;
        loop {
            if let Some(direct) = &mut self.direct {
                return direct.next(packet);
            }
            if let Some(next) = self.packets.get(self.at) {
                *packet = Packet { index: packet.index, ..*next };
                self.at = self.at.saturating_add(1);
                return Ok(true);
            }
            let Some((ended, packets)) = self.after.take() else {
                if self.filled.is_none() {
                    return Ok(false);
                }
                self.turn();
                continue;
            };
            self.direct = Some(packets);
            match ended {
                // the flag was raised while it read, and is lowered again: nothing moved
                Err(e) if e.kind() == ErrorKind::Cancelled && e.resumable() => {}
                ended => return ended,
            }
        }
    }

    fn done(&self) -> u64 {
        self.direct.as_ref().map_or(self.done, |direct| direct.done())
    }

    fn incomplete(&self) -> Option<&str> {
        self.direct.as_ref().and_then(|direct| direct.incomplete())
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        (self.filled, self.emptied) = (None, None);
        if let Some(thread) = self.thread.take() {
            // a panic was told where the packets were taken, or nobody took them
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
