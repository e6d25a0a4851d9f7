//! Everything a reader may use.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Component, Path};
use std::sync::{Arc, OnceLock};

use stream_memory::{Budget, Buf, ChunkSizer, Level, Limits, Pool, Throttle, limit};

use crate::source::{Access, FileSource, Source};
use crate::{Cancel, Counters, Entry, Error, ErrorKind, Result};

/// The setting of all formats that says which files a file may refer to: `directory`, those beside it, or `never`.
pub const RELATED: &str = "related";

/// A reader's source, memory, cancellation, counters and settings. No reader exists without one; clones share all of it.
#[derive(Clone)]
pub struct Context {
    source: Arc<dyn Source>,
    budget: Budget,
    pool: Pool,
    cancel: Cancel,
    counters: Arc<Counters>,
    options: Arc<Options>,
}

#[derive(Clone, Default)]
struct Options {
    threads: Option<NonZeroUsize>,
    chunk_size: Option<usize>,
    most_chunk: Option<usize>,
    prefetch: Option<NonZeroUsize>,
    throttle: Throttle,
    settings: Vec<(String, String)>,
}

/// Chunks that each thread may have read ahead of the caller, unless asked otherwise: one being read and one ready.
const PREFETCH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

impl Context {
    /// A context that reads `source` within `budget`, with a pool of its own.
    ///
    /// Made within a [scope of that budget](stream_memory::limit::scope), on its thread, it charges the scope's, for all its life.
    pub fn new(source: Arc<dyn Source>, budget: &Budget) -> Self {
        let pool = Pool::new(&limit::effective(budget));
        Self::with_pool(source, budget, pool)
    }

    /// A context whose buffers come from a pool that others share.
    pub fn with_pool(source: Arc<dyn Source>, budget: &Budget, pool: Pool) -> Self {
        Self {
            source,
            budget: limit::effective(budget),
            pool,
            cancel: Cancel::new(),
            counters: Arc::default(),
            options: Arc::default(),
        }
    }

