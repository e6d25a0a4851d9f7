//! `narrows scan duplicates`: files that are there more than once.

use std::io::Write as _;
use std::path::Path;

use serde_json::json;

use crate::output;
use crate::output::human::{Paint, clean};
use crate::session::Session;

/// Lists groups of equal files, those first of which most bytes could be spared.
pub(super) fn list(session: &Session, catalogue: &Path) -> anyhow::Result<()> {
    let mut out = output::stdout();
    let paint = Paint(session.color());
    for group in stream_scan::duplicates(catalogue, &session.budget)? {
        if session.json() {
            let line = json!({ "digest": group.digest, "size": group.size, "paths": group.paths });
            writeln!(out, "{line}")?;
            continue;
        }
        let heading =
            format!("{} x {}  {}", group.paths.len(), session.size(group.size), group.digest);
        writeln!(out, "{}", paint.dim(heading))?;
        for path in &group.paths {
            writeln!(out, "  {}", clean(path))?;
        }
    }
    out.flush()?;
    Ok(())
}
