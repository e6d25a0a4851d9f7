//! What one run of the command shares: settings, budget, cancellation.

mod interrupt;
mod plan;
mod screen;

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use stream_core::Cancel;
use stream_factory::Options;
use stream_memory::{Available, Budget, Level, Pool, Throttle, default_limit, parse_size};
use stream_worker::Workers;

use crate::cli::{Common, ProgressWhen, Related, When};
use crate::profiling::{self, Quiet, SETTING};
use crate::{config, failure, meter, settings, worker};

use interrupt::Interrupts;
use plan::Opened;
use screen::Screen;

/// Settings after flags, environment, file and defaults, and what all inputs share.
pub(crate) struct Session {
    pub(crate) common: Common,
    pub(crate) limit: Limit,
    pub(crate) budget: Budget,
    pub(crate) pool: Pool,
    /// Raised by a signal: what is being done is given up.
    pub(crate) cancel: Cancel,
    /// Raised by the first signal: nothing more is begun.
    pub(crate) stop: Cancel,
    chunk: Option<usize>,
    settings: Vec<(String, String)>,
    workers: Workers,
    /// What the governor allows.
    pub(crate) throttle: Throttle,
    /// How tight memory is, as the monitor saw it last.
    pub(crate) level: Arc<Mutex<Level>>,
    screen: Screen,
    opened: Mutex<Opened>,
}

/// The budget's size, and who said so.
pub(crate) struct Limit {
    pub(crate) bytes: u64,
    pub(crate) asked: Option<String>,
    pub(crate) available: Available,
}

impl Session {
    /// `patience` is how long a verb may finish what it has begun after a first signal.
    pub(crate) fn new(mut common: Common, patience: Option<Duration>) -> anyhow::Result<Self> {
        config::fill(&mut common)?;
        let available = Available::here();
        let bytes = match &common.memory {
            Some(text) => {
                parse_size(text, available.bytes).with_context(|| format!("memory {text:?}"))?
            }
            None => default_limit(&available),
        };
        let limit = Limit { bytes, asked: common.memory.clone(), available };
        let chunk = match &common.chunk {
            Some(text) => {
                let bytes =
                    parse_size(text, limit.bytes).with_context(|| format!("chunk {text:?}"))?;
                anyhow::ensure!(bytes > 0, "chunk {text:?}: at least one byte");
                Some(usize::try_from(bytes)?)
            }
            None => None,
        };
        settings::read(&common.governed, limit.bytes, chunk)?.install()?;
        let settings = common.settings.iter().map(|text| match text.split_once('=') {
            Some((name, value)) => Ok((name.trim().to_owned(), value.trim().to_owned())),
            None => anyhow::bail!("set {text:?}: expected NAME=VALUE"),
        });
        let mut settings = settings.collect::<anyhow::Result<Vec<_>>>()?;
        if common.profile.is_some() {
            profiling::begin();
            settings.push((SETTING.0.to_owned(), SETTING.1.to_owned()));
        }
        if common.related == Some(Related::Never) {
            settings.push((stream_core::RELATED.to_owned(), "never".to_owned()));
        }
        if let Some(name) = &common.format {
            let known = stream_factory::formats().iter().map(|k| k.descriptor().name);
            let names: Vec<_> = known.collect();
            anyhow::ensure!(
                names.contains(&name.as_str()),
                "format {name:?}: known are {}",
                names.join(", ")
            );
        }
        let budget = Budget::new("memory", limit.bytes);
        let pool = Pool::new(&budget);
        let screen = Screen::default();
        let Interrupts { stop, cancel } = match patience {
            Some(patience) => Interrupts::patient(patience, stopping(&common, &screen, patience))?,
            None => Interrupts::at_once()?,
        };
        let workers = worker::pool(&common)?;
        failure::say_causes(common.verbose > 0);
        let (throttle, opened) = (Throttle::new(), Mutex::default());
        Ok(Self {
            common,
            limit,
            budget,
            pool,
            cancel,
            stop,
            chunk,
            settings,
            workers,
            throttle,
            level: Arc::new(Mutex::new(Level::Healthy)),
            screen,
            opened,
        })
    }

