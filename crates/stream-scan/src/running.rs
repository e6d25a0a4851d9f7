//! Which files are being read right now, where a later run finds it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use stream_core::Result;
use twox_hash::XxHash3_64;

use crate::fault::Doing as _;

/// A slot a thread, each with the number of the file that it reads. Not forced to disk: it has to outlive the process, not the
/// machine.
pub(crate) struct Running {
    file: File,
    path: PathBuf,
}

/// Bytes of a slot: the number and one more, and a checksum.
const SLOT: usize = 16;

impl Running {
    /// Opens the slots; gives the files that were being read when the process before ended. They keep slots from `threads` on
    /// until they were read again. Those that `is_done` are left out.
    pub(crate) fn open(
        path: PathBuf,
        threads: usize,
        is_done: impl Fn(u64) -> bool,
    ) -> Result<(Self, Vec<u64>)> {
        let before = std::fs::read(&path).unwrap_or_default();
        let mut found: Vec<u64> = before.chunks_exact(SLOT).filter_map(number).collect();
        found.retain(|id| !is_done(*id));
        found.sort_unstable();
        found.dedup();
        let file = File::create(&path).doing(&path, "creating")?;
        let running = Self { file, path };
        for (at, id) in found.iter().enumerate() {
            running.begin(threads.saturating_add(at), *id)?;
        }
        Ok((running, found))
    }

    /// Says that the file `id` is being read.
    pub(crate) fn begin(&self, slot: usize, id: u64) -> Result<()> {
        let number = id.wrapping_add(1).to_le_bytes();
        let mut bytes = [0; SLOT];
        let (first, second) = bytes.split_at_mut(SLOT / 2);
        first.copy_from_slice(&number);
        second.copy_from_slice(&XxHash3_64::oneshot(&number).to_le_bytes());
        self.write(slot, &bytes)
    }

    /// Says that nothing is.
    pub(crate) fn end(&self, slot: usize) -> Result<()> {
        self.write(slot, &[0; SLOT])
    }

    fn write(&self, slot: usize, bytes: &[u8; SLOT]) -> Result<()> {
        let at = u64::try_from(slot.saturating_mul(SLOT)).unwrap_or(0);
        self.file.write_all_at(bytes, at).doing(&self.path, "writing")
    }

    /// Where a share's slots are.
    pub(crate) fn path(journal: &Path, shard: crate::Shard) -> PathBuf {
        journal.join(format!("{}.running", shard.name()))
    }
}

fn number(slot: &[u8]) -> Option<u64> {
    let (number, sum) = slot.split_at_checked(SLOT / 2)?;
    let right = XxHash3_64::oneshot(number).to_le_bytes() == sum;
    let number = u64::from_le_bytes(number.try_into().ok()?);
    number.checked_sub(1).filter(|_| right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_being_read_is_found_until_it_was_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Running::open(dir.path().join("r"), 2, |id| id == 5).unwrap();
        let (running, found) = open();
        assert!(found.is_empty());
        running.begin(0, 0).unwrap();
        running.begin(3, 5).unwrap();
        running.begin(1, 41).unwrap();
        running.end(1).unwrap();
        running.begin(1, 7).unwrap();
        let (running, found) = open();
        assert_eq!(found, [0, 7]);
        // the first was read again, the second not yet
        running.end(2).unwrap();
        assert_eq!(open().1, [7]);
    }
}
