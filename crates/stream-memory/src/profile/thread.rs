//! The spans that a thread is in.
#![deny(clippy::arithmetic_side_effects)]

use std::cell::RefCell;
use std::time::{Duration, Instant};

use super::table::{self, Key, Use};
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

struct Thread {
    frames: Vec<Frame>,
    entered: u64,
    /// What profiling itself allocated and freed on this thread.
    overhead: ThreadCounters,
    /// What the thread held, without that, when its peak was last reset.
    held: i64,
}

struct Frame {
    token: Token,
    key: Key,
    started: Instant,
    start: ThreadCounters,
    /// The most that the thread held meanwhile, as `held` counts.
    peak: i64,
}

thread_local! {
    static THREAD: RefCell<Thread> = const {
        let none = ThreadCounters { allocated: 0, freed: 0 };
        RefCell::new(Thread { frames: Vec::new(), entered: 0, overhead: none, held: 0 })
    };
}

/// Does something to this thread's spans; nothing where the thread is about to end, or is in here already.
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
        let now = thread.begin();
        thread.entered = thread.entered.wrapping_add(1);
        let token = token.unwrap_or(Token(thread.entered | OURS));
        let around = thread.frames.last().map_or("", |frame| frame.key.format);
        let key = Key { span: name, format: format.unwrap_or(around) };
        let peak = held(now);
        let frame = Frame { token, key, started: Instant::now(), start: now, peak };
        thread.frames.push(frame);
        thread.end(now);
        if let Some(frame) = thread.frames.last_mut() {
            frame.started = Instant::now();
        }
        token
    })
}

/// Leaves a span, whichever were entered and not left since.
pub(super) fn exit(token: Token) {
    let ended = Instant::now();
    with(|thread| {
        let now = thread.begin();
        if let Some(at) = thread.frames.iter().rposition(|frame| frame.token == token) {
            let frame = thread.frames.remove(at);
            if let Some(around) = at.checked_sub(1).and_then(|at| thread.frames.get_mut(at)) {
                around.peak = around.peak.max(frame.peak);
            }
            let within_itself = thread.frames.iter().any(|around| around.key == frame.key);
            table::add(frame.key, frame.used(now, ended, within_itself));
        }
        thread.end(now);
    });
}

/// The format of the innermost span.
pub(super) fn format() -> Option<&'static str> {
    with(|thread| thread.frames.last().map(|frame| frame.key.format)).flatten()
}

/// Keeps what the profiling itself allocates from being counted.
#[cfg(feature = "profile")]
pub(super) fn apart<T>(act: impl FnOnce() -> T) -> Option<T> {
    let start = allocator::thread().unwrap_or_default();
    let done = act();
    with(|thread| {
        let more = allocator::thread().unwrap_or_default().since(start);
        thread.overhead = added(thread.overhead, more);
        done
    })
}

impl Thread {
    /// The counters as the profiled work has them; its peak since the last look goes to the innermost span.
    fn begin(&mut self) -> ThreadCounters {
        let now = allocator::thread().unwrap_or_default();
        if let Some(frame) = self.frames.last_mut() {
            let risen = allocator::current().thread_peak().unwrap_or(0);
            let peak = self.held.saturating_add(i64::try_from(risen).unwrap_or(i64::MAX));
            frame.peak = frame.peak.max(peak).max(held(now.since(self.overhead)));
        }
        now.since(self.overhead)
    }

    /// Takes what was allocated since `begin` for profiling's own.
    fn end(&mut self, user: ThreadCounters) {
        let now = allocator::thread().unwrap_or_default();
        self.overhead = now.since(user);
        self.held = held(user);
        // where no peak is followed, what is held at the borders of spans stands for it
        let _ = allocator::current().reset_thread_peak();
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
            time: ended.checked_duration_since(self.started).unwrap_or(Duration::ZERO),
        }
    }
}

/// What a thread holds by its counters; below zero where it frees what others allocated.
fn held(counters: ThreadCounters) -> i64 {
    counters.allocated.wrapping_sub(counters.freed).cast_signed()
}

#[cfg(feature = "profile")]
fn added(a: ThreadCounters, b: ThreadCounters) -> ThreadCounters {
    ThreadCounters {
        allocated: a.allocated.wrapping_add(b.allocated),
        freed: a.freed.wrapping_add(b.freed),
    }
}