    /// Stops when `cancel` is raised.
    pub fn with_cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Decodes with up to `threads` threads.
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        Arc::make_mut(&mut self.options).threads = Some(threads);
        self
    }

    /// Delivers chunks of about `bytes` bytes.
    pub fn with_chunk_size(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.options).chunk_size = Some(bytes.max(1));
        self
    }

    /// Delivers chunks of at most about `bytes` bytes, unless a size is asked for.
    pub fn with_most_chunk(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.options).most_chunk = Some(bytes.max(1));
        self
    }

    /// Reads up to this many chunks for each thread ahead of whoever uses them; 2 unless set.
    pub fn with_prefetch(mut self, chunks: NonZeroUsize) -> Self {
        Arc::make_mut(&mut self.options).prefetch = Some(chunks);
        self
    }

    /// Keeps within what a governor allows.
    pub fn with_throttle(mut self, throttle: &Throttle) -> Self {
        Arc::make_mut(&mut self.options).throttle = throttle.clone();
        self
    }

    /// Sets one of the settings that a format's descriptor names.
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.options).settings.push((name.into(), value.into()));
        self
    }

    /// Reads another source with the same memory, settings and cancellation; its counters start anew.
    pub fn with_source(&self, source: Arc<dyn Source>) -> Self {
        Self { source, counters: Arc::default(), ..self.clone() }
    }

    /// Where bytes come from.
    pub fn source(&self) -> &Arc<dyn Source> {
        &self.source
    }

    /// What memory is charged to.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Where buffers come from.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The flag that stops the work.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// What was read so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many threads may decode at once, now: fewer while memory is tight.
    pub fn threads(&self) -> NonZeroUsize {
        self.limits().threads(self.most_threads())
    }

    /// How many threads may decode at once when memory is not tight.
    pub fn most_threads(&self) -> NonZeroUsize {
        self.options.threads.unwrap_or_else(cores)
    }

    /// How many chunks each thread may have read ahead, when memory is not tight.
    pub fn prefetch(&self) -> NonZeroUsize {
        self.options.prefetch.unwrap_or(PREFETCH)
    }

    /// What a governor allows now. One atomic load.
    pub fn limits(&self) -> Limits {
        self.options.throttle.limits()
    }

    /// Where that is seen while the work goes on.
    pub fn throttle(&self) -> &Throttle {
        &self.options.throttle
    }

    /// About how many bytes a chunk should have: what was asked for, else what the budget's free part and a governor allow.
    pub fn chunk_size(&self) -> usize {
        self.options.chunk_size.unwrap_or_else(|| {
            let sizer = ChunkSizer::new(self.most_threads().get());
            let size = self.limits().chunk(sizer.size(self.budget.attainable(), Level::Healthy));
            self.options.most_chunk.map_or(size, |most| size.min(most))
        })
    }

    /// The chunk size that the caller fixed, if any.
    pub fn fixed_chunk_size(&self) -> Option<usize> {
        self.options.chunk_size
    }

    /// The last value given for a setting.
    pub fn setting(&self, name: &str) -> Option<&str> {
        let found = self.options.settings.iter().rev().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All settings in the order they were given: names and values.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a setting is on: `true`, `on`, `yes` or `1`.
    pub fn switched_on(&self, name: &str) -> bool {
        matches!(self.setting(name), Some("true" | "on" | "yes" | "1"))
    }

    /// Whether the source can be read anywhere.
    pub fn is_random(&self) -> bool {
        self.source.access() == Access::Random
    }

    /// A charged buffer of `len` bytes with unspecified content.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub fn buf(&self, len: usize) -> Result<Buf> {
        Ok(self.pool.take(&self.budget, len)?)
    }

    /// An empty entry, charged to this context.
    pub fn entry(&self) -> Entry {
        Entry::new(&self.budget)
    }

    /// Reads up to `buf.len()` bytes from `offset` on; 0 only at the end. Looks at the cancel flag first, counts, and
    /// tries again when the call was interrupted.
    ///
    /// # Errors
    /// `Cancelled`, `Passed`, `Io` with the offset.
    pub fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        self.cancel.check()?;
        loop {
            match self.source.read_at(offset, buf) {
                Ok(n) => {
                    self.counters.add_read(u64::try_from(n).unwrap_or(u64::MAX));
                    return Ok(n);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => self.cancel.check()?,
                Err(e) => return Err(Error::from(e).at(offset)),
            }
        }
    }

    /// Fills `buf` from `offset` on as far as the source goes, and says how far.
    ///
    /// # Errors
    /// As [`Context::read_at`].
    pub fn read_full_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let mut done = 0usize;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = offset.saturating_add(u64::try_from(done).unwrap_or(u64::MAX));
            match self.read_at(at, rest)? {
                0 => break,
                n => done = done.saturating_add(n),
            }
        }
        Ok(done)
    }

    /// Fills all of `buf` from `offset` on.
    ///
    /// # Errors
    /// As [`Context::read_at`], and `Truncated` where the source ends first; when it has shrunk since it was opened,
    /// the message says so.
    pub fn read_exact_at(&self, offset: u64, buf: &mut [u8]) -> Result<()> {
        let expected = buf.len();
        let found = self.read_full_at(offset, buf)?;
        if found == expected {
            return Ok(());
        }
        let end = offset.saturating_add(u64::try_from(found).unwrap_or(u64::MAX));
        Err(self.ended(end, expected, found))
    }

    /// The error for a source that ended at `end`, or before, although `expected` bytes were due and only `found` came.
    pub fn ended(&self, end: u64, expected: usize, found: usize) -> Error {
        // what begins behind the end has its place there
        let end = self.source.size().map_or(end, |size| end.min(size));
        let shrunk = match (self.source.size(), self.source.identity()) {
            (Some(then), Ok(Some(now))) if now.size < then => {
                format!("; the file shrank from {then} to {} bytes while it was read", now.size)
            }
            _ => String::new(),
        };
        Error::truncated(
            end,
            format!("input ends early (expected {expected} bytes, found {found}{shrunk})"),
        )
    }

    /// Opens a file that this one refers to: by policy only one in the same directory, named without a path; none where the setting
    /// [`RELATED`] is `never`.
    ///
    /// # Errors
    /// `Unsupported` for a name that leads elsewhere, a source without a directory, or where the policy is none, `Io` when it
    /// cannot be opened.
    pub fn related(&self, name: &Path) -> Result<Self> {
        let refused = |why: &str| {
            let message = format!("related file {}: {why}", name.display());
            Err(Error::new(ErrorKind::Unsupported, message))
        };
        if self.setting(RELATED) == Some("never") {
            return refused("by policy no other file is opened");
        }
        let mut parts = name.components();
        let plain = matches!(parts.next(), Some(Component::Normal(_))) && parts.next().is_none();
        let directory = self.source.path().and_then(Path::parent);
        match directory {
            Some(directory) if plain => {
                Ok(self.with_source(Arc::new(FileSource::open(directory.join(name))?)))
            }
            _ => refused("only files in the same directory are opened"),
        }
    }
}

