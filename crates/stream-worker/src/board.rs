//! A page that both processes see: the worker writes what must outlive it.
//!
//! The worker maps it and writes; the parent only ever reads it with `pread`, so that nothing the worker does to it can take the
//! parent down. One number is the parent's to write, with `pwrite`: what a governor allows, which the worker looks at whenever it
//! gives a sign of life.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};
use stream_memory::{Limits, Throttle};

/// Grows with every entry, chunk and read: who is alive gets on.
const LIFE: usize = 0;
/// The number of the batch that is being filled.
const NUMBER: usize = 1;
/// Bytes of entries in it.
const FILLED: usize = 2;
/// The memory wall in bytes.
const WALL: usize = 3;
/// What the worker had when it started, in bytes of address space that counts towards the wall.
const IDLE: usize = 4;
/// One once the worker has turned to this file.
const BEGUN: usize = 5;
/// One once the reader is open.
const OPENED: usize = 6;
/// What the parent's governor allows, as [`Limits::to_bits`] has it. Zero, as in a fresh file: everything.
const LIMITS: usize = 7;
/// Where the entries begin: a cache line after the numbers.
const RECORDS: usize = 64;

/// The parent's side.
#[derive(Debug)]
pub(crate) struct Board {
    file: File,
    room: usize,
    /// The limits that were told last.
    told: AtomicU32,
    telling: Mutex<()>,
}

impl Board {
    /// A board with `room` bytes for entries.
    pub(crate) fn new(room: usize) -> io::Result<Self> {
        let file = File::from(memfd_create("narrows-board", MemfdFlags::CLOEXEC)?);
        ftruncate(&file, widen(RECORDS.saturating_add(room)))?;
        Ok(Self { file, room, told: AtomicU32::new(0), telling: Mutex::new(()) })
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    fn number(&self, at: usize) -> u64 {
        let mut bytes = [0; 8];
        let read = self.file.read_exact_at(&mut bytes, widen(at.saturating_mul(8)));
        // a worker that cut its board short is as good as one that says nothing
        read.map_or(0, |()| u64::from_ne_bytes(bytes))
    }

    pub(crate) fn life(&self) -> u64 {
        self.number(LIFE)
    }

    pub(crate) fn wall(&self) -> u64 {
        self.number(WALL)
    }

    /// What the worker had when it started; zero before it has said so.
    pub(crate) fn idle(&self) -> u64 {
        self.number(IDLE)
    }

    /// Whether the worker is done with what was before this file.
    pub(crate) fn has_begun(&self) -> bool {
        self.number(BEGUN) != 0
    }

    /// Whether the reader was opened.
    pub(crate) fn has_opened(&self) -> bool {
        self.number(OPENED) != 0
    }

    /// After the worker's end: how many bytes of entries of batch `number` it had read and not sent.
    pub(crate) fn unsent(&self, number: u64) -> usize {
        if self.number(NUMBER) != number {
            return 0;
        }
        usize::try_from(self.number(FILLED)).map_or(0, |filled| filled.min(self.room))
    }

    /// Tells the worker what is allowed, where that is something else than what it was told last.
    pub(crate) fn allow(&self, limits: Limits) {
        let bits = limits.to_bits();
        if self.told.load(Ordering::Relaxed) != bits {
            let _one = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
            // what was told last is what is written last: where that is late, the next answer that is waited for mends it
            self.told.store(bits, Ordering::Relaxed);
            // a worker that is not told works on as it did
            let _ = self.file.write_all_at(&u64::from(bits).to_ne_bytes(), widen(LIMITS * 8));
        }
    }

    /// Reads the beginning of the entries.
    pub(crate) fn records(&self, into: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(into, widen(RECORDS))
    }
}

/// The worker's side.
#[derive(Debug)]
pub(crate) struct BoardMap {
    start: NonNull<u8>,
    len: usize,
    throttle: Throttle,
}

// SAFETY: the mapping belongs to this value alone within the process; its numbers are only touched as atomics, its records only
// through `&mut`, by whoever holds the lock that the map's writer lies behind.
unsafe impl Send for BoardMap {}
// SAFETY: as above.
unsafe impl Sync for BoardMap {}

impl BoardMap {
    pub(crate) fn new(fd: OwnedFd, room: usize) -> io::Result<Self> {
        let file = File::from(fd);
        let len = RECORDS.saturating_add(room);
        if file.metadata()?.len() < widen(len) {
            return Err(io::Error::other("the board is too short"));
        }
        let (protection, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED);
        // SAFETY: a fresh mapping that the kernel places; the file is at least `len` bytes long, and nobody shortens it.
        let start = unsafe { mmap(std::ptr::null_mut(), len, protection, flags, &file, 0)? };
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("no mapping"))?;
        Ok(Self { start, len, throttle: Throttle::new() })
    }

    fn number(&self, at: usize) -> &AtomicU64 {
        // `at` is one of the constants above: within the first 64 bytes, which are mapped
        // SAFETY: the mapping starts on a page, so that each of its words is aligned; it lives as long as `self`; these words
        // are never touched in this process but as atomics.
        unsafe { AtomicU64::from_ptr(self.start.as_ptr().cast::<u64>().wrapping_add(at)) }
    }

