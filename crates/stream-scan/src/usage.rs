//! What the files of a catalogue needed.

use std::path::Path;
use std::time::Duration;

use arrow_array::Array as _;
use stream_core::Result;
use stream_memory::{Analyzer, Budget, Observation};

use crate::part::{TABLES, part_path};
use crate::rows::{self, Rows};
use crate::{Plan, Status, journal};

/// The columns that are looked at.
const COLUMNS: [&str; 7] =
    ["path", "size", "format", "status", "error_kind", "peak_memory", "elapsed"];

/// Gathers from the table `files` of a catalogue, committed or not, what each file needed: its peak, size, time and how reading it
/// ended. Files without a format are those of `none`. One whose status is not `ok` failed, by the kind of its error, or where the
/// process that read it ended or the file had no room, by its status.
///
/// The peaks are those of the table: what was charged for a file that this process read, and what the process of a worker had
/// resident. Holds a thousand rows and what [`Analyzer`] keeps.
///
/// # Errors
/// `Io`, `Malformed`; `OverBudget` where there is no room for the list of files that are done.
pub fn usage(catalogue: &Path, budget: &Budget) -> Result<Analyzer> {
    let plan = Plan::open(catalogue)?;
    let past = journal::past(catalogue, &plan, budget)?;
    let mut analyzer = Analyzer::new();
    for name in &past.parts {
        let path = part_path(catalogue, TABLES[0], name);
        rows::each(path, Some(&COLUMNS), |rows| add(rows, &mut analyzer))?;
    }
    Ok(analyzer)
}

fn add(rows: &Rows<'_>, analyzer: &mut Analyzer) -> Result<()> {
    let (size, peak) = (rows.numbers("size")?, rows.numbers("peak_memory")?);
    let elapsed = rows.floats("elapsed")?;
    let (path, format) = (rows.texts("path")?, rows.texts("format")?);
    let (status, error) = (rows.texts("status")?, rows.texts("error_kind")?);
    for row in 0..rows.len() {
        let kind = error.is_valid(row).then(|| error.value(row));
        analyzer.observe(&Observation {
            file: path.value(row).to_owned(),
            format: if format.is_valid(row) { format.value(row) } else { "none" }.to_owned(),
            size: size.value(row),
            peak: peak.value(row),
            time: Duration::try_from_secs_f64(elapsed.value(row)).unwrap_or_default(),
            failure: failure(status.value(row), kind).map(str::to_owned),
        });
    }
    Ok(())
}

/// Why a file of that status was not read whole.
fn failure<'a>(status: &'a str, error: Option<&'a str>) -> Option<&'a str> {
    let said_by_status =
        [Status::Crashed, Status::Timeout, Status::OverBudget, Status::Skipped].map(Status::as_str);
    if status == Status::Ok.as_str() {
        None
    } else if said_by_status.contains(&status) {
        Some(status)
    } else {
        Some(error.unwrap_or(status))
    }
}

#[cfg(test)]
mod tests {
    use super::failure;

    #[test]
    fn a_failure_is_named_by_its_error_unless_its_status_says_more() {
        let all = [("ok", None), ("partial", Some("truncated")), ("partial", None)];
        let said = all.map(|(status, error)| failure(status, error));
        assert_eq!(said, [None, Some("truncated"), Some("partial")]);
        assert_eq!(failure("crashed", Some("crashed")), Some("crashed"));
        assert_eq!(failure("skipped", Some("not_enabled")), Some("skipped"));
    }
}
