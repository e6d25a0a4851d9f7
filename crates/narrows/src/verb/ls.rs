//! `narrows ls`: every entry, in file order.

use std::io::Write;

use stream_core::{Entry, Error, ErrorKind, Reader, Result, Severity};

use crate::cli::Ls;
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::human::{self, Paint};
use crate::output::{self, Out, json};
use crate::pipeline;
use crate::progress::Meter;
use crate::session::Session;

pub(crate) fn run(session: &Session, ls: &Ls) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let name = input::name(&ls.file);
    let listed = match input::open(session, &ls.file) {
        Ok(mut reader) => list(session, ls, &mut *reader, &name, &mut out)?,
        Err(e) => Err(e),
    };
    let Err(e) = listed else {
        out.flush()?;
        return Ok(Outcome::Fine);
    };
    if session.json() {
        json::error_line(&mut out, &e)?;
    }
    // what was readable comes first
    out.flush()?;
    report(&name, &e);
    Ok(Outcome::of(&e))
}

fn list(
    session: &Session,
    ls: &Ls,
    reader: &mut dyn Reader,
    name: &str,
    out: &mut Out,
) -> anyhow::Result<Result<()>> {
    let mut meter = Meter::new(session, name);
    let (json, paint) = (session.json(), Paint(session.color()));
    let threads = reader.context().threads().get();
    let listed = pipeline::run(reader, threads, |entry, progress| {
        meter.tick(progress);
        if !wanted(ls, entry) {
            return Ok(());
        }
        if json {
            json::entry(out, entry)?;
            out.write_all(b"\n")?;
        } else {
            human::entry(out, entry, ls.long, paint)?;
        }
        Ok(())
    })?;
    meter.end(reader.progress());
    Ok(listed.and_then(|()| complete(reader)))
}

fn wanted(ls: &Ls, entry: &Entry) -> bool {
    ls.depth.is_none_or(|depth| entry.depth() < depth)
        && (ls.kind.is_empty() || ls.kind.contains(&entry.kind()))
}

/// A file may end without an error, and yet lack something it promised.
fn complete(reader: &mut dyn Reader) -> Result<()> {
    let summary = reader.finish()?;
    if summary.complete {
        return Ok(());
    }
    let worst = summary.diagnostics.kept().iter().find(|d| d.severity == Severity::Error);
    let Some(finding) = worst else {
        return Err(Error::new(ErrorKind::Truncated, "the file is not complete"));
    };
    let mut e = Error::new(ErrorKind::Truncated, finding.message.to_string());
    if let Some(offset) = finding.offset {
        e = e.at(offset);
    }
    if let Some(entry) = &finding.entry {
        e = e.in_entry(entry.clone());
    }
    Err(e)
}
