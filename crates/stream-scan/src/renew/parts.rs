//! A part without some of its files.

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt64Type;
use stream_core::{Error, ErrorKind, Result};
use stream_memory::Budget;

use crate::bits::Bits;
use crate::commit::batches;
use crate::part::{Done, Part, TABLES, part_path};

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
            for batch in batches(&part_path(catalogue, folder, name), None)? {
                copy(&mut part, table, &batch?, column, stale)?;
            }
        }
        Ok(())
    })();
    if copied.is_err() || part.files() == 0 {
        part.abandon();
        return copied.map(|()| None);
    }
    part.finish().map(Some)
}

fn copy(
    part: &mut Part,
    table: usize,
    batch: &RecordBatch,
    column: &str,
    stale: &Bits,
) -> Result<()> {
    let missing = || Error::new(ErrorKind::Malformed, format!("a part has no column {column}"));
    let ids = batch.column_by_name(column).ok_or_else(missing)?;
    let ids = ids.as_primitive::<UInt64Type>().values();
    let mut start = 0usize;
    // rows that stay, as many as follow one another
    for run in ids.chunk_by(|a, b| stale.contains(*a) == stale.contains(*b)) {
        if run.first().is_some_and(|id| !stale.contains(*id)) {
            part.copy(table, &batch.slice(start, run.len()), run)?;
        }
        start = start.saturating_add(run.len());
    }
    Ok(())
}
