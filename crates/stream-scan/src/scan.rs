//! The builder.

use std::io::BufRead;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::{Cancel, Error, ErrorKind, Result};
use stream_memory::{Available, Budget, default_limit};

use crate::catalogue::Catalogue;
use crate::commit::{Committed, commit};
use crate::digest::Digest;
use crate::event::Event;
use crate::halt::Halt;
use crate::isolation::{Here, Isolation};
use crate::journal::{self, Journal};
use crate::plan::{Plan, Planned};
use crate::read::{Depth, How};
use crate::redact::{Policy, Redactor};
use crate::renew::renew;
use crate::report::Report;
use crate::run::{Run, Shares, run};
use crate::running::Running;
use crate::walk::Walk;
use crate::{Analysis, Input, Shard, Sink};

/// What happens is told to this.
type Listener = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// A scan: what is walked, how deep it is read, with which memory and threads.
#[derive(Clone)]
pub struct Scan {
    pub(crate) walk: Walk,
    pub(crate) how: How,
    pub(crate) budget: Budget,
    pub(crate) threads: NonZeroUsize,
    pub(crate) halt: Halt,
    pub(crate) isolation: Arc<dyn Isolation>,
    pub(crate) forget: bool,
    renew: bool,
    key: Option<String>,
    listener: Option<Listener>,
}

impl Default for Scan {
    fn default() -> Self {
        Self::new()
    }
}

impl Scan {
    /// A scan of nothing, with a thread a core and a quarter of the memory that the container or system leaves.
    pub fn new() -> Self {
        // what packets an audio file has is no part of what it is
        let settings = vec![("packets".to_owned(), "off".to_owned())];
        Self {
            walk: Walk::new(),
            how: How { settings, ..How::default() },
            budget: Budget::new("memory", default_limit(&Available::here())),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            halt: Halt::default(),
            isolation: Arc::new(Here),
            forget: false,
            renew: false,
            key: None,
            listener: None,
        }
    }

