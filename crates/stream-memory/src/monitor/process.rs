//! This process's own memory (proc(5): `status`, `stat`, `smaps_rollup`).

use std::path::Path;

use super::MonitorError;
use crate::kernel::{Buffer, Kept, kib_after, number, text};

/// What the kernel counts for this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Pages in memory, those shared with others included, in bytes.
    pub resident: u64,
    /// The highest of it so far.
    pub peak_resident: u64,
    /// Addresses in use, in bytes; most of them may have no memory behind them.
    pub virtual_size: u64,
    /// What counts towards `RLIMIT_DATA`, in bytes.
    pub data: u64,
    /// Pages that had to be read from a disk.
    pub major_faults: u64,
}

/// The files that say it, kept open.
#[derive(Debug)]
pub(super) struct Files {
    status: Kept,
    stat: Option<Kept>,
}

impl Files {
    pub(super) fn open(root: &Path) -> Result<Files, MonitorError> {
        let path = root.join("proc/self/status");
        let Some(status) = Kept::open(&path) else { return Err(MonitorError::Unreadable(path)) };
        Ok(Files { status, stat: Kept::open(&root.join("proc/self/stat")) })
    }

    pub(super) fn read(&self, buffer: &mut Buffer) -> Process {
        let mut process = Process::default();
        if let Some(text) = self.status.read(buffer) {
            let bytes = |key| kib_after(text, key).unwrap_or(0);
            process.resident = bytes("VmRSS:");
            process.peak_resident = bytes("VmHWM:");
            process.virtual_size = bytes("VmSize:");
            process.data = bytes("VmData:");
        }
        if let Some(text) = self.stat.as_ref().and_then(|file| file.read(buffer)) {
            process.major_faults = major_faults(text).unwrap_or(0);
        }
        process
    }
}

/// The twelfth field. The second is the program's name in parentheses, with any characters in it.
fn major_faults(stat: &[u8]) -> Option<u64> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let mut fields = stat.get(end..)?.split(|byte| *byte == b' ');
    number(fields.nth(10)?)
}

/// The proportional set in bytes: pages shared with other processes count as the share of each. `None` where
/// the system does not tell (before Linux 4.14).
///
/// The kernel walks all pages for it, some milliseconds a GiB, so it is no part of a sample.
pub fn proportional() -> Option<u64> {
    kib_after(text(Path::new("/proc/self/smaps_rollup"))?.as_bytes(), "Pss:")
}

#[cfg(test)]
mod tests {
    use super::major_faults;

    #[test]
    fn major_faults_are_found_behind_any_name() {
        let stat = b"7 (a) b (c)) S 1 7 7 0 -1 4194304 98 5 42 6 1 2 0 0 20 0 1 0 99 3133440 378";
        assert_eq!(major_faults(stat), Some(42));
        assert_eq!(major_faults(b"7 (a"), None);
    }
}
