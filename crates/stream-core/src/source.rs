//! Where bytes come from: positioned reads through a shared reference.

mod file;
mod forward;
mod gzip;
mod memory;
mod reader;

use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::Path;

pub use file::FileSource;
pub use forward::ForwardSource;
pub use gzip::{GZIP_MAGIC, gunzip};
pub use memory::MemorySource;
pub use reader::SourceReader;

/// How a source may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anywhere, at any time, from any thread.
    Random,
    /// Only onwards; the last `window` bytes delivered can be read again.
    Forward {
        /// Bytes behind the furthest read that stay readable.
        window: u64,
    },
}

/// What tells one state of a source from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// Device and inode, where there are such.
    pub object: (u64, u64),
    /// Bytes.
    pub size: u64,
    /// Time of the last change: nanoseconds since 1970.
    pub modified: i128,
}

/// What the kernel should know of coming reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// They come in order.
    Sequential,
    /// They come in no order.
    Random,
    /// They come soon.
    WillNeed,
    /// These bytes are not needed again.
    DontNeed,
}

/// Bytes that can be read at any position through a shared reference: no cursor, no lock, so that threads
/// share one source.
///
/// `read_at` may return fewer bytes than asked for; 0 means the end (or an empty buffer). A forward-only source
/// answers a read behind its window with an [`io::Error`] that carries [`ErrorKind::Passed`](crate::ErrorKind::Passed).
///
/// Why not `Read + Seek`: a cursor makes every read a write to shared state, and parallel decoding then needs a
/// lock or a file handle per thread.
pub trait Source: Send + Sync {
    /// The number of bytes, when known. A forward-only source knows it at the end.
    fn size(&self) -> Option<u64>;

    /// How it may be read.
    fn access(&self) -> Access;

    /// Reads bytes from `offset` on into `buf`, and says how many.
    ///
    /// # Errors
    /// What the operating system says.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;

    /// A file name, for libraries that insist on one.
    fn path(&self) -> Option<&Path> {
        None
    }

    /// The open file behind it, for libraries that take a descriptor (as `/proc/self/fd/N`, so that no name is interpreted)
    /// and for handing it to another process. Its cursor is nobody's.
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    /// What the source is now, to notice a change. `None` where nothing tells.
    ///
    /// # Errors
    /// What the operating system says.
    fn identity(&self) -> io::Result<Option<Identity>> {
        Ok(None)
    }

    /// Tells the kernel what comes; has no effect on what is read.
    fn advise(&self, _range: Range<u64>, _advice: Advice) {}

    /// The first range of stored bytes at or after `offset`; between such ranges lie holes, which read as zeros.
    /// `None` after the last. Where holes are not known, everything is stored.
    ///
    /// # Errors
    /// What the operating system says.
    fn next_data(&self, offset: u64) -> io::Result<Option<Range<u64>>> {
        let end = self.size().unwrap_or(u64::MAX);
        Ok((offset < end).then_some(offset..end))
    }
}
