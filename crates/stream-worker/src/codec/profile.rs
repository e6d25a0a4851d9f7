//! What a worker's profile says.

use std::time::Duration;

use stream_memory::OverBudget;
use stream_memory::profile::Row;

use super::take::Result;
use super::{Put, Take};

/// Rows that are taken, at most: a reader has a handful of stages.
const MOST_ROWS: usize = 1024;

pub(crate) fn put_profile(put: &mut Put, rows: &[Row]) -> Result<(), OverBudget> {
    put.usize(rows.len())?;
    for row in rows {
        put.str(&row.span)?;
        put.str(&row.format)?;
        put.u64(row.count)?;
        put.u64(row.allocated)?;
        put.u64(row.freed)?;
        put.u64(row.peak)?;
        put.u64(u64::try_from(row.time.as_nanos()).unwrap_or(u64::MAX))?;
    }
    Ok(())
}

pub(crate) fn take_profile(take: &mut Take<'_>) -> Result<Vec<Row>> {
    let count = take.count(MOST_ROWS)?;
    let mut rows = Vec::new();
    for _ in 0..count {
        rows.push(Row {
            span: take.str()?.to_owned(),
            format: take.str()?.to_owned(),
            count: take.u64()?,
            allocated: take.u64()?,
            freed: take.u64()?,
            peak: take.u64()?,
            time: Duration::from_nanos(take.u64()?),
        });
    }
    Ok(rows)
}
