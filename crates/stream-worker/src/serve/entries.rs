//! The walk over the entries, which runs ahead of who reads them.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use stream_core::{Context, Entry, Error, Reader, Result};
use stream_memory::profile;

use super::desk::Desk;
use super::pen::{Pen, Refusal, small};
use super::reply::Reply;
use super::{SMALL_STACK, refusal};
use crate::board::BoardMap;
use crate::codec::{Put, Standing, put_standing, put_summary};
use crate::wire::{self, head};

pub(super) fn standing(reader: &dyn Reader) -> Standing {
    let counters = reader.context().counters();
    Standing {
        progress: reader.progress(),
        bytes_read: counters.bytes_read(),
        reads: counters.reads(),
        peak: reader.context().budget().peak(),
    }
}

/// A walk over the entries.
pub(super) struct Walk {
    desk: Arc<Desk>,
    cx: Context,
    board: Arc<BoardMap>,
    pen: Arc<Pen>,
    entry: Entry,
    /// That of an entry that was read and could not be written yet.
    at_hand: Option<Standing>,
    /// An error that was not told yet.
    failed: Option<Error>,
}

/// How long a listing is made on the thread that takes commands: longer than nearly every file needs, and than nobody notices.
const SOON: Duration = Duration::from_millis(5);
/// Bytes of a summary that are sent unasked: any socket takes these and a batch at once.
const SHORT: usize = 32 << 10;

impl Walk {
    pub(super) fn new(desk: Arc<Desk>, cx: Context, board: Arc<BoardMap>, reply: Reply) -> Self {
        let pen = Arc::new(Pen::new(board.clone(), reply, cx.budget()));
        let entry = cx.entry();
        Self { desk, cx, board, pen, entry, at_hand: None, failed: None }
    }

    /// The beginning of a listing, on the calling thread, as far as nobody has to be waited for. True when all was said and the
    /// file can be closed.
    pub(super) fn begin(&mut self) -> bool {
        let _span = profile::span_of("list", self.desk.name());
        let start = Instant::now();
        while start.elapsed() < SOON {
            match self.step(Pen::write_quietly) {
                Ok(true) => self.board.live(),
                Ok(false) => return self.sum_up().is_some(),
                Err(Refusal::Short(e)) => {
                    self.failed = Some(e);
                    return false;
                }
                Err(Refusal::Full) => return false,
                Err(Refusal::Gone) => return true,
            }
        }
        false
    }

    /// Says the end and the summary with what waits; `None` when that has to be asked for.
    fn sum_up(&self) -> Option<()> {
        let (summary, standing) = self
            .desk
            .ask(|reader| Ok((reader.finish()?, standing(reader))))
            .ok()
            .filter(|(summary, _)| summary.complete)?;
        let mut put = Put::new(self.cx.budget());
        put_standing(&mut put, &standing).ok()?;
        let end = put.as_bytes().len();
        put_summary(&mut put, &summary).ok()?;
        let content = put.as_bytes();
        if content.len() > SHORT {
            return None;
        }
        let mut frames = head(wire::SUMMARY, content.len()).to_vec();
        frames.extend(content);
        frames.extend(head(wire::END, end));
        frames.extend(content.get(..end)?);
        // nobody listens any more: that is an end too
        let _ = self.pen.say_all(&frames);
        Some(())
    }

    /// Goes on in a thread of its own; where it is told to, from the parent's word on.
    pub(super) fn start(mut self, waits: bool) -> io::Result<JoinHandle<()>> {
        let listen = self.pen.listen()?;
        Builder::new().name("entries".to_owned()).spawn(move || {
            let mut listen = listen;
            if waits && listen.may_go().is_err() {
                return;
            }
            let pen = self.pen.clone();
            std::thread::scope(|scope| {
                let late = Builder::new().name("late".to_owned()).stack_size(SMALL_STACK);
                // without it entries wait until there are more
                let _ = late.spawn_scoped(scope, || pen.send_late());
                let span = profile::span_of("list", self.desk.name());
                self.run(listen);
                drop(span);
                pen.put_down();
            });
        })
    }

    /// Reads and writes entries until the end, an error, or until nobody listens.
    fn run(&mut self, mut listen: Reply) {
        loop {
            let step = match self.failed.take() {
                Some(e) => Err(Refusal::Short(e)),
                None => self.step(Pen::write),
            };
            let error = match step {
                Ok(true) => {
                    self.board.live();
                    continue;
                }
                Ok(false) => {
                    let mut end = small();
                    let standing = self.desk.walk(|reader| Ok(standing(reader)));
                    if standing.is_ok_and(|standing| put_standing(&mut end, &standing).is_ok()) {
                        // nobody listens any more: that is an end too
                        let _ = self.pen.say(wire::END, end.as_bytes());
                    }
                    return;
                }
                Err(Refusal::Gone | Refusal::Full) => return,
                Err(Refusal::Short(e)) => e,
            };
            let Some(content) = refusal(&error) else { return };
            if self.pen.say(wire::ERROR, content.as_bytes()).is_err() || !error.resumable() {
                return;
            }
            if listen.may_go().is_err() {
                return;
            }
        }
    }

    /// Reads an entry, unless one is at hand, and writes it; false at the end.
    fn step(
        &mut self,
        write: impl Fn(&Pen, &Entry, Standing) -> Result<(), Refusal>,
    ) -> Result<bool, Refusal> {
        if self.at_hand.is_none() {
            let entry = &mut self.entry;
            let read = self.desk.walk(|reader| {
                let read = reader.read_entry(entry);
                read.map(|more| more.then(|| standing(reader)))
            });
            match read {
                Ok(Some(standing)) => self.at_hand = Some(standing),
                Ok(None) => return Ok(false),
                Err(e) => return Err(Refusal::Short(e)),
            }
        }
        if let Some(standing) = self.at_hand {
            write(&self.pen, &self.entry, standing)?;
            self.at_hand = None;
        }
        Ok(true)
    }
}

/// An error that says that no thread could be started.
pub(super) fn no_thread(e: io::Error) -> Error {
    Error::new(stream_core::ErrorKind::Io, format!("the worker cannot start a thread: {e}"))
        .with_source(e)
}
