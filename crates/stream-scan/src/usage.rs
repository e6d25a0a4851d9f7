//! What the files of a catalogue needed.

use std::path::Path;
use std::time::Duration;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, UInt64Type};
use arrow_array::{Array as _, RecordBatch};
use stream_core::{Error, ErrorKind, Result};
use stream_memory::{Analyzer, Budget, Observation};

use crate::commit::batches;
use crate::part::{TABLES, part_path};
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
        for batch in batches(&part_path(catalogue, TABLES[0], name), Some(&COLUMNS))? {
            add(&batch?, &mut analyzer)?;
        }
    }
    Ok(analyzer)
}

fn add(batch: &RecordBatch, analyzer: &mut Analyzer) -> Result<()> {
    let missing = |name: &str| {
        Error::new(ErrorKind::Malformed, format!("a part has no column {name} of its type"))
    };
    let column = |name: &str| batch.column_by_name(name);
    let numbers = |name: &str| {
        let numbers = column(name).and_then(|c| c.as_primitive_opt::<UInt64Type>());
        numbers.ok_or_else(|| missing(name))
    };
    let texts = |name: &str| {
        column(name).and_then(|c| c.as_string_opt::<i32>()).ok_or_else(|| missing(name))
    };
    let elapsed = column("elapsed").and_then(|c| c.as_primitive_opt::<Float64Type>());
    let elapsed = elapsed.ok_or_else(|| missing("elapsed"))?;
    let (size, peak) = (numbers("size")?, numbers("peak_memory")?);
    let (path, format) = (texts("path")?, texts("format")?);
    let (status, error) = (texts("status")?, texts("error_kind")?);
    for row in 0..batch.num_rows() {
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
