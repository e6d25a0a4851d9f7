//! A reader whose file is read in another process.

mod batch;
mod chunks;
mod plan;

use std::sync::{Arc, Weak};

use stream_core::{
    Chunks, Context, Entry, Error, ErrorKind, Progress, Reader, Request, Result, Summary,
};
use stream_factory::Detection;
use stream_memory::profile::Row;

use crate::codec::{Put, Standing, Take, put_request, take_profile, take_standing, take_summary};
use crate::deadlines::Stage;
use crate::held::Held;
use crate::line::Line;
use crate::task::PROFILE;
use crate::wire::{self, GO};
use batch::Batch;
use chunks::RemoteChunks;

/// A [`Reader`] over a worker. A file that takes the worker down, keeps it busy for good or drives it against its memory wall is
/// an error here; all entries and chunks that the worker had read before are delivered first.
///
/// Entries are read ahead by what the sockets hold, some hundred KiB; chunks by the worker's threads.
pub struct Remote {
    line: Line,
    detection: Detection,
    batch: Batch,
    state: State,
    standing: Standing,
    delivered: u64,
    /// Whether only entries and summary were asked for.
    list: bool,
    /// What came with the end of a listing.
    summary: Option<Summary>,
    /// The path of the entry delivered last, for messages.
    last: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The worker waits to be told to go on.
    Waiting,
    Walking,
    Ended,
    Failed,
}

/// Bytes of a path in messages.
const SHOWN: usize = 200;

impl Remote {
    /// Takes the answer to a file's opening.
    pub(crate) fn open(mut line: Line, detection: Detection, list: bool) -> Result<Self> {
        let doing = || "opening the file".to_owned();
        match line.head(&doing) {
            Ok((wire::OPENED, _)) => drop(line.content(&doing)?),
            Ok((wire::ERROR, _)) => return Err(line.error(&doing)),
            Ok((tag, _)) => return Err(line.unexpected(tag, &doing)),
            // it died later, in the listing: what it had read by then comes first
            Err(_) if list && line.held().board.has_opened() => {}
            Err(e) => return Err(e),
        }
        line.turn_to(Stage::Listing);
        Ok(Self {
            line,
            detection,
            batch: Batch::default(),
            state: if list { State::Walking } else { State::Waiting },
            standing: Standing::default(),
            delivered: 0,
            list,
            summary: None,
            last: String::new(),
        })
    }

    pub(crate) fn held(&self) -> Weak<Held> {
        Arc::downgrade(self.line.held())
    }

    /// Which format, and why.
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The most memory that the process which reads it had resident since it was started, in bytes; `None` once it has ended.
    pub fn process_peak(&self) -> Option<u64> {
        self.line.held().process.peak()
    }

    /// The budget that would have sufficed for what was read so far, in bytes: the most that the worker had in use of its share,
    /// and this process's part beside it. Zero before the worker has said so.
    pub fn charged(&self) -> u64 {
        self.line.held().charged()
    }

    /// Runs one of the tasks that the worker was started with, and gives its result. The task's reader stands before the first
    /// entry, wherever this one stands.
    ///
    /// # Errors
    /// `Request` when the worker knows no such task, and what the task gives.
    pub fn call(&mut self, task: &str, input: &[u8]) -> Result<Vec<u8>> {
        let doing = || format!("running {task}");
        let held = self.line.held().clone();
        let mut put = Put::new(held.cx.budget());
        put.str(task)?;
        put.bytes(input)?;
        let mut line = held.command(wire::CALL, &put, &[])?;
        match line.head(&doing)? {
            (wire::RESULT, _) => Ok(line.content(&doing)?.to_vec()),
            (wire::ERROR, _) => Err(line.error(&doing)),
            (tag, _) => Err(line.unexpected(tag, &doing)),
        }
    }

    /// What the worker's [profile](stream_memory::profile) counted since this was last asked, where the file was opened with the
    /// setting `profile` on: spans that have ended, with the bytes of the worker's own allocator.
    ///
    /// # Errors
    /// Those of a worker that is no more.
    pub fn profile(&mut self) -> Result<Vec<Row>> {
        let rows = self.call(PROFILE, &[])?;
        let rows = take_profile(&mut Take::new(&rows));
        rows.map_err(|flaw| self.line.wrong(&flaw.into(), &|| "profiling".to_owned()))
    }

    fn next(&mut self, entry: &mut Entry) -> Result<bool> {
        loop {
            if self.batch.take(entry).map_err(|e| self.broken(e))? {
                self.delivered = self.delivered.saturating_add(1);
                self.last.clear();
                let path = entry.path();
                self.last.push_str(path.get(..path.floor_char_boundary(SHOWN)).unwrap_or(path));
                return Ok(true);
            }
            let standing = self.batch.standing();
            self.stand(standing);
            if self.batch.ended() && self.state == State::Walking {
                return Err(self.line.ended(&|| after(&self.last)));
            }
            match self.state {
                State::Waiting => {
                    self.line.ask(GO, 0);
                    self.state = State::Walking;
                }
                State::Walking => {}
                State::Ended | State::Failed => return Ok(false),
            }
            if !self.receive()? {
                return Ok(false);
            }
        }
    }