    /// Walks this file or folder too.
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.walk = self.walk.with_root(root);
        self
    }

    /// Walks as `walk` says.
    pub fn with_walk(mut self, walk: Walk) -> Self {
        self.walk = walk;
        self
    }

    /// Puts this much of each file into the catalogue.
    pub fn with_depth(mut self, depth: Depth) -> Self {
        self.how.depth = depth;
        self
    }

    /// Computes these of data, at [`Depth::Full`]; by default [`Analysis::Stats`].
    pub fn with_analyses(mut self, analyses: impl IntoIterator<Item = Analysis>) -> Self {
        let all = &mut self.how.analyses;
        all.extend(analyses);
        all.sort_unstable();
        all.dedup();
        self
    }

    /// Gives each file a digest; all its bytes are read.
    pub fn with_digest(mut self, digest: Digest) -> Self {
        self.how.digest = Some(digest);
        self
    }

    /// Sets one of the settings that a format's descriptor names.
    pub fn with_setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.how.settings.push((name.into(), value.into()));
        self
    }

    /// Writes only what `policy` lets through. Applied before anything is written.
    pub fn with_redaction(mut self, policy: Policy) -> Self {
        self.how.redact = Some(policy);
        self
    }

    /// Hashes values with this key, any text, where the policy says so. It is written nowhere; every run of a plan needs the same.
    pub fn with_redaction_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    fn redactor(&self, how: &How) -> Result<Option<Redactor>> {
        let Some(policy) = &how.redact else { return Ok(None) };
        Ok(Some(Redactor::new(policy, self.key.as_deref())?))
    }

    /// How files are read, with what tells the key.
    fn how(&self) -> Result<How> {
        let key_check = self.redactor(&self.how)?.and_then(|redactor| redactor.key_check());
        Ok(How { key_check, ..self.how.clone() })
    }

    /// Reads every file as this format.
    pub fn with_format(mut self, name: impl Into<String>) -> Self {
        self.how.format = Some(name.into());
        self
    }

    /// Charges all memory to `budget`.
    pub fn with_budget(mut self, budget: &Budget) -> Self {
        self.budget = budget.clone();
        self
    }

    /// Reads up to this many files at once.
    pub fn with_threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = threads;
        self
    }

    /// Stops when `cancel` is raised: files that are being read are given up; what was done is kept.
    pub fn with_cancel(mut self, cancel: &Cancel) -> Self {
        self.halt.cancel = cancel.clone();
        self
    }

    /// Begins no more files once `stop` is raised: those that are being read are read to their end, and have their rows. A walk
    /// ends at once.
    pub fn with_stop(mut self, stop: &Cancel) -> Self {
        self.halt.stop = stop.clone();
        self
    }

    /// Opens files through `isolation`.
    pub fn with_isolation(mut self, isolation: Arc<dyn Isolation>) -> Self {
        self.isolation = isolation;
        self
    }

    /// Tells the kernel of each file that it will not be read again, so that it does not push out what others need.
    pub fn forgetting(mut self) -> Self {
        self.forget = true;
        self
    }

    /// Walks again where a plan is there already: files whose size or time is another are read again, new ones are added, those
    /// that are gone lose their rows. The others keep theirs, and their numbers.
    pub fn renewing(mut self) -> Self {
        self.renew = true;
        self
    }

    /// Tells `listener` what happens.
    pub fn with_listener(mut self, listener: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(listener) = &self.listener {
            listener(event);
        }
    }

    /// Lists the work in `catalogue`, where nothing is listed yet or it is to be listed anew. Roots come first, then the paths of `list`, one a line.
    ///
    /// # Errors
    /// `Request` where another plan is there, `Io`, `Cancelled`.
    pub fn plan(&self, catalogue: &Path, list: Option<&mut dyn BufRead>) -> Result<Planned> {
        let how = self.how()?;
        if Plan::exists(catalogue) {
            let plan = Plan::open(catalogue)?;
            if !plan.is_of(&self.walk, &how) {
                let message = format!(
                    "{}: holds the catalogue of another scan: other paths, depth or options",
                    catalogue.display()
                );
                return Err(Error::new(ErrorKind::Request, message));
            }
            if !self.renew {
                return Ok(plan.found());
            }
            let (plan, renewed) = renew(catalogue, &plan, list, &self.halt, &self.budget)?;
            return Ok(Planned { renewed: Some(renewed), ..plan.found() });
        }
        Ok(Plan::make(catalogue, &self.walk, list, &how, &self.halt)?.found())
    }

    /// Does a share of the plan in `catalogue`, but for what was done before. How files are read stands in the plan.
    ///
    /// # Errors
    /// `Io` where there is no plan, or rows cannot be written; `OverBudget`. Run again, it goes on where it was.
    pub fn run(&self, catalogue: &Path, shard: Shard) -> Result<Report> {
        let plan = Plan::open(catalogue)?;
        let redactor = self.redactor(plan.how())?;
        let check = redactor.as_ref().and_then(Redactor::key_check);
        if check != plan.how().key_check {
            let message = "the plan was made with another key for redaction";
            return Err(Error::new(ErrorKind::Request, message));
        }
        let journal = Journal::open(catalogue, shard, &plan, &self.budget)?;
        let past = journal::past(catalogue, &plan, &self.budget)?;
        let shares = Shares::of(&self.budget, self.threads)?;
        let folder = journal::folder(catalogue);
        let slots = Running::path(&folder, shard);
        let is_done = |id| past.done.contains(id);
        let (running, suspects) = Running::open(slots, self.threads.get(), is_done)?;
        let listener = self.listener.clone();
        let finished = Box::new(move |files| {
            if let Some(listener) = &listener {
                listener(&Event::Part { files });
            }
        });
        let mut sink = {
            let (place, rows) = ((catalogue, shard), (shares.group, shares.parts));
            Catalogue::open(place, journal, &past, rows, finished)?
        };
        let found = plan.found();
        self.tell(&Event::Planned {
            inputs: found.inputs,
            bytes: found.bytes,
            done: past.done.len(),
        });
        // a look through the list only where there are some
        let first: Vec<Input> = match suspects.is_empty() {
            true => Vec::new(),
            false => {
                let mut first = Vec::new();
                for input in plan.inputs()? {
                    let input = input?;
                    if suspects.binary_search(&input.id).is_ok() {
                        first.push(input);
                    }
                }
                first
            }
        };
        let done = &past.done;
        let inputs = plan.inputs()?.filter(|input| match input {
            Ok(input) => {
                shard.has(input.id)
                    && !done.contains(input.id)
                    && suspects.binary_search(&input.id).is_err()
            }
            Err(_) => true,
        });
        let job = Run {
            scan: self,
            how: plan.how(),
            running: Some(&running),
            redactor: redactor.as_ref(),
            suspects: first,
            deaths: past.attempts.clone(),
            spool: &folder,
        };
        run(&job, &shares, inputs, &mut sink)
    }

    /// Plans, runs and commits: all three are done as far as they were not. Stopped before the end, it says so in the report and
    /// nothing is committed.
    ///
    /// # Errors
    /// As [`Scan::plan`], [`Scan::run`] and [`commit`].
    pub fn catalogue(&self, catalogue: &Path) -> Result<Report> {
        self.plan(catalogue, None)?;
        let report = self.run(catalogue, Shard::WHOLE)?;
        if report.interrupted {
            return Ok(report);
        }
        let Committed { report, .. } = commit(catalogue, &self.budget)?;
        Ok(report)
    }

    /// Walks and reads into any sink, without a plan or a journal.
    ///
    /// # Errors
    /// `Io`, `OverBudget`, and what the sink says.
    pub fn into_sink(&self, sink: &mut dyn Sink) -> Result<Report> {
        let mut inputs = Vec::new();
        let nowhere = Path::new("");
        self.walk.each(None, nowhere, &self.halt, &mut |found| {
            let id = u64::try_from(inputs.len()).unwrap_or(u64::MAX);
            let crate::walk::Found { path, size, modified, error } = found;
            inputs.push(Input { id, path, size, modified, error });
            Ok(())
        })?;
        let shares = Shares::of(&self.budget, self.threads)?;
        let redactor = self.redactor(&self.how)?;
        let job = Run {
            scan: self,
            how: &self.how,
            running: None,
            redactor: redactor.as_ref(),
            suspects: Vec::new(),
            deaths: std::collections::HashMap::new(),
            spool: &std::env::temp_dir(),
        };
        run(&job, &shares, inputs.into_iter().map(Ok), sink)
    }
}
