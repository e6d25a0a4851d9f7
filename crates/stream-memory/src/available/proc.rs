//! What the kernel says under `/proc` about the machine and this process (proc(5)).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Available, Limit};

/// The most of a file that is read, in bytes. The longest of them, `mountinfo`, has some hundred bytes a
/// mount; hosts of many containers have thousands of mounts.
const MOST: u64 = 1 << 20;

/// The text of a file, `None` if it cannot be read. Bytes that are not UTF-8 are replaced.
pub(super) fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(MOST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The number that follows `key` at the start of a line.
pub(super) fn number_after(text: &str, key: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(key))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

/// As [`number_after`], in the kernel's `kB`, which are 1024 bytes.
fn kib_after(text: &str, key: &str) -> Option<u64> {
    number_after(text, key)?.checked_mul(1024)
}

/// The machine's memory: `MemAvailable`, which counts file cache that can be dropped as available.
pub(super) fn system(root: &Path) -> Option<Available> {
    let info = text(&root.join("proc/meminfo"))?;
    let total = kib_after(&info, "MemTotal:")?;
    // kernels before 3.14 do not have it
    let free = || Some(kib_after(&info, "MemFree:")?.saturating_add(kib_after(&info, "Cached:")?));
    let bytes = kib_after(&info, "MemAvailable:").or_else(free)?;
    Some(Available { source: Limit::System, bytes, total })
}

/// `RLIMIT_DATA` (since Linux 4.7 all private writable memory), less what counts towards it already.
pub(super) fn data_limit(root: &Path) -> Option<Available> {
    let total = number_after(&text(&root.join("proc/self/limits"))?, "Max data size")?;
    let used = kib_after(&text(&root.join("proc/self/status"))?, "VmData:")?;
    Some(Available { source: Limit::DataLimit, bytes: total.saturating_sub(used), total })
}
