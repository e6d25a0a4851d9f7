//! The last step: every input has its row, and no other file is there.

use std::fs;
use std::path::Path;

use arrow_array::Array as _;
use stream_core::{Error, ErrorKind, Result};
use stream_memory::Budget;

use crate::Plan;
use crate::bits::Bits;
use crate::catalogue::remove_strays;
use crate::duplicates;
use crate::fault::Doing as _;
use crate::files::write_whole;
use crate::journal;
use crate::part::{TABLES, part_path};
use crate::renew;
use crate::report::{Report, Seen};
use crate::rows::{self, Rows};

/// A catalogue that is whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Committed {
    /// What it holds.
    pub report: Report,
    /// Rows of entries.
    pub entries: u64,
    /// Parts of each table.
    pub parts: u64,
}

/// The columns that are looked at.
const COLUMNS: [&str; 9] =
    ["id", "path", "size", "format", "status", "error_kind", "entries", "peak_memory", "elapsed"];

/// Checks that each input of the plan has exactly one row, removes what belongs to no part, and says what there is.
///
/// # Errors
/// `Request` while inputs have no row, `Malformed` where one has two; `Io`.
pub fn commit(catalogue: &Path, budget: &Budget) -> Result<Committed> {
    let plan = Plan::open(catalogue)?;
    let past = journal::past(catalogue, &plan, budget)?;
    let inputs = plan.found().inputs;
    let missing = inputs.saturating_sub(past.done.len());
    if missing > 0 {
        let message =
            format!("{}: {missing} of {inputs} inputs have no row yet", catalogue.display());
        return Err(Error::new(ErrorKind::Request, message));
    }
    for table in TABLES {
        let folder = catalogue.join(table);
        if folder.is_dir() {
            remove_strays(&folder, &past.parts, "")?;
        }
    }
    let mut report = Report::default();
    let mut seen = Bits::new(plan.numbers(), budget)?;
    for name in &past.parts {
        let path = part_path(catalogue, TABLES[0], name);
        rows::each(path, Some(&COLUMNS), |rows| add(rows, &mut seen, &mut report))?;
    }
    let missing = inputs.saturating_sub(seen.len());
    if missing > 0 {
        let message = format!(
            "{}: {missing} rows are not in the parts that the journal names",
            catalogue.display()
        );
        return Err(Error::new(ErrorKind::Malformed, message));
    }
    if plan.how().digest.is_some() {
        report.duplicates = Some(duplicates::count(catalogue, &past.parts, budget)?);
    }
    let parts = u64::try_from(past.parts.len()).unwrap_or(0);
    let page = serde_json::json!({
        "files": report.files,
        "entries": past.entries,
        "parts": past.parts,
        "statuses": report.statuses,
    });
    let path = journal::folder(catalogue).join("commit.json");
    write_whole(&path, format!("{page:#}\n").as_bytes())?;
    for leftover in leftovers(catalogue)?.into_iter().chain(renew::leftovers(catalogue, &plan)?) {
        fs::remove_file(&leftover).doing(&leftover, "removing")?;
    }
    Ok(Committed { report, entries: past.entries, parts })
}

/// Slots of runs that are over.
fn leftovers(catalogue: &Path) -> Result<Vec<std::path::PathBuf>> {
    let folder = journal::folder(catalogue);
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).doing(&folder, "listing")? {
        let path = entry.doing(&folder, "listing")?.path();
        if path.extension().is_some_and(|e| e == "running") {
            found.push(path);
        }
    }
    Ok(found)
}

fn add(rows: &Rows<'_>, seen: &mut Bits, report: &mut Report) -> Result<()> {
    let (id, size) = (rows.numbers("id")?, rows.numbers("size")?);
    let (entries, peak) = (rows.numbers("entries")?, rows.numbers("peak_memory")?);
    let elapsed = rows.floats("elapsed")?;
    let (path, format) = (rows.texts("path")?, rows.texts("format")?);
    let (status, error) = (rows.texts("status")?, rows.texts("error_kind")?);
    for row in 0..rows.len() {
        if !seen.insert(id.value(row)) {
            let message = format!("{}: has two rows, or none in the plan", path.value(row));
            return Err(Error::new(ErrorKind::Malformed, message));
        }
        report.see(&Seen {
            path: path.value(row),
            format: format.is_valid(row).then(|| format.value(row)),
            status: status.value(row),
            error: error.is_valid(row).then(|| error.value(row)),
            size: size.value(row),
            entries: entries.value(row),
            elapsed: elapsed.value(row),
            peak: peak.value(row),
        });
    }
    Ok(())
}
