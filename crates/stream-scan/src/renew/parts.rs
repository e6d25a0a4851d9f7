//! A part without some of its files.

use std::path::Path;

use stream_core::Result;
use stream_memory::Budget;

use crate::bits::Bits;
use crate::part::{Done, Part, TABLES, part_path};
use crate::rows::{self, Rows};

/// Bytes of rows that are held before they are written.
const GROUP: usize = 1 << 20;

/// Writes the part `name` again, as `to`, without the rows of the files that are `stale`; `None` where no file is left.
pub(super) fn without(
    catalogue: &Path,
    name: &str,
    to: String,
    stale: &Bits,
    budget: &Budget,
) -> Result<Option<Done>> {
    let _held = budget.reserve(u64::try_from(GROUP.saturating_mul(2)).unwrap_or(0))?;
    let mut part = Part::begin(catalogue, to, GROUP)?;
    let copied = (|| {
        for (table, column) in ["id", "file"].into_iter().enumerate() {
            let folder = TABLES.get(table).copied().unwrap_or_default();
            rows::each(part_path(catalogue, folder, name), None, |rows| {
                copy(&mut part, table, rows, column, stale)
            })?;
        }
        Ok(())
    })();
    if copied.is_err() || part.files() == 0 {
        part.abandon();
        return copied.map(|()| None);
    }
    part.finish().map(Some)
}

fn copy(part: &mut Part, table: usize, rows: &Rows<'_>, column: &str, stale: &Bits) -> Result<()> {
    let ids = rows.numbers(column)?.values();
    let mut start = 0usize;
    // rows that stay, as many as follow one another
    for run in ids.chunk_by(|a, b| stale.contains(*a) == stale.contains(*b)) {
        if run.first().is_some_and(|id| !stale.contains(*id)) {
            part.copy(table, &rows.batch.slice(start, run.len()), run)?;
        }
        start = start.saturating_add(run.len());
    }
    Ok(())
}
