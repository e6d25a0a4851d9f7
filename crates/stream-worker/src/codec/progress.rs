//! How far the worker is.

use stream_core::Progress;
use stream_memory::OverBudget;

use super::take::Result;
use super::{Put, Take};

/// How far the walk is, and what was read for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) progress: Progress,
    pub(crate) bytes_read: u64,
    pub(crate) reads: u64,
    /// The most of its budget that was ever in use for this file.
    pub(crate) peak: u64,
}

pub(crate) fn put_standing(put: &mut Put, standing: &Standing) -> Result<(), OverBudget> {
    put.u64(standing.progress.done)?;
    put.option(standing.progress.total, Put::u64)?;
    put.bool(standing.progress.complete)?;
    put.u64(standing.bytes_read)?;
    put.u64(standing.reads)?;
    put.u64(standing.peak)
}

pub(crate) fn take_standing(take: &mut Take<'_>) -> Result<Standing> {
    Ok(Standing {
        progress: Progress {
            done: take.u64()?,
            total: take.option(Take::u64)?,
            complete: take.bool()?,
        },
        bytes_read: take.u64()?,
        reads: take.u64()?,
        peak: take.u64()?,
    })
}
