//! Signs of life.

use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::sync::Arc;

use stream_core::{Access, Advice, FileSource, Identity, Source};

use crate::board::BoardMap;

/// A file whose reads are signs of life: a worker that reads gets on, however long its answer takes.
pub(super) struct Lively {
    pub(super) file: FileSource,
    pub(super) board: Arc<BoardMap>,
}

impl Source for Lively {
    fn size(&self) -> Option<u64> {
        self.file.size()
    }

    fn access(&self) -> Access {
        self.file.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(offset, buf);
        self.board.live();
        read
    }

    fn path(&self) -> Option<&Path> {
        self.file.path()
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.file.descriptor()
    }

    fn identity(&self) -> io::Result<Option<Identity>> {
        self.file.identity()
    }

    fn advise(&self, range: Range<u64>, advice: Advice) {
        self.file.advise(range, advice);
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<Range<u64>>> {
        self.file.next_data(offset)
    }
}
