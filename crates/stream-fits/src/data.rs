//! Data of HDUs and columns, in chunks from any thread.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod array;
mod blocks;
pub(crate) mod bytes;
mod cell;
mod convert;
mod gather;
mod heap;
mod held;
pub(crate) mod rows;
mod text;

use stream_core::{Context, Error, Result};

/// What of an HDU's data is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// The image, or whole rows.
    Whole,
    /// The column at this index.
    Column(usize),
}

/// Fills `buf` from `offset` on; an error names no place behind the end of the source.
pub(crate) fn read_exact(cx: &Context, offset: u64, buf: &mut [u8]) -> Result<()> {
    let expected = buf.len();
    let end = offset.saturating_add(u64::try_from(expected).unwrap_or(u64::MAX));
    let size = cx.source().size();
    if cx.is_random() && size.is_some_and(|size| offset >= size) && expected > 0 {
        return Err(cut(cx, offset, end, 0));
    }
    let found = cx.read_full_at(offset, buf)?;
    if found == expected {
        return Ok(());
    }
    Err(cut(cx, offset, end, found))
}

fn cut(cx: &Context, offset: u64, end: u64, found: usize) -> Error {
    let found = u64::try_from(found).unwrap_or(u64::MAX);
    let stop = offset.saturating_add(found);
    let size = cx.source().size().unwrap_or(stop);
    let now = cx.source().identity().ok().flatten().map(|i| i.size).filter(|now| *now < size);
    let shrunk = now.map(|now| format!("; the file shrank to {now} bytes while it was read"));
    let expected = end.saturating_sub(offset);
    let message = format!(
        "data cut short (expected {expected} bytes, found {found}{})",
        shrunk.unwrap_or_default()
    );
    Error::truncated(stop.min(size), message)
}
