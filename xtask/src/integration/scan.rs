//! Scans as large as they get in practice: what they need, and how fast they are.
mod shared;
mod small;

use std::time::Duration;

use anyhow::{Result, bail};

use crate::project;

/// Small files of a whole run.
pub(super) const FILES: u32 = 100_000;

pub(super) fn run(files: u32) -> Result<()> {
    let narrows = project::narrows()?;
    let folder = project::target().join("scan");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let outcomes = [small::run(&narrows, &folder, files), shared::run(&narrows, &folder)];
    std::fs::remove_dir_all(&folder)?;
    let wrong: Vec<String> =
        outcomes.into_iter().filter_map(|o| o.err().map(|e| format!("{e:#}"))).collect();
    if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("; ")) }
}

/// What the processor did for all children that were waited for so far.
fn worked() -> Duration {
    // SAFETY: an all-zero `rusage` is valid, it holds only integers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a live local of the type that getrusage writes.
    unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    let time = |t: libc::timeval| {
        Duration::from_secs(u64::try_from(t.tv_sec).unwrap_or(0))
            + Duration::from_micros(u64::try_from(t.tv_usec).unwrap_or(0))
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}
