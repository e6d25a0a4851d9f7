//! Regular files.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{OFlags, SeekFrom};

use crate::source::{Access, Advice, Identity, Source};
use crate::{Error, ErrorKind, Result};

/// A regular file, opened read-only.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: PathBuf,
    size: u64,
}

impl FileSource {
    /// Opens a regular file. Never waits: a FIFO or a device is refused, not opened for good.
    ///
    /// # Errors
    /// `Io` when the file is missing, not permitted, or not a regular file; the message says which.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let failed = |e: io::Error| {
            Error::new(ErrorKind::Io, format!("{}: {}", path.display(), reason(&e))).with_source(e)
        };
        // non-blocking, or opening a FIFO would wait for its writer; regular files do not care
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(i32::from_ne_bytes(flags.bits().to_ne_bytes()))
            .open(&path)
            .map_err(failed)?;
        Self::from_file(file, path)
    }

    /// Takes a file that is open for reading already; `path` is where it came from.
    ///
    /// # Errors
    /// `Io` when it is not a regular file; the message says what it is.
    pub fn from_file(file: File, path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let failed = |e: io::Error| {
            Error::new(ErrorKind::Io, format!("{}: {}", path.display(), reason(&e))).with_source(e)
        };
        let facts = file.metadata().map_err(failed)?;
        let kind = facts.file_type();
        let what = if kind.is_dir() {
            Some("a directory, not a file")
        } else if kind.is_fifo() {
            Some("a FIFO; redirect it to standard input and give - as the file")
        } else if kind.is_socket() {
            Some("a socket, not a file")
        } else if kind.is_char_device() || kind.is_block_device() {
            Some("a device; redirect it to standard input and give - as the file")
        } else {
            None
        };
        if let Some(what) = what {
            return Err(Error::new(ErrorKind::Io, format!("{}: is {what}", path.display())));
        }
        Ok(Self { file, path, size: facts.len() })
    }

    /// The open file, for libraries that take a descriptor.
    pub fn file(&self) -> &File {
        &self.file
    }
}

/// The operating system's words without Rust's ` (os error 2)`.
fn reason(e: &io::Error) -> String {
    let text = e.to_string();
    match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_lowercase(),
        None => text,
    }
}

impl Source for FileSource {
    /// The size when it was opened.
    fn size(&self) -> Option<u64> {
        Some(self.size)
    }

    fn access(&self) -> Access {
        Access::Random
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }

    fn path(&self) -> Option<&Path> {
        Some(&self.path)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.file.as_fd())
    }

    fn identity(&self) -> io::Result<Option<Identity>> {
        let facts = self.file.metadata()?;
        let modified = i128::from(facts.mtime())
            .saturating_mul(1_000_000_000)
            .saturating_add(i128::from(facts.mtime_nsec()));
        Ok(Some(Identity { object: (facts.dev(), facts.ino()), size: facts.len(), modified }))
    }

    fn advise(&self, range: Range<u64>, advice: Advice) {
        let advice = match advice {
            Advice::Sequential => rustix::fs::Advice::Sequential,
            Advice::Random => rustix::fs::Advice::Random,
            Advice::WillNeed => rustix::fs::Advice::WillNeed,
            Advice::DontNeed => rustix::fs::Advice::DontNeed,
        };
        let len = std::num::NonZeroU64::new(range.end.saturating_sub(range.start));
        // advice that the kernel does not take is no reason to fail
        let _ = rustix::fs::fadvise(&self.file, range.start, len, advice);
    }

    fn next_data(&self, offset: u64) -> io::Result<Option<Range<u64>>> {
        if offset >= self.size {
            return Ok(None);
        }
        // these seeks move the descriptor's cursor, which no positioned read looks at
        let start = match rustix::fs::seek(&self.file, SeekFrom::Data(offset)) {
            Ok(start) => start,
            Err(rustix::io::Errno::NXIO) => return Ok(None),
            Err(rustix::io::Errno::INVAL) => return Ok(Some(offset..self.size)),
            Err(e) => return Err(e.into()),
        };
        let end = rustix::fs::seek(&self.file, SeekFrom::Hole(start)).unwrap_or(self.size);
        Ok((start < self.size).then_some(start..end.min(self.size)))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn what_is_not_a_regular_file_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let e = FileSource::open(dir.path()).unwrap_err();
        assert!(e.to_string().ends_with("is a directory, not a file"), "{e}");
        let e = FileSource::open("/dev/null").unwrap_err();
        assert!(e.to_string().starts_with("/dev/null: is a device"), "{e}");
        let e = FileSource::open(dir.path().join("none")).unwrap_err();
        assert!(e.to_string().ends_with("none: no such file or directory"), "{e}");
        let fifo = dir.path().join("fifo");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &fifo,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
        let e = FileSource::open(fifo).unwrap_err();
        assert!(e.to_string().contains("is a FIFO"), "{e}");
    }

    #[test]
    fn holes_lie_between_ranges_of_data() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 24).unwrap();
        file.as_file().write_all_at(&[1; 4096], 1 << 20).unwrap();
        file.flush().unwrap();
        let source = FileSource::open(file.path()).unwrap();
        let first = source.next_data(0).unwrap();
        // a file system without holes answers with the whole file
        if first != Some(0..1 << 24) {
            assert_eq!(first, Some(1 << 20..(1 << 20) + 4096));
            assert_eq!(source.next_data((1 << 20) + 4096).unwrap(), None);
        }
    }
}