/// The cores this process may use. Asked once: the answer comes from files of the control group, which costs as much as a
/// hundred short entries.
fn cores() -> NonZeroUsize {
    static CORES: OnceLock<NonZeroUsize> = OnceLock::new();
    *CORES.get_or_init(|| std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("path", &self.source.path())
            .field("size", &self.source.size())
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    fn context(bytes: &[u8]) -> Context {
        Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 1 << 20))
    }

    #[test]
    fn a_source_that_ends_early_says_expected_and_found() {
        let e = context(b"abc").read_exact_at(1, &mut [0; 4]).unwrap_err();
        assert_eq!(e.to_string(), "input ends early (expected 4 bytes, found 2) (offset 3)");
        let e = context(b"abc").read_exact_at(9, &mut [0; 4]).unwrap_err();
        assert_eq!(e.to_string(), "input ends early (expected 4 bytes, found 0) (offset 3)");
    }

    #[test]
    fn what_a_governor_allows_is_seen_at_once() {
        let throttle = Throttle::new();
        let cx = context(b"").with_threads(NonZeroUsize::new(4).unwrap()).with_throttle(&throttle);
        let roomy = Context::new(cx.source().clone(), &Budget::new("b", 1 << 30));
        let roomy = roomy.with_throttle(&throttle);
        assert_eq!((cx.threads().get(), roomy.chunk_size()), (4, 10 << 20));
        throttle.set(Limits { threads: 50, chunk: Some(1 << 20), ..Limits::NONE });
        assert_eq!((cx.threads().get(), roomy.chunk_size()), (2, 1 << 20));
        let small = roomy.clone().with_most_chunk(1000);
        assert_eq!(small.chunk_size(), 1000);
        assert_eq!(small.with_chunk_size(5 << 20).chunk_size(), 5 << 20, "what the caller fixed");
    }

    #[test]
    fn a_cancelled_context_does_not_read() {
        let cx = context(b"abc");
        cx.cancel().cancel();
        let e = cx.read_at(0, &mut [0; 1]).unwrap_err();
        assert_eq!(
            (e.kind(), e.resumable(), cx.counters().reads()),
            (ErrorKind::Cancelled, true, 0)
        );
    }

    #[test]
    fn related_files_outside_the_directory_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        let source = FileSource::open(dir.path().join("a")).unwrap();
        let cx = Context::new(Arc::new(source), &Budget::new("b", 1 << 20));
        assert_eq!(cx.related(Path::new("b")).unwrap().source().size(), Some(1));
        for name in ["../b", "/etc/passwd", "x/b", "..", ""] {
            let e = cx.related(Path::new(name)).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Unsupported, "{name}");
        }
        let e = cx.with_setting(RELATED, "never").related(Path::new("b")).unwrap_err();
        assert_eq!(e.message(), "related file b: by policy no other file is opened");
    }

    #[test]
    fn a_context_made_in_a_scope_is_held_to_its_limit() {
        let budget = Budget::new("b", 1 << 20);
        let source: Arc<dyn Source> = Arc::new(MemorySource::new(&b""[..]));
        let before = Context::new(source.clone(), &budget);
        let within = limit::within(&budget, 64 << 10, |_| Context::new(source.clone(), &budget));
        let refusal = within.buf(65 << 10).unwrap_err();
        assert_eq!((refusal.kind(), refusal.resumable()), (ErrorKind::OverBudget, true));
        assert!(within.buf(64 << 10).is_ok());
        for outside in [before, Context::new(source, &budget)] {
            assert!(outside.buf(65 << 10).is_ok());
        }
    }
}
