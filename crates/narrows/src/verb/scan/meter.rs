//! How far a scan is, on standard error.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use stream_memory::{Budget, Level};
use stream_scan::{Event, Status};

use crate::cli::ProgressWhen;
use crate::session::Session;

/// Bars for files and bytes, or JSON lines, at most ten times a second.
pub(super) struct Meter {
    shown: Shown,
    budget: Budget,
    level: Arc<Mutex<Level>>,
    counts: Mutex<Counts>,
}

enum Shown {
    Nothing,
    Bars { files: ProgressBar, bytes: ProgressBar },
    Json,
}

struct Counts {
    files: u64,
    bytes: u64,
    broken: u64,
    inputs: u64,
    last: Instant,
}

const PERIOD: Duration = Duration::from_millis(100);

impl Meter {
    pub(super) fn new(session: &Session) -> Self {
        let shown = match session.progress() {
            ProgressWhen::Always => {
                let bar = |template: &str| {
                    let bar = session.screen().bar(ProgressBar::new(0));
                    if let Ok(style) = ProgressStyle::with_template(template) {
                        bar.set_style(style);
                    }
                    bar
                };
                Shown::Bars {
                    files: bar("files {bar:30} {human_pos}/{human_len} {per_sec} {eta} {msg}"),
                    bytes: bar("bytes {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg}"),
                }
            }
            ProgressWhen::Json => Shown::Json,
            ProgressWhen::Auto | ProgressWhen::Never => Shown::Nothing,
        };
        let counts = Counts { files: 0, bytes: 0, broken: 0, inputs: 0, last: Instant::now() };
        let (budget, level) = (session.budget.clone(), session.level.clone());
        Self { shown, budget, level, counts: Mutex::new(counts) }
    }

    pub(super) fn hear(&self, event: &Event<'_>) {
        if matches!(self.shown, Shown::Nothing) {
            return;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Planned { inputs, bytes, done } => {
                (counts.inputs, counts.files) = (*inputs, *done);
                if let Shown::Bars { files, bytes: bar } = &self.shown {
                    files.set_length(*inputs);
                    bar.set_length(*bytes);
                }
                self.json(|| {
                    serde_json::json!({
                        "planned": { "files": inputs, "bytes": bytes, "done": done }
                    })
                });
            }
            Event::Read(row) => {
                counts.files = counts.files.saturating_add(1);
                counts.bytes = counts.bytes.saturating_add(row.size);
                if row.status != Status::Ok {
                    counts.broken = counts.broken.saturating_add(1);
                    self.json(|| {
                        let fault = row.fault.as_ref();
                        serde_json::json!({ "broken": {
                            "path": row.path.to_string_lossy(),
                            "status": row.status.as_str(),
                            "kind": fault.map(|f| f.kind.as_str()),
                            "message": fault.map(|f| f.message.as_str()),
                        }})
                    });
                }
                if counts.last.elapsed() >= PERIOD {
                    counts.last = Instant::now();
                    self.show(&counts);
                }
            }
            Event::Died { path, kind, times } => self.json(|| {
                serde_json::json!({ "died": {
                    "path": path.to_string_lossy(), "kind": kind, "times": times
                }})
            }),
            Event::Part { files } => {
                self.json(|| serde_json::json!({ "part": { "files": files } }));
            }
            _ => {}
        }
    }

    /// Shows the end.
    pub(super) fn end(&self) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.show(&counts);
        if let Shown::Bars { files, bytes } = &self.shown {
            files.finish_and_clear();
            bytes.finish_and_clear();
        }
    }

    fn show(&self, counts: &Counts) {
        let (used, limit) = (self.budget.used(), self.budget.limit());
        let level = *self.level.lock().unwrap_or_else(PoisonError::into_inner);
        if let Shown::Bars { files, bytes } = &self.shown {
            files.set_position(counts.files);
            if counts.broken > 0 {
                files.set_message(format!("{} not whole", counts.broken));
            }
            bytes.set_position(counts.bytes);
            let mib = |bytes: u64| bytes >> 20;
            bytes.set_message(format!("memory {} of {} MiB, {level}", mib(used), mib(limit)));
        }
        self.json(|| {
            serde_json::json!({ "progress": {
                "files": counts.files,
                "inputs": counts.inputs,
                "bytes": counts.bytes,
                "broken": counts.broken,
                "memory": used,
                "limit": limit,
                "level": level.to_string(),
            }})
        });
    }

    fn json(&self, line: impl FnOnce() -> serde_json::Value) {
        if matches!(self.shown, Shown::Json) {
            eprintln!("{}", line());
        }
    }
}
