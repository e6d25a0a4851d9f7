//! The live line of memory.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use stream_memory::monitor::{Monitor, Watcher};

use crate::cli::When;
use crate::output::human;
use crate::session::Session;

/// Shows it where it was asked for: in place on a terminal, else, where that is forced, as lines.
pub(crate) fn start(session: &Session, monitor: &Monitor) {
    let when = session.common.governed.watch.unwrap_or(When::Never);
    let terminal = std::io::stderr().is_terminal();
    let si = session.common.si.unwrap_or(false);
    let screen = session.screen().clone();
    match (when, terminal) {
        (When::Never, _) | (When::Auto, false) => {}
        (_, true) => {
            let bar = screen.bar(ProgressBar::no_length());
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                bar.set_style(style);
            }
            monitor.on_sample(move |watcher| bar.set_message(line(watcher, si)));
            monitor.look();
        }
        (When::Always, false) => {
            monitor
                .on_sample(move |watcher| screen.say(&format!("narrows: {}", line(watcher, si))));
            monitor.look();
        }
    }
}

/// `memory: resident 45.2 MiB, live 30.1 MiB, reserved 24.0 MiB of 64.0 MiB, healthy`
fn line(watcher: &Watcher, si: bool) -> String {
    let sample = watcher.latest();
    let size = |bytes| human::size(bytes, si);
    let mut line = format!("memory: resident {}", size(sample.process.resident));
    if let Some(heap) = sample.heap {
        line.push_str(&format!(", live {}", size(heap.live)));
    }
    if let Some(budget) = sample.budget {
        line.push_str(&format!(", reserved {} of {}", size(budget.used), size(budget.limit)));
    }
    line.push_str(&format!(", {}", watcher.level()));
    line
}
