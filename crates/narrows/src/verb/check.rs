//! `narrows check`: reads everything, and says what is wrong.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;

use stream_core::{Error, Kind, Reader, ReaderExt, Severity, Summary};

use crate::failure::{Outcome, report};
use crate::input;
use crate::output::human::{Paint, clean};
use crate::output::json::{self, Object};
use crate::output::{self, Out};
use crate::progress::Meter;
use crate::session::Session;

pub(crate) fn run(session: &Session, files: &[PathBuf]) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let mut worst = Outcome::Fine;
    for file in files {
        let name = input::name(file);
        let (summary, error) = match input::open(session, file) {
            Ok(mut reader) => read_all(session, &name, &mut *reader),
            Err(e) => (None, Some(e)),
        };
        let broken = error.is_some()
            || summary
                .as_ref()
                .is_some_and(|s| !s.complete || s.diagnostics.count(Severity::Error) > 0);
        if session.json() {
            line(&mut out, &input::path(file), summary.as_ref(), error.as_ref(), broken)?;
        } else {
            lines(&mut out, session, &name, summary.as_ref(), broken)?;
        }
        if let Some(e) = &error {
            out.flush()?;
            report(&name, e);
            worst = worst.max(Outcome::of(e));
        } else if broken {
            worst = worst.max(Outcome::Broken);
        }
        if session.stop.is_cancelled() {
            break;
        }
    }
    out.flush()?;
    Ok(worst)
}

/// Every entry and all data of each; an error ends the file, and the summary tells what is known.
fn read_all(
    session: &Session,
    name: &str,
    reader: &mut dyn Reader,
) -> (Option<Summary>, Option<Error>) {
    let mut meter = Meter::new(session, name);
    let total = reader.context().source().size();
    let forward = !reader.context().is_random();
    let walked = reader.walk(|entry, data| {
        // a table's rows hold its columns; over a pipe they are behind by now
        let read_already = forward && entry.kind() == Kind::Column;
        if entry.has_data() && !read_already {
            let mut chunks = data.chunks().map_err(|e| e.in_entry(entry.path()))?;
            let mut done = entry.span().map_or(0, |s| s.offset);
            while let Some(chunk) = chunks.next_chunk().map_err(|e| e.in_entry(entry.path()))? {
                done = done.saturating_add(chunk.bytes().len() as u64);
                meter.step(stream_core::Progress { done, total, complete: false });
            }
        }
        Ok(ControlFlow::Continue(()))
    });
    meter.end(reader.progress());
    match walked {
        Ok(summary) => (Some(summary), None),
        Err(e) => (reader.finish().ok(), Some(e)),
    }
}

fn line(
    out: &mut Out,
    path: &str,
    summary: Option<&Summary>,
    error: Option<&Error>,
    broken: bool,
) -> anyhow::Result<()> {
    let mut object = Object::begin(out)?;
    object.text("path", path)?;
    object.text("status", if broken { "broken" } else { "ok" })?;
    if let Some(summary) = summary {
        object.number("entries", summary.entries)?;
        object.boolean("complete", summary.complete)?;
        object.fields("fields", summary.fields.iter())?;
        let findings = summary.diagnostics.kept().iter();
        json::list(object.key("findings")?, findings, json::diagnostic)?;
        if summary.diagnostics.dropped() > 0 {
            object.number("findings_not_kept", summary.diagnostics.dropped())?;
        }
    }
    if let Some(e) = error {
        json::error(object.key("error")?, e)?;
    }
    object.end()?;
    out.write_all(b"\n")?;
    Ok(())
}

fn lines(
    out: &mut Out,
    session: &Session,
    name: &str,
    summary: Option<&Summary>,
    broken: bool,
) -> anyhow::Result<()> {
    let paint = Paint(session.color());
    if let Some(summary) = summary {
        for finding in summary.diagnostics.kept() {
            if finding.severity > Severity::Note || session.verbose() {
                writeln!(out, "{name}: {}", clean(&finding.to_string()))?;
            }
        }
        if summary.diagnostics.dropped() > 0 {
            let dropped = summary.diagnostics.dropped();
            writeln!(out, "{name}: {dropped} more findings, counted and not kept")?;
        }
    }
    if !session.quiet() || broken {
        let verdict = if broken { paint.bad("broken") } else { paint.good("ok") };
        writeln!(out, "{name}: {verdict}")?;
    }
    Ok(())
}
