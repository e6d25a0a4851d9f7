//! How far a run is, on standard error.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use stream_core::Progress;

use crate::cli::ProgressWhen;
use crate::session::Session;

/// Shows a reader's progress at most ten times a second.
pub(crate) struct Meter {
    shown: Shown,
    calls: u32,
    last: Instant,
}

enum Shown {
    Nothing,
    Bar(ProgressBar),
    Json(String),
}

const PERIOD: Duration = Duration::from_millis(100);
/// Entries between two looks at the clock: a look costs as much as a short entry.
const CALLS: u32 = 256;

impl Meter {
    pub(crate) fn new(session: &Session, name: &str) -> Self {
        let shown = match session.progress() {
            ProgressWhen::Always => {
                let bar = session.screen().bar(ProgressBar::no_length());
                bar.set_message(name.to_owned());
                Shown::Bar(bar)
            }
            ProgressWhen::Json => Shown::Json(name.to_owned()),
            ProgressWhen::Auto | ProgressWhen::Never => Shown::Nothing,
        };
        Self { shown, calls: 0, last: Instant::now() }
    }

    /// Shows `progress` if it is time to.
    pub(crate) fn tick(&mut self, progress: impl FnOnce() -> Progress) {
        if matches!(self.shown, Shown::Nothing) {
            return;
        }
        self.calls = self.calls.wrapping_add(1);
        if !self.calls.is_multiple_of(CALLS) || self.last.elapsed() < PERIOD {
            return;
        }
        self.show(progress());
    }

    /// As [`Meter::tick`], for steps as long as a chunk.
    pub(crate) fn step(&mut self, progress: Progress) {
        if self.last.elapsed() >= PERIOD {
            self.show(progress);
        }
    }

    /// Shows the end.
    pub(crate) fn end(&mut self, progress: Progress) {
        self.show(progress);
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }

    fn show(&mut self, progress: Progress) {
        self.last = Instant::now();
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                if let Some(total) = progress.total
                    && bar.length() != Some(total)
                {
                    bar.set_length(total);
                    let style = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
                    if let Ok(style) = ProgressStyle::with_template(style) {
                        bar.set_style(style);
                    }
                }
                bar.set_position(progress.done);
            }
            Shown::Json(name) => {
                let line = serde_json::json!({ "progress": {
                    "path": name,
                    "done": progress.done,
                    "total": progress.total,
                    "complete": progress.complete,
                }});
                eprintln!("{line}");
            }
        }
    }
}
