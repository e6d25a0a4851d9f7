//! What the kernel says under `/proc` about the machine and this process (proc(5)).

use std::path::Path;

use super::{Available, Limit};
use crate::kernel::{kib_after, number_after, text};

/// The machine's memory: `MemAvailable`, which counts file cache that can be dropped as available.
pub(super) fn system(root: &Path) -> Option<Available> {
    let (bytes, total) = memory(text(&root.join("proc/meminfo"))?.as_bytes())?;
    Some(Available { source: Limit::System, bytes, total })
}

/// Available and total bytes, of the text of `/proc/meminfo`.
pub(crate) fn memory(info: &[u8]) -> Option<(u64, u64)> {
    let total = kib_after(info, "MemTotal:")?;
    // kernels before 3.14 do not have it
    let free = || Some(kib_after(info, "MemFree:")?.saturating_add(kib_after(info, "Cached:")?));
    Some((kib_after(info, "MemAvailable:").or_else(free)?, total))
}

/// `RLIMIT_DATA` (since Linux 4.7 all private writable memory), less what counts towards it already.
pub(super) fn data_limit(root: &Path) -> Option<Available> {
    let total = data_total(text(&root.join("proc/self/limits"))?.as_bytes())?;
    let used = kib_after(text(&root.join("proc/self/status"))?.as_bytes(), "VmData:")?;
    Some(Available { source: Limit::DataLimit, bytes: total.saturating_sub(used), total })
}

/// The soft limit of the text of `/proc/self/limits`.
pub(crate) fn data_total(limits: &[u8]) -> Option<u64> {
    number_after(limits, "Max data size")
}
