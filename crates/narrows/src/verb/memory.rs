//! `narrows memory`: the budget, where it comes from, how tight memory is, and what files would need.

use std::io::Write;

use stream_memory::monitor::{Setup, Thresholds, Watcher};
use stream_memory::strategy::PastPeaks;
use stream_memory::{ChunkSizer, Level, Settings};

use crate::cli::Memory;
use crate::failure::{Outcome, report};
use crate::output::human::{Facts, Paint};
use crate::output::json::{self, Object};
use crate::output::{self, Out};
use crate::session::Session;
use crate::{input, settings};

mod file;
#[cfg(feature = "scan")]
mod usage;

/// What is known here before any file is looked at.
struct Here {
    origin: String,
    threads: u64,
    chunk: u64,
    settings: Settings,
    /// After one look; `None` where nothing can be watched, with the reason.
    seen: Result<Watcher, String>,
}

pub(crate) fn run(session: &Session, memory: &Memory) -> anyhow::Result<Outcome> {
    #[cfg(feature = "scan")]
    if let Some(catalogue) = &memory.analyze {
        return usage::run(session, catalogue);
    }
    let mut out = output::stdout();
    let here = Here::look(session)?;
    if session.json() {
        here.line(session, &mut out)?;
    } else {
        here.facts(session).write(&mut out, Paint(session.color()))?;
    }
    let mut worst = Outcome::Fine;
    let past = if memory.files.is_empty() { PastPeaks::new() } else { session.past() };
    for file in &memory.files {
        match file::Needs::of(session, file, &past, here.idle()) {
            Ok(needs) if session.json() => needs.line(&input::path(file), &mut out)?,
            Ok(needs) => {
                writeln!(out, "{}", Paint(session.color()).bold(input::name(file)))?;
                needs.facts(session).write(&mut out, Paint(session.color()))?;
            }
            Err(e) => {
                out.flush()?;
                report(&input::name(file), &e);
                worst = worst.max(Outcome::of(&e));
            }
        }
    }
    out.flush()?;
    Ok(worst)
}

impl Here {
    fn look(session: &Session) -> anyhow::Result<Self> {
        let limit = &session.limit;
        let origin = match (&limit.asked, std::env::var_os("NARROWS_MEMORY")) {
            (Some(asked), Some(env)) if *env == **asked => format!("NARROWS_MEMORY={asked}"),
            (Some(asked), _) => format!("--memory {asked} or the configuration file"),
            (None, _) => "a quarter of what is available, at least 64 MiB".to_owned(),
        };
        let threads = match session.threads() {
            Some(threads) => threads,
            None => std::thread::available_parallelism()?,
        };
        let settings = Settings::current();
        let sized = ChunkSizer::new(threads.get()).size(limit.bytes, Level::Healthy);
        let seen = Setup::new().with_budget(&session.budget).watcher();
        let seen = seen.map(|mut watcher| {
            watcher.step(|_| ());
            watcher
        });
        Ok(Self {
            origin,
            threads: threads.get() as u64,
            chunk: settings.chunk_size.unwrap_or(sized) as u64,
            settings,
            seen: seen.map_err(|e| e.to_string()),
        })
    }

    /// Resident bytes before a file is looked at.
    fn idle(&self) -> u64 {
        self.seen.as_ref().map_or(0, |watcher| watcher.latest().process.resident)
    }

