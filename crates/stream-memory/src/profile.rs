//! Who used memory: bytes allocated and freed, peak, what is left, and time, for each named span and format.
//!
//! A span is a stretch of one thread's work. It is entered in one of three ways, which nest and share one table:
//! a guard ([`span`]), a closure ([`within`]), or a span of `tracing` seen by `MemoryLayer` (feature
//! `profile`), for which `#[tracing::instrument]` is all that a program writes.
//!
//! ```
//! use stream_memory::profile;
//!
//! profile::start();
//! let table = {
//!     let _file = profile::span_of("file", "dicom");
//!     // work on other threads enters its span there, and says under which format
//!     let here = profile::current();
//!     std::thread::scope(|scope| {
//!         scope.spawn(move || {
//!             let _chunk = here.span("chunk");
//!         });
//!     });
//!     profile::within("merge", || vec![1, 2, 3].len());
//!     profile::table()
//! };
//! let mut names: Vec<_> = table.rows.iter().map(|row| (&row.span[..], &row.format[..])).collect();
//! names.sort();
//! assert_eq!(names, [("chunk", "dicom"), ("merge", "dicom")], "the file's span has not ended");
//! profile::stop();
//! ```
//!
//! Bytes are those of the thread's own counters ([`allocator::thread`](crate::allocator::thread)); where the
//! allocator has none, spans are counted and timed, and [`Table::bytes`] says why there is no more. What a span
//! says includes the spans within it on its thread, and not the profiling itself. Switched off, entering a
//! span is one load.
#![deny(clippy::arithmetic_side_effects)]

#[cfg(feature = "profile")]
mod layer;
mod peak;
mod table;
mod tally;
mod thread;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(feature = "profile")]
pub use self::layer::MemoryLayer;
pub use self::table::{Row, Table};

static ON: AtomicBool = AtomicBool::new(false);

/// Profiles from now on; what was gathered before stays.
pub fn start() {
    ON.store(true, Ordering::Relaxed);
}

/// Profiles no longer. Spans that were entered are still counted when they end.
pub fn stop() {
    ON.store(false, Ordering::Relaxed);
}

/// Whether spans are counted now.
#[inline]
pub fn is_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// What was gathered so far, of the spans that have ended, on whichever thread, and whether that is still in others or no more.
pub fn table() -> Table {
    table::gathered()
}

/// Forgets what was gathered so far.
pub fn reset() {
    table::reset();
}

/// Adds what another process gathered.
pub fn merge(rows: &[Row]) {
    table::merge(rows);
}

/// Enters a span until the guard is dropped. Its format is that of the span around it.
#[inline]
pub fn span(name: &'static str) -> Span {
    if is_on() { Span::enter(name, None) } else { Span::off() }
}

/// Enters a span of a format.
#[inline]
pub fn span_of(name: &'static str, format: &'static str) -> Span {
    if is_on() { Span::enter(name, Some(format)) } else { Span::off() }
}

/// Does something in a span.
pub fn within<T>(name: &'static str, act: impl FnOnce() -> T) -> T {
    let _span = span(name);
    act()
}

/// A span that was entered; it ends when this is dropped, on the thread that entered it.
#[must_use = "the span ends when this is dropped"]
#[derive(Debug)]
pub struct Span {
    token: Option<thread::Token>,
    /// Counters are those of one thread.
    here: PhantomData<*const ()>,
}

impl Span {
    const fn off() -> Span {
        Span { token: None, here: PhantomData }
    }

    #[cold]
    fn enter(name: &'static str, format: Option<&'static str>) -> Span {
        Span { token: thread::enter(name, format, None), here: PhantomData }
    }
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if let Some(token) = self.token {
            thread::exit(token);
        }
    }
}

/// Where work was handed out, so that it is counted under the same format wherever it is done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    format: Option<&'static str>,
}

/// The place of the calling thread's innermost span.
#[inline]
pub fn current() -> Place {
    Place { format: if is_on() { thread::format() } else { None } }
}

impl Place {
    /// Enters a span of this place, on whatever thread this is.
    #[inline]
    pub fn span(self, name: &'static str) -> Span {
        if is_on() { Span::enter(name, self.format) } else { Span::off() }
    }
}
