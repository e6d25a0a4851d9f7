//! What a worker needs to know of a file.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use stream_memory::OverBudget;

use super::take::Result;
use super::{Flaw, Put, Take};

/// Which file, as what, and with how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Where the file came from: for messages and for files beside it.
    pub(crate) path: PathBuf,
    /// The name of its format.
    pub(crate) format: String,
    pub(crate) threads: NonZeroUsize,
    pub(crate) chunk_size: Option<usize>,
    pub(crate) settings: Vec<(String, String)>,
    /// The worker's share of the budget, in bytes.
    pub(crate) budget: u64,
    /// Bytes of entries that are sent together.
    pub(crate) batch: usize,
    /// Whether only the entries and the summary are asked for: the walk begins at once.
    pub(crate) list: bool,
}

pub(crate) fn put_opening(put: &mut Put, opening: &Opening) -> Result<(), OverBudget> {
    put.bytes(opening.path.as_os_str().as_bytes())?;
    put.str(&opening.format)?;
    put.usize(opening.threads.get())?;
    put.option(opening.chunk_size, Put::usize)?;
    put.usize(opening.settings.len())?;
    for (name, value) in &opening.settings {
        put.str(name)?;
        put.str(value)?;
    }
    put.u64(opening.budget)?;
    put.usize(opening.batch)?;
    put.bool(opening.list)
}

pub(crate) fn take_opening(take: &mut Take<'_>) -> Result<Opening> {
    let path = PathBuf::from(OsStr::from_bytes(take.bytes()?));
    let format = take.str()?.to_owned();
    let threads = NonZeroUsize::new(take.usize()?).ok_or(Flaw::Wrong("no threads"))?;
    let chunk_size = take.option(Take::usize)?;
    let count = take.count(usize::MAX)?;
    let settings = (0..count)
        .map(|_| Ok((take.str()?.to_owned(), take.str()?.to_owned())))
        .collect::<Result<Vec<_>>>()?;
    let (budget, batch, list) = (take.u64()?, take.usize()?, take.bool()?);
    Ok(Opening { path, format, threads, chunk_size, settings, budget, batch, list })
}