    pub(crate) fn live(&self) {
        self.number(LIFE).fetch_add(1, Ordering::Relaxed);
        self.look();
    }

    /// Looks what the parent allows, and lets those see it who hold the throttle.
    pub(crate) fn look(&self) {
        let bits = u32::try_from(self.number(LIMITS).load(Ordering::Relaxed)).unwrap_or(0);
        if bits != self.throttle.limits().to_bits() {
            self.throttle.set(Limits::from_bits(bits));
        }
    }

    /// What the parent allows, as seen at the last look.
    pub(crate) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    pub(crate) fn set_wall(&self, bytes: u64) {
        self.number(WALL).store(bytes, Ordering::Relaxed);
    }

    /// Says that the worker has turned to this file, with what it had when it started.
    pub(crate) fn begin(&self, idle: u64) {
        self.number(IDLE).store(idle, Ordering::Relaxed);
        self.number(BEGUN).store(1, Ordering::Release);
    }

    /// Says that the reader is open.
    pub(crate) fn opened(&self) {
        self.number(OPENED).store(1, Ordering::Release);
    }

    /// Bytes for entries.
    pub(crate) fn room(&self) -> usize {
        self.len.saturating_sub(RECORDS)
    }

    /// Writes `bytes` of an entry at `at`, if there is room. It counts once [`BoardMap::commit`] says so. Callers hold a lock.
    pub(crate) fn write(&self, at: usize, bytes: &[u8]) -> bool {
        if at.checked_add(bytes.len()).is_none_or(|end| end > self.room()) {
            return false;
        }
        let to = self.start.as_ptr().wrapping_add(RECORDS).wrapping_add(at);
        // SAFETY: `at + bytes.len()` lies within the mapping, as was just seen; `bytes` is a slice of other memory; callers
        // hold the lock of the only writer, and nobody reads this part meanwhile.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len()) };
        true
    }

    /// The first `len` bytes of entries. Callers hold the lock of the writer.
    pub(crate) fn records(&self, len: usize) -> &[u8] {
        let len = len.min(self.room());
        let from = self.start.as_ptr().wrapping_add(RECORDS);
        // SAFETY: within the mapping, initialised (the file is zero where nothing was written), and not written to while the
        // caller holds the writer's lock.
        unsafe { std::slice::from_raw_parts(from, len) }
    }

    /// Says that `filled` bytes of batch `number` are whole entries.
    pub(crate) fn commit(&self, number: u64, filled: usize) {
        self.number(FILLED).store(widen(filled), Ordering::Release);
        self.number(NUMBER).store(number, Ordering::Release);
    }
}

impl Drop for BoardMap {
    fn drop(&mut self) {
        // SAFETY: the mapping made in `new`, of this length; no reference into it outlives `self`.
        let unmapped = unsafe { munmap(self.start.as_ptr().cast(), self.len) };
        debug_assert!(unmapped.is_ok());
    }
}

fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn what_the_worker_committed_is_what_the_parent_reads() {
        let board = Board::new(100).unwrap();
        let map = BoardMap::new(board.fd().try_clone_to_owned().unwrap(), 100).unwrap();
        assert!(map.write(0, b"hello"));
        assert_eq!(board.unsent(0), 0, "not committed yet");
        map.commit(0, 5);
        assert!(map.write(5, b"torn"));
        assert!(!map.write(98, b"too long"));
        map.live();
        map.set_wall(77);
        assert_eq!((board.unsent(0), board.unsent(1), board.life(), board.wall()), (5, 0, 1, 77));
        let mut bytes = [0; 5];
        board.records(&mut bytes).unwrap();
        assert_eq!(&bytes, b"hello");
        assert_eq!(map.records(9), b"hellotorn");
    }

    #[test]
    fn what_the_parent_allows_is_seen_at_the_next_sign_of_life() {
        let board = Board::new(10).unwrap();
        let map = BoardMap::new(board.fd().try_clone_to_owned().unwrap(), 10).unwrap();
        let tight = Limits { threads: 1, chunk: Some(1 << 18), ahead: Some(1), ..Limits::NONE };
        board.allow(tight);
        assert_eq!(map.throttle().limits(), Limits::NONE, "not looked yet");
        map.live();
        assert_eq!(map.throttle().limits(), tight);
        board.allow(Limits::NONE);
        map.look();
        assert_eq!((map.throttle().limits(), board.life()), (Limits::NONE, 1));
    }

    #[test]
    fn a_worker_that_lies_about_its_board_gets_no_more_than_the_room() {
        let board = Board::new(10).unwrap();
        let map = BoardMap::new(board.fd().try_clone_to_owned().unwrap(), 10).unwrap();
        map.commit(3, usize::MAX);
        assert_eq!(board.unsent(3), 10);
        board.file.set_len(4).unwrap();
        assert_eq!((board.life(), board.unsent(3)), (0, 0));
    }
}
