//! The beginnings of files that are read next, asked of the kernel before they are needed.

use std::io::IoSliceMut;
use std::os::fd::AsFd;

use rustix::io::{Errno, ReadWriteFlags, preadv2};
use stream_core::{Advice, FileSource, Result, Source as _};

use crate::Input;
use crate::queue::{AHEAD, Queue};

/// Asks for the beginnings of files that wait, while what is read has to come from a disk or over a network. Nothing is read
/// into this process: the kernel has it ready, or has let it go again.
pub(crate) struct Ahead {
    /// How many files ahead.
    depth: usize,
    /// Bytes of each.
    head: u64,
}

/// Bytes of a file's beginning that listing its entries usually looks at.
const HEAD: u64 = 128 << 10;
/// The same where its data is read too.
const DATA: u64 = 1 << 20;
/// Of the bytes that files may use, the part that may be asked for ahead.
const PART: u64 = 8;
/// After so many files that the kernel had already nobody is asked for ahead until a file is cold again.
const WARM: u32 = 128;
/// One of so many files that are read is looked at, whether the kernel has it.
pub(crate) const LOOKED: u64 = 16;

impl Ahead {
    /// As far ahead as an eighth of `capacity` bytes goes, one file at least.
    pub(crate) fn new(capacity: u64, with_data: bool) -> Self {
        let head = if with_data { DATA } else { HEAD };
        let files = (capacity / PART).checked_div(head).unwrap_or(0);
        let depth = usize::try_from(files).unwrap_or(AHEAD).clamp(1, AHEAD);
        Self { depth, head }
    }

    /// Works until no file is left.
    pub(crate) fn work<I: Iterator<Item = Result<Input>>>(&self, queue: &Queue<'_, I>) {
        let mut warm = 0u32;
        while let Some(input) = queue.untold(self.depth) {
            // whoever reads it tells what is wrong with it
            let Ok(source) = FileSource::open(&input.path) else { continue };
            if is_cached(&source) {
                warm = warm.saturating_add(1);
                if warm >= WARM {
                    warm = 0;
                    queue.found_warm();
                }
                continue;
            }
            warm = 0;
            source.advise(0..self.head.min(input.size), Advice::WillNeed);
        }
    }
}

/// Whether the kernel has a file's first byte in memory. Where it cannot tell, it has not: what is asked for twice costs little.
pub(crate) fn is_cached(source: &FileSource) -> bool {
    let mut byte = [0];
    let read = preadv2(
        source.file().as_fd(),
        &mut [IoSliceMut::new(&mut byte)],
        0,
        ReadWriteFlags::NOWAIT,
    );
    !matches!(read, Err(Errno::AGAIN | Errno::OPNOTSUPP))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn what_was_asked_for_is_there_soon() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 1 << 16]).unwrap();
        file.as_file().sync_all().unwrap();
        let source = FileSource::open(file.path()).unwrap();
        source.advise(0..0, Advice::DontNeed);
        if is_cached(&source) {
            eprintln!("skipped: this file system keeps what it is told to forget");
            return;
        }
        source.advise(0..1 << 16, Advice::WillNeed);
        let start = Instant::now();
        while !is_cached(&source) {
            assert!(start.elapsed() < Duration::from_secs(20), "it never came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_depth_follows_from_the_memory() {
        let depth = |bytes: u64| Ahead::new(bytes, false).depth;
        assert_eq!((depth(0), depth(8 << 20), depth(32 << 20), depth(1 << 40)), (1, 8, 32, AHEAD));
        assert_eq!(Ahead::new(32 << 20, true).depth, 4);
    }
}