    /// Takes the next frame; false at the end.
    fn receive(&mut self) -> Result<bool> {
        let last = &self.last;
        let doing = || after(last);
        match self.line.head(&doing) {
            Ok((wire::BATCH, _)) => match self.batch.fill(&mut self.line, &doing) {
                // cut off in the middle: its beginning is on the board
                Err(e) if !e.resumable() => Ok(self.batch.salvage(&self.line, e)?),
                filled => filled.map(|()| true),
            },
            Ok((wire::SUMMARY, _)) if self.list => {
                let (standing, summary) = summed_up(&mut self.line, &doing)?;
                self.line.held().close_unasked();
                self.line.held().count(&standing);
                self.summary = Some(summary);
                Ok(true)
            }
            Ok((wire::END, _)) => {
                let content = self.line.content(&doing)?;
                let standing = take_standing(&mut Take::new(&content));
                let standing = standing.map_err(|flaw| self.line.wrong(&flaw.into(), &doing))?;
                self.state = State::Ended;
                self.stand(Some(standing));
                Ok(false)
            }
            Ok((wire::ERROR, _)) => {
                let e = self.line.error(&doing);
                self.state = if e.resumable() { State::Waiting } else { State::Failed };
                Err(e)
            }
            Ok((tag, _)) => Err(self.line.unexpected(tag, &doing)),
            Err(e) => Ok(self.batch.salvage(&self.line, e)?),
        }
    }

    /// A record that cannot be read: short of memory, or the worker has gone mad.
    fn broken(&self, e: Error) -> Error {
        if e.resumable() {
            return self.line.held().of_our_part(e);
        }
        self.line.wrong(&e, &|| after(&self.last))
    }

    fn stand(&mut self, standing: Option<Standing>) {
        let Some(standing) = standing else { return };
        self.line.held().count(&standing);
        // only a clean end that was delivered is one
        let complete = standing.progress.complete && self.state == State::Ended;
        let done = standing.progress.done.max(self.standing.progress.done);
        self.standing =
            Standing { progress: Progress { done, complete, ..standing.progress }, ..standing };
    }
}

impl Reader for Remote {
    fn context(&self) -> &Context {
        &self.line.held().cx
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        let read = self.next(entry);
        if let Err(e) = &read
            && !e.resumable()
        {
            self.state = State::Failed;
        }
        read
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        self.context().cancel().check()?;
        if self.batch.ended() {
            // it died of the walk: what is left of that is still delivered
            return Err(self.line.ended(&|| after(&self.last)));
        }
        Ok(Box::new(RemoteChunks::open(self.line.held().clone(), request)?))
    }

    fn progress(&self) -> Progress {
        self.standing.progress
    }

    /// What the worker's reader tells; what is known here once the worker is no more.
    fn finish(&mut self) -> Result<Summary> {
        let doing = || "summing up".to_owned();
        let held = self.line.held().clone();
        if let Some(summary) = self.summary.take().filter(|_| self.state == State::Ended) {
            return Ok(summary);
        }
        let answered = (|| {
            let mut line = held.command(wire::FINISH, &Put::new(held.cx.budget()), &[])?;
            match line.head(&doing)? {
                (wire::SUMMARY, _) => summed_up(&mut line, &doing),
                (wire::ERROR, _) => Err(line.error(&doing)),
                (tag, _) => Err(line.unexpected(tag, &doing)),
            }
        })();
        let mut summary = match answered {
            Ok((standing, summary)) => {
                held.count(&standing);
                summary
            }
            Err(e) if self.state == State::Failed && lost(e.kind()) => {
                Summary::new(held.cx.budget())
            }
            Err(e) => return Err(e),
        };
        if self.state != State::Ended {
            // the worker may have read further than was delivered
            summary.entries = self.delivered;
            summary.complete = false;
        }
        Ok(summary)
    }
}

/// The summary whose frame has come, and how far the walk is.
fn summed_up(line: &mut Line, doing: &dyn Fn() -> String) -> Result<(Standing, Summary)> {
    let content = line.content(doing)?;
    let mut take = Take::new(&content);
    let both = take_standing(&mut take)
        .and_then(|s| Ok((s, take_summary(&mut take, line.held().cx.budget())?)));
    both.map_err(|flaw| match Error::from(flaw) {
        e if e.resumable() => e,
        e => line.wrong(&e, doing),
    })
}

/// What is being done once the entry `last` was delivered.
fn after(last: &str) -> String {
    match last {
        "" => "reading the first entry".to_owned(),
        last => format!("reading the entry after {last}"),
    }
}

/// Whether there is no worker any more.
fn lost(kind: ErrorKind) -> bool {
    use ErrorKind::{Cancelled, Crashed, OverBudget, Timeout};
    matches!(kind, Crashed | Timeout | Cancelled | OverBudget)
}

/// The request as a command's content.
pub(crate) fn encoded(cx: &Context, number: u64, request: &Request) -> Result<Put> {
    let mut put = Put::new(cx.budget());
    put.u64(number)?;
    put_request(&mut put, request)?;
    Ok(put)
}