    /// How to open an input of this run.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new()
            .with_budget(&self.budget)
            .with_pool(&self.pool)
            .with_cancel(&self.cancel)
            .with_throttle(&self.throttle);
        if let Some(threads) = self.threads() {
            options = options.with_threads(threads);
        }
        if let Some(bytes) = self.chunk {
            options = options.with_chunk_size(bytes);
        }
        if let Some(name) = &self.common.format {
            options = options.with_format(name);
        }
        for (name, value) in &self.settings {
            options = options.with_setting(name, value);
        }
        options
    }

    /// The same, with what the verb sets; what the caller sets stands against it.
    pub(crate) fn with_settings(mut self, settings: Vec<(String, String)>) -> Self {
        self.settings.splice(0..0, settings);
        self
    }

    /// Where live lines and messages go.
    pub(crate) fn screen(&self) -> &Screen {
        &self.screen
    }

    /// What formats are told, in the order it was given.
    #[cfg(feature = "scan")]
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The processes that read files which must not take this one down.
    pub(crate) fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Whether files are read in a process of their own.
    pub(crate) fn isolate(&self) -> When {
        self.common.isolate.unwrap_or(When::Auto)
    }

    pub(crate) fn threads(&self) -> Option<NonZeroUsize> {
        self.common.threads
    }

    pub(crate) fn json(&self) -> bool {
        self.common.json.unwrap_or(false)
    }

    pub(crate) fn quiet(&self) -> bool {
        self.common.quiet.unwrap_or(false)
    }

    pub(crate) fn verbose(&self) -> bool {
        self.common.verbose > 0
    }

    pub(crate) fn color(&self) -> bool {
        match self.common.color.unwrap_or(When::Auto) {
            When::Always => true,
            When::Never => false,
            When::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        }
    }

    pub(crate) fn progress(&self) -> ProgressWhen {
        match self.common.progress.unwrap_or(ProgressWhen::Auto) {
            // listings on the same terminal would tear the bar apart
            ProgressWhen::Auto => {
                let seen = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
                if seen && !self.quiet() { ProgressWhen::Always } else { ProgressWhen::Never }
            }
            when => when,
        }
    }

    /// A size in the units asked for.
    pub(crate) fn size(&self, bytes: u64) -> String {
        crate::output::human::size(bytes, self.common.si.unwrap_or(false))
    }

    /// With `--profile`, what each stage needed.
    ///
    /// # Errors
    /// When it cannot be written to the file that was named.
    pub(crate) fn end_profile(&self) -> anyhow::Result<()> {
        let Some(file) = &self.common.profile else { return Ok(()) };
        profiling::end(file, if self.quiet() { Quiet::Yes } else { Quiet::No })
    }

    /// With `-v`, what the run needed.
    pub(crate) fn say_memory(&self) {
        if !self.verbose() {
            return;
        }
        let peak = meter::peak_rss().map_or_else(|| "unknown".to_owned(), |b| self.size(b));
        eprintln!(
            "narrows: memory: peak resident {peak}, budget peak {} of {}",
            self.size(self.budget.peak()),
            self.size(self.budget.limit()),
        );
        if let Some(peak) = self.workers.peak() {
            eprintln!("narrows: memory: peak resident of the worker {}", self.size(peak));
        }
    }
}

/// Says that nothing more is begun, and how long what was begun may take.
fn stopping(
    common: &Common,
    screen: &Screen,
    patience: Duration,
) -> impl FnOnce() + Send + 'static {
    let json = matches!(common.progress, Some(ProgressWhen::Json));
    let (quiet, screen) = (common.quiet.unwrap_or(false), screen.clone());
    let seconds = patience.as_secs();
    move || {
        if json {
            screen.say(&serde_json::json!({ "stopping": { "seconds": seconds } }).to_string());
        } else if !quiet {
            screen.say(&format!(
                "narrows: stopping: files that are being read have {seconds} s to end; once more gives them up"
            ));
        }
    }
}
