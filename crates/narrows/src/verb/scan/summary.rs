//! What a scan found, at its end.

use std::io::Write as _;

use serde_json::json;
use stream_scan::{Planned, Renewed, Report};

use crate::output;
use crate::output::human::{Paint, clean};
use crate::session::Session;

pub(super) fn planned(session: &Session, found: &Planned) -> anyhow::Result<()> {
    let mut out = output::stdout();
    let left = &found.left_out;
    renewed(session, found)?;
    if session.json() {
        let line = json!({ "planned": {
            "files": found.inputs, "bytes": found.bytes, "left_out": left,
        }});
        writeln!(out, "{line}")?;
    } else if !session.quiet() {
        writeln!(out, "planned {} files, {}", found.inputs, session.size(found.bytes))?;
        let reasons = [
            (left.by_glob, "by a glob"),
            (left.by_size, "by size"),
            (left.hard_links, "other names of the same file"),
            (left.links, "symbolic links"),
            (left.special, "not regular files"),
        ];
        for (n, reason) in reasons.into_iter().filter(|(n, _)| *n > 0) {
            writeln!(out, "left out {n}: {reason}")?;
        }
    }
    out.flush()?;
    Ok(())
}

/// What a plan that was made anew found.
pub(super) fn renewed(session: &Session, found: &Planned) -> anyhow::Result<()> {
    let Some(Renewed { new, changed, gone }) = found.renewed else { return Ok(()) };
    let mut out = output::stdout();
    if session.json() {
        writeln!(
            out,
            "{}",
            json!({ "renewed": { "new": new, "changed": changed, "gone": gone } })
        )?;
    } else if !session.quiet() {
        writeln!(out, "walked again: {new} new, {changed} changed, {gone} gone")?;
    }
    out.flush()?;
    Ok(())
}

pub(super) fn report(session: &Session, report: &Report) -> anyhow::Result<()> {
    let mut out = output::stdout();
    if session.json() {
        let formats = report.formats.iter().map(|(name, share)| {
            let share = json!({
                "files": share.files, "bytes": share.bytes,
                "seconds": share.elapsed, "peak": share.peak,
            });
            (name.clone(), share)
        });
        let mut line = json!({ "scanned": {
            "files": report.files,
            "bytes": report.bytes,
            "entries": report.entries,
            "interrupted": report.interrupted,
            "statuses": report.statuses,
            "errors": report.errors,
            "formats": formats.collect::<serde_json::Map<_, _>>(),
            "slowest": report.slowest.iter().map(|(s, p)| json!({ "path": p, "seconds": s }))
                .collect::<Vec<_>>(),
            "largest": report.largest.iter().map(|(b, p)| json!({ "path": p, "peak": b }))
                .collect::<Vec<_>>(),
        }});
        if let (Some(found), Some(scanned)) = (&report.duplicates, line["scanned"].as_object_mut())
        {
            let found =
                json!({ "groups": found.groups, "files": found.files, "bytes": found.bytes });
            scanned.insert("duplicates".to_owned(), found);
        }
        writeln!(out, "{line}")?;
        out.flush()?;
        return Ok(());
    }
    if session.quiet() {
        return Ok(());
    }
    let paint = Paint(session.color());
    let whole = if report.interrupted { "interrupted after" } else { "scanned" };
    writeln!(
        out,
        "{whole} {} files, {}, {} entries; {} not whole",
        report.files,
        session.size(report.bytes),
        report.entries,
        report.broken(),
    )?;
    let heading =
        format!("  {:<10}{:>10}{:>12}{:>10}{:>12}", "format", "files", "bytes", "seconds", "peak");
    writeln!(out, "{}", paint.dim(heading))?;
    for (name, share) in &report.formats {
        let (bytes, peak) = (session.size(share.bytes), session.size(share.peak));
        let (files, seconds) = (share.files, share.elapsed);
        writeln!(out, "  {name:<10}{files:>10}{bytes:>12}{seconds:>10.2}{peak:>12}")?;
    }
    for (title, counts) in [("status", &report.statuses), ("errors", &report.errors)] {
        if !counts.is_empty() {
            let counts: Vec<_> = counts.iter().map(|(name, n)| format!("{n} {name}")).collect();
            writeln!(out, "  {title}: {}", counts.join(", "))?;
        }
    }
    if let Some(found) = &report.duplicates {
        let bytes = session.size(found.bytes);
        writeln!(out, "  duplicates: {} files of {} contents, {bytes}", found.files, found.groups)?;
    }
    if report.files > 0 {
        writeln!(out, "{}", paint.dim("  slowest"))?;
        for (seconds, path) in &report.slowest {
            writeln!(out, "  {seconds:>9.3} s  {}", clean(path))?;
        }
        writeln!(out, "{}", paint.dim("  largest peaks"))?;
        for (peak, path) in &report.largest {
            writeln!(out, "  {:>11}  {}", session.size(*peak), clean(path))?;
        }
    }
    out.flush()?;
    Ok(())
}
