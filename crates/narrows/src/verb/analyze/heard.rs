//! What a meter shows while it runs, on standard error.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};
use stream_analysis::Meter;

use super::sound::Found;
use crate::cli::ProgressWhen;
use crate::output::sound::loudness;
use crate::session::Session;

/// Shows loudness so far, at most ten times a second.
pub(super) struct Heard<'f> {
    shown: Shown,
    found: &'f Found<'f>,
    last: Instant,
}

enum Shown {
    Nothing,
    Line(ProgressBar),
    Json,
}

const PERIOD: Duration = Duration::from_millis(100);

impl<'f> Heard<'f> {
    pub(super) fn new(session: &Session, found: &'f Found<'f>) -> Self {
        let shown = match session.progress() {
            ProgressWhen::Always => {
                Shown::Line(ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()))
            }
            ProgressWhen::Json => Shown::Json,
            ProgressWhen::Auto | ProgressWhen::Never => Shown::Nothing,
        };
        Self { shown, found, last: Instant::now() }
    }

    /// Shows what is measured so far, if it is time to.
    pub(super) fn step(&mut self, meter: &Meter) {
        if matches!(self.shown, Shown::Nothing) || self.last.elapsed() < PERIOD {
            return;
        }
        self.last = Instant::now();
        let so_far = meter.so_far();
        let (done, total) = (meter.samples(), self.found.sound.frames);
        match &self.shown {
            Shown::Nothing => {}
            Shown::Line(line) => {
                let share = total.map_or_else(String::new, |total| {
                    format!(" {:.0} %", done as f64 / total.max(1) as f64 * 100.0)
                });
                let text = loudness::short(&so_far);
                line.set_message(format!("{}{share}: {text}", self.found.name));
                line.tick();
            }
            Shown::Json => {
                let mut bytes = Vec::new();
                if loudness::running(&mut bytes, self.found.file, &so_far).is_ok() {
                    let text = String::from_utf8_lossy(&bytes);
                    eprint!("{text}");
                }
            }
        }
    }

    /// Takes the line away.
    pub(super) fn end(&mut self) {
        if let Shown::Line(line) = &self.shown {
            line.finish_and_clear();
        }
    }
}