    fn facts(&self, session: &Session) -> Facts {
        let mut facts = Facts::new();
        let limit = &session.limit;
        let size = |bytes| session.size(bytes);
        facts.push("budget", format!("{} ({})", size(limit.bytes), self.origin));
        let (left, total) = (size(limit.available.bytes), size(limit.available.total));
        facts.push("available", format!("{left} of {total} ({})", limit.available.source));
        match &self.seen {
            Err(reason) => facts.push("level", format!("unknown: {reason}")),
            Ok(watcher) => {
                if let (Some(group), Some(path)) = (watcher.latest().group, watcher.limit()) {
                    let (used, total) = (size(group.used), size(group.total));
                    facts
                        .push("container", format!("{path}: {used} of {total} without file cache"));
                } else {
                    facts.push("container", "no control group limits memory");
                }
                if let Some(pressure) = watcher.latest().pressure {
                    let (some, full) = (f64::from(pressure.some), f64::from(pressure.full));
                    let text = format!(
                        "{:.2} % of the last 10 s some task waited for memory, {:.2} % all",
                        some / 100.0,
                        full / 100.0
                    );
                    facts.push("pressure", text);
                }
                let why = watcher.reason().map_or(String::new(), |reason| format!(": {reason}"));
                facts.push("level", format!("{}{why}", watcher.level()));
            }
        }
        facts.push("thresholds", self.thresholds(session));
        let every = match settings::is_watched(&session.common.governed) {
            true => format!("each {:?} while a file is read", self.settings.monitor_interval),
            false => "off".to_owned(),
        };
        facts.push("watched", every);
        facts.push("threads", self.threads.to_string());
        facts.push("chunks", size(self.chunk));
        let tiers = self.settings.tiers();
        let (whole, over) = (size(tiers.whole_under), size(tiers.streamed_over));
        facts
            .push("tiers", format!("whole under {whole}, streamed over {over}, in chunks between"));
        if let Some(most) = self.settings.max_file_size {
            facts.push("largest file", size(most));
        }
        facts
    }

    /// `usage 80 % and 90 %, available …`
    fn thresholds(&self, session: &Session) -> String {
        let Thresholds { usage, growth, .. } = self.settings.thresholds();
        let left = self.settings.thresholds().available_of(session.limit.available.total);
        let size = |bytes| session.size(bytes);
        format!(
            "warning and critical: usage {:.0} % and {:.0} %, left {} and {}, growth {} and {}",
            usage.warning * 100.0,
            usage.critical * 100.0,
            size(left.warning),
            size(left.critical),
            size(growth.warning),
            size(growth.critical),
        )
    }

    fn line(&self, session: &Session, out: &mut Out) -> anyhow::Result<()> {
        let limit = &session.limit;
        let mut object = Object::begin(out)?;
        object.number("budget", limit.bytes)?;
        object.text("origin", &self.origin)?;
        object.number("available", limit.available.bytes)?;
        object.number("total", limit.available.total)?;
        object.text("available_from", &limit.available.source.to_string())?;
        object.number("threads", self.threads)?;
        object.number("chunk", self.chunk)?;
        if let Ok(watcher) = &self.seen {
            let sample = watcher.latest();
            object.text("level", watcher.level().as_str())?;
            if let Some(reason) = watcher.reason() {
                object.text("reason", &reason.to_string())?;
            }
            if let (Some(group), Some(path)) = (sample.group, watcher.limit()) {
                object.text("container", &path)?;
                object.number("container_used", group.used)?;
                object.number("container_limit", group.total)?;
            }
            if let Some(pressure) = sample.pressure {
                let percent = |hundredths: u16| f64::from(hundredths) / 100.0;
                json::float(object.key("pressure_some")?, percent(pressure.some))?;
                json::float(object.key("pressure_full")?, percent(pressure.full))?;
            }
            object.number("resident", sample.process.resident)?;
        }
        let Thresholds { usage, growth, .. } = self.settings.thresholds();
        let left = self.settings.thresholds().available_of(limit.available.total);
        json::float(object.key("usage_warning")?, usage.warning)?;
        json::float(object.key("usage_critical")?, usage.critical)?;
        object.number("available_warning", left.warning)?;
        object.number("available_critical", left.critical)?;
        object.number("growth_warning", growth.warning)?;
        object.number("growth_critical", growth.critical)?;
        let interval = self.settings.monitor_interval;
        json::float(object.key("monitor_interval")?, interval.as_secs_f64())?;
        object.number("streaming_threshold", self.settings.streaming_threshold)?;
        if let Some(most) = self.settings.max_file_size {
            object.number("max_file_size", most)?;
        }
        object.end()?;
        out.write_all(b"\n")?;
        Ok(())
    }
}
