//! `narrows info`: what a file is, on one screen.

use std::io::Write;
use std::path::PathBuf;

use stream_core::{Entry, Error, Kind, Reader, Summary, Value};
use stream_factory::Detection;

use crate::failure::{Outcome, report};
use crate::input;
use crate::output::human::{Facts, Paint, value};
use crate::output::json::{self, Object};
use crate::output::{self, Out};
use crate::progress::Meter;
use crate::session::Session;

mod outline;

use outline::Outline;

/// What a walk over the structure found.
struct Found {
    detection: Detection,
    size: Option<u64>,
    read: u64,
    kinds: Vec<(Kind, u64)>,
    /// The facts of the only entry, where there is just one: they are the file's.
    only: Option<Entry>,
    outline: Outline,
    summary: Option<Summary>,
    error: Option<Error>,
}

impl Found {
    /// Facts of the file, each name once.
    fn facts(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let of_file = self.summary.iter().flat_map(|s| s.fields.iter());
        let of_entry = self.only.iter().flat_map(|e| e.fields().iter());
        let known = |key: &str| {
            key == "size" || self.summary.as_ref().is_some_and(|s| s.fields.get(key).is_some())
        };
        let of_outline = self.outline.facts().iter().map(|(key, text)| (*key, Value::Text(text)));
        of_entry
            .chain(of_outline)
            .filter(move |(key, _)| !known(key))
            .chain(of_file.filter(|(key, _)| *key != "size"))
    }
}

pub(crate) fn run(session: &Session, files: &[PathBuf]) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let mut worst = Outcome::Fine;
    for file in files {
        let name = input::name(file);
        let found = input::open(session, file).and_then(|mut reader| {
            let detection = *reader.detection();
            walk(session, &name, &mut *reader, detection)
        });
        let error = match &found {
            Ok(found) => {
                if session.json() {
                    line(&mut out, &input::path(file), found)?;
                } else {
                    screen(&mut out, session, &name, found)?;
                }
                found.error.as_ref()
            }
            Err(e) => {
                if session.json() {
                    let mut object = Object::begin(&mut out)?;
                    object.text("path", &input::path(file))?;
                    json::error(object.key("error")?, e)?;
                    object.end()?;
                    out.write_all(b"\n")?;
                }
                Some(e)
            }
        };
        if let Some(e) = error {
            out.flush()?;
            report(&name, e);
            worst = worst.max(Outcome::of(e));
        }
        if session.stop.is_cancelled() {
            break;
        }
    }
    out.flush()?;
    Ok(worst)
}

fn walk(
    session: &Session,
    name: &str,
    reader: &mut dyn Reader,
    detection: Detection,
) -> stream_core::Result<Found> {
    let mut meter = Meter::new(session, name);
    let mut entry = reader.context().entry();
    let mut kinds: Vec<(Kind, u64)> = Vec::new();
    let mut outline = Outline::of(detection.format.name);
    let error = loop {
        match reader.read_entry(&mut entry) {
            Ok(true) => {
                match kinds.iter_mut().find(|(kind, _)| *kind == entry.kind()) {
                    Some((_, n)) => *n = n.saturating_add(1),
                    None => kinds.push((entry.kind(), 1)),
                }
                outline.see(&entry);
            }
            Ok(false) => break None,
            Err(e) => break Some(e),
        }
        meter.tick(|| reader.progress());
    };
    meter.end(reader.progress());
    let summary = match reader.finish() {
        Ok(summary) => Some(summary),
        Err(e) if error.is_none() => return Err(e),
        Err(_) => None,
    };
    let alone = kinds.iter().map(|(_, n)| n).sum::<u64>() == 1 && !outline.is_some();
    let only = alone.then_some(entry);
    let cx = reader.context();
    let (size, read) = (cx.source().size(), cx.counters().bytes_read());
    Ok(Found { detection, size, read, kinds, only, outline, summary, error })
}

fn screen(out: &mut Out, session: &Session, name: &str, found: &Found) -> anyhow::Result<()> {
    let paint = Paint(session.color());
    writeln!(out, "{}", paint.bold(name))?;
    let mut facts = Facts::new();
    let gzip = if found.detection.gzip { ", gzip" } else { "" };
    let by = found.detection.by.as_str();
    facts.push("format", format!("{}{gzip} (by {by})", found.detection.format.title));
    if let Some(size) = found.size {
        facts.push("size", format!("{} ({size} bytes)", session.size(size)));
    }
    let kinds: Vec<_> = found.kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    if !kinds.is_empty() {
        facts.push("entries", kinds.join(", "));
    }
    // what a list of maps says stands in a table, and in the JSON
    for (key, v) in found.facts().filter(|(_, v)| !is_table(*v)) {
        facts.push(key, value(v));
    }
    if let Some(summary) = &found.summary {
        if !summary.complete {
            facts.push("complete", "no");
        }
        for finding in summary.diagnostics.kept().iter().take(FINDINGS) {
            facts.push("finding", crate::output::human::clean(&finding.to_string()));
        }
        let more = summary.diagnostics.kept().len().saturating_sub(FINDINGS);
        let more = summary.diagnostics.dropped().saturating_add(more as u64);
        if more > 0 {
            facts.push("findings", format!("{more} more: narrows check"));
        }
    }
    if session.verbose() {
        facts.push("read", session.size(found.read));
    }
    facts.write(out, paint)?;
    found.outline.write(out, paint)?;
    Ok(())
}

fn is_table(value: Value<'_>) -> bool {
    let Value::List(mut rows) = value else { return false };
    matches!(rows.next(), Some(Value::Map(_)))
}

/// One screen holds no more; `check` lists all.
const FINDINGS: usize = 5;

fn line(out: &mut Out, path: &str, found: &Found) -> anyhow::Result<()> {
    let mut object = Object::begin(out)?;
    object.text("path", path)?;
    object.text("format", found.detection.format.name)?;
    if let Some(media_type) = found.detection.format.media_types.first() {
        object.text("media_type", media_type)?;
    }
    object.text("detected_by", found.detection.by.as_str())?;
    if found.detection.gzip {
        object.text("compression", "gzip")?;
    }
    if let Some(size) = found.size {
        object.number("size", size)?;
    }
    object.number("bytes_read", found.read)?;
    object.number("entries", found.kinds.iter().map(|(_, n)| n).sum())?;
    let mut kinds = Object::begin(object.key("kinds")?)?;
    for (kind, n) in &found.kinds {
        kinds.number(kind.as_str(), *n)?;
    }
    kinds.end()?;
    if let Some(summary) = &found.summary {
        object.boolean("complete", summary.complete)?;
        let mut fields = Object::begin(object.key("fields")?)?;
        for (key, v) in found.facts() {
            json::value(fields.key(key)?, v)?;
        }
        fields.end()?;
        let findings = summary.diagnostics.kept().len() as u64;
        object.number("findings", summary.diagnostics.dropped().saturating_add(findings))?;
    }
    found.outline.json(&mut object)?;
    if let Some(e) = &found.error {
        json::error(object.key("error")?, e)?;
    }
    object.end()?;
    out.write_all(b"\n")?;
    Ok(())
}
