//! `narrows memory --analyze`: what the files of a catalogue needed.

use std::io::Write;
use std::path::Path;

use crate::failure::Outcome;
use crate::output;
use crate::session::Session;

/// Prints the report, for people or as one line of JSON.
pub(super) fn run(session: &Session, catalogue: &Path) -> anyhow::Result<Outcome> {
    let report = stream_scan::usage(catalogue, &session.budget)?.report();
    let mut out = output::stdout();
    if session.json() {
        writeln!(out, "{}", report.json())?;
    } else {
        write!(out, "{report}")?;
    }
    out.flush()?;
    Ok(Outcome::Fine)
}
