//! `narrows ls`: every entry, in file order.

use std::io::Write;

use stream_core::{Entry, Reader};

use crate::cli::Ls;
use crate::failure::{Outcome, report};
use crate::input;
use crate::output::human::{self, Paint};
use crate::output::{self, json};
use crate::progress::Meter;
use crate::session::Session;

pub(crate) fn run(session: &Session, ls: &Ls) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let name = input::name(&ls.file);
    let mut failed = None;
    match input::open(session, &ls.file) {
        Err(e) => failed = Some(e),
        Ok(mut reader) => {
            let mut meter = Meter::new(session, &name);
            let mut entry = reader.context().entry();
            loop {
                match reader.read_entry(&mut entry) {
                    Ok(true) => {
                        if wanted(ls, &entry) {
                            if session.json() {
                                json::entry(&mut out, &entry)?;
                                out.write_all(b"\n")?;
                            } else {
                                let paint = Paint(session.color());
                                human::entry(&mut out, &entry, ls.long, paint)?;
                            }
                        }
                        meter.tick(|| reader.progress());
                    }
                    Ok(false) => break,
                    Err(e) => {
                        failed = Some(e);
                        break;
                    }
                }
            }
            meter.end(reader.progress());
            if failed.is_none() {
                failed = incomplete(&mut *reader)?;
            }
        }
    }
    let Some(e) = failed else {
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

fn wanted(ls: &Ls, entry: &Entry) -> bool {
    ls.depth.is_none_or(|depth| entry.depth() < depth)
        && (ls.kind.is_empty() || ls.kind.contains(&entry.kind()))
}

/// A file that ended without an error, and yet lacks something it promised.
fn incomplete(reader: &mut dyn Reader) -> anyhow::Result<Option<stream_core::Error>> {
    use stream_core::{Error, ErrorKind, Severity};
    let summary = reader.finish()?;
    if summary.complete {
        return Ok(None);
    }
    let worst = summary.diagnostics.kept().iter().find(|d| d.severity == Severity::Error);
    Ok(Some(match worst {
        Some(finding) => {
            let e = Error::new(ErrorKind::Truncated, finding.message.to_string());
            let e = match finding.offset {
                Some(offset) => e.at(offset),
                None => e,
            };
            match &finding.entry {
                Some(entry) => e.in_entry(entry.clone()),
                None => e,
            }
        }
        None => Error::new(ErrorKind::Truncated, "the file is not complete"),
    }))
}
