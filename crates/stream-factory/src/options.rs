//! What a caller may choose when opening.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::{Cancel, Context, Source};
use stream_memory::{Available, Budget, Pool, Settings, Throttle};

/// How to open: memory, threads, format, settings. By default a budget of a quarter of what the container or system leaves
/// (at least 64 MiB), as many threads as there are cores, and the format found by looking. What was set for the process
/// ([`Settings`]) takes the place of these.
#[derive(Clone, Debug, Default)]
pub struct Options {
    budget: Option<Budget>,
    pool: Option<Pool>,
    cancel: Option<Cancel>,
    threads: Option<NonZeroUsize>,
    chunk_size: Option<usize>,
    most_chunk: Option<usize>,
    prefetch: Option<NonZeroUsize>,
    throttle: Option<Throttle>,
    pub(crate) format: Option<String>,
    pub(crate) name: Option<PathBuf>,
    settings: Vec<(String, String)>,
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Charges all memory to `budget`.
    pub fn with_budget(mut self, budget: &Budget) -> Self {
        self.budget = Some(budget.clone());
        self
    }

    /// Takes buffers from a pool that other files share.
    pub fn with_pool(mut self, pool: &Pool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// Stops when `cancel` is raised.
    pub fn with_cancel(mut self, cancel: &Cancel) -> Self {
        self.cancel = Some(cancel.clone());
        self
    }

    /// Decodes with up to `threads` threads.
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Delivers chunks of about `bytes` bytes.
    pub fn with_chunk_size(mut self, bytes: usize) -> Self {
        self.chunk_size = Some(bytes);
        self
    }

    /// Delivers chunks of at most about `bytes` bytes, unless a size is asked for.
    pub fn with_most_chunk(mut self, bytes: usize) -> Self {
        self.most_chunk = Some(bytes);
        self
    }

    /// Reads up to this many chunks for each thread ahead of whoever uses them; 2 unless set.
    pub fn with_prefetch(mut self, chunks: NonZeroUsize) -> Self {
        self.prefetch = Some(chunks);
        self
    }

    /// Keeps within what a governor allows, and opens nothing while it refuses new work.
    pub fn with_throttle(mut self, throttle: &Throttle) -> Self {
        self.throttle = Some(throttle.clone());
        self
    }

    /// Overrules detection: the file is read as the format of this name.
    pub fn with_format(mut self, name: impl Into<String>) -> Self {
        self.format = Some(name.into());
        self
    }

    /// The file name whose extension breaks ties, for a source that has none.
    pub fn with_name(mut self, name: impl Into<PathBuf>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets one of the settings that a format's descriptor names.
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// The budget: the one given, else a new one of the default size.
    pub(crate) fn budget(&self) -> Budget {
        self.budget.clone().unwrap_or_else(|| {
            Budget::new("process", Settings::current().limit(&Available::here()))
        })
    }

    pub(crate) fn cancel(&self) -> Cancel {
        self.cancel.clone().unwrap_or_default()
    }

    pub(crate) fn context(&self, source: Arc<dyn Source>, budget: &Budget) -> Context {
        let pool = self.pool.clone().unwrap_or_else(|| Pool::new(budget));
        let mut cx = Context::with_pool(source, budget, pool);
        if let Some(cancel) = &self.cancel {
            cx = cx.with_cancel(cancel.clone());
        }
        if let Some(threads) = self.threads {
            cx = cx.with_threads(threads);
        }
        if let Some(bytes) = self.chunk_size.or_else(|| Settings::current().chunk_size) {
            cx = cx.with_chunk_size(bytes);
        }
        if let Some(bytes) = self.most_chunk {
            cx = cx.with_most_chunk(bytes);
        }
        if let Some(chunks) = self.prefetch {
            cx = cx.with_prefetch(chunks);
        }
        if let Some(throttle) = &self.throttle {
            cx = cx.with_throttle(throttle);
        }
        for (name, value) in &self.settings {
            cx = cx.with_setting(name, value);
        }
        cx
    }

    pub(crate) fn name<'a>(&'a self, source: &'a dyn Source) -> Option<&'a Path> {
        self.name.as_deref().or_else(|| source.path())
    }
}
