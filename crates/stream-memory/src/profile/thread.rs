//! The spans that a thread is in.
#![deny(clippy::arithmetic_side_effects)]

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Instant;

use super::peak::{Want, Watch};
use super::table::{self, Key, Use};
use super::tally::Tally;
use crate::allocator::{self, ThreadCounters};

/// Which entering of a span on this thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token(u64);

impl Token {
    /// The token of a span that its subscriber numbers; those given out here have the highest bit.
    #[cfg(feature = "profile")]
    pub(super) fn of(id: u64) -> Token {
        Token(id & !OURS)
    }
}

const OURS: u64 = 1 << 63;
/// Spans within one another for which room is made at once: the command's stages are four.
const FRAMES: usize = 16;

struct Thread {
    frames: Vec<Frame>,
    entered: u64,
    /// What profiling itself allocated and freed on this thread.
    overhead: ThreadCounters,
    /// What the profiled work had allocated and freed at the last border of a span.
    last: ThreadCounters,
    watch: Watch,
    /// None before the first span.
    tally: Option<Arc<Tally>>,
}

struct Frame {
    token: Token,
    key: Key,
    started: Instant,
    start: ThreadCounters,
    /// The most that the thread held meanwhile.
    peak: i64,
}

thread_local! {
    static THREAD: RefCell<Thread> = const { RefCell::new(Thread::new()) };
}

/// Does something to this thread's spans; nothing where the thread is about to end, or is in here already.
#[inline]
fn with<T>(act: impl FnOnce(&mut Thread) -> T) -> Option<T> {
    THREAD
        .try_with(|thread| thread.try_borrow_mut().ok().map(|mut thread| act(&mut thread)))
        .ok()?
}

/// Enters a span; `None` for a format takes that of the span around it, `None` for a token makes one.
pub(super) fn enter(
    name: &'static str,
    format: Option<&'static str>,
    token: Option<Token>,
) -> Option<Token> {
    with(|thread| {
        let start = thread.border();
        if thread.tally.is_none() || thread.frames.len() == thread.frames.capacity() {
            thread.make_room();
        }
        thread.entered = thread.entered.wrapping_add(1);
        let token = token.unwrap_or(Token(thread.entered | OURS));
        let around = thread.frames.last().map_or("", |frame| frame.key.format);
        let key = Key { span: name, format: format.unwrap_or(around) };
        // last, so that its time is that of the work
        thread.frames.push(Frame { token, key, start, peak: held(start), started: Instant::now() });
        token
    })
}

/// Leaves a span, whichever were entered and not left since.
pub(super) fn exit(token: Token) {
    let ended = Instant::now();
    with(|thread| {
        // nearly always the innermost
        let Some(at) = thread.frames.iter().rposition(|frame| frame.token == token) else { return };
        let now = thread.border();
        let frame = thread.take(at);
        let frames = &mut thread.frames;
        if let Some(around) = at.checked_sub(1).and_then(|at| frames.get_mut(at)) {
            around.peak = around.peak.max(frame.peak);
        }
        let within_itself = frames.iter().any(|around| around.key.is(frame.key));
        thread.add(frame.key, frame.used(now, ended, within_itself));
    });
}

/// The format of the innermost span.
pub(super) fn format() -> Option<&'static str> {
    with(|thread| thread.frames.last().map(|frame| frame.key.format)).flatten()
}

/// Keeps what the profiling itself allocates from being counted.
#[cfg(feature = "profile")]
pub(super) fn apart<T>(act: impl FnOnce() -> T) -> Option<T> {
    // what was held so far is seen before the allocator's peak is that of the profiling
    with(Thread::border);
    let start = counters();
    let done = act();
    with(|thread| {
        thread.except(counters().since(start));
        done
    })
}

fn counters() -> ThreadCounters {
    allocator::thread().unwrap_or_default()
}

impl Thread {
    const fn new() -> Thread {
        let none = ThreadCounters { allocated: 0, freed: 0 };
        Thread {
            frames: Vec::new(),
            entered: 0,
            overhead: none,
            last: none,
            watch: Watch::new(),
            tally: None,
        }
    }

    /// The counters as the profiled work has them; the most that it held since the last border goes to the innermost span.
    #[inline]
    fn border(&mut self) -> ThreadCounters {
        let now = counters().since(self.overhead);
        let done = now.since(self.last);
        if done == ThreadCounters::default() {
            // what is held is the innermost span's peak already
            return now;
        }
        self.last = now;
        match self.frames.last_mut() {
            Some(frame) => {
                let peak = self.watch.border(held(now), done, Want::Peak);
                frame.peak = frame.peak.max(peak);
            }
            None => {
                self.watch.border(held(now), done, Want::Nothing);
            }
        }
        now
    }

    /// Takes out a frame that is there, with the most that was held in those within it, which may be left after it.
    fn take(&mut self, at: usize) -> Frame {
        let within = self.frames.iter().skip(at.saturating_add(1)).map(|frame| frame.peak).max();
        let mut frame = self.frames.remove(at);
        frame.peak = within.map_or(frame.peak, |peak| frame.peak.max(peak));
        frame
    }

    /// Adds to the thread's rows, or where those are too many to those of the process.
    fn add(&mut self, key: Key, used: Use) {
        let generation = table::generation();
        if self.tally.as_ref().is_some_and(|tally| tally.add(generation, key, used)) {
            return;
        }
        let start = counters();
        table::add(key, used);
        self.except(counters().since(start));
    }

    #[cold]
    fn make_room(&mut self) {
        let start = counters();
        if self.tally.is_none() {
            self.tally = Some(table::tally());
        }
        self.frames.reserve(FRAMES);
        self.except(counters().since(start));
    }

    /// Takes what was done for profiling's own.
    fn except(&mut self, done: ThreadCounters) {
        if done != ThreadCounters::default() {
            self.overhead.allocated = self.overhead.allocated.wrapping_add(done.allocated);
            self.overhead.freed = self.overhead.freed.wrapping_add(done.freed);
            self.watch.restart();
        }
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(tally) = self.tally.take() {
            table::close(&tally);
        }
    }
}

impl Frame {
    fn used(&self, now: ThreadCounters, ended: Instant, within_itself: bool) -> Use {
        if within_itself {
            // the outer one counts the rest
            return Use { count: 1, ..Use::default() };
        }
        let done = now.since(self.start);
        let risen = self.peak.saturating_sub(held(self.start));
        Use {
            count: 1,
            allocated: done.allocated,
            freed: done.freed,
            peak: u64::try_from(risen).unwrap_or(0),
            time: ended.saturating_duration_since(self.started),
        }
    }
}

/// What a thread holds by its counters; below zero where it frees what others allocated.
fn held(counters: ThreadCounters) -> i64 {
    counters.allocated.wrapping_sub(counters.freed).cast_signed()
}
