//! A cursor over a source, for libraries that want `Read`.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::source::Source;

/// `Read + Seek` over positioned reads; several may share one source.
#[derive(Clone)]
pub struct SourceReader {
    source: Arc<dyn Source>,
    position: u64,
}

impl SourceReader {
    /// Reads `source` from `position` on.
    pub fn new(source: Arc<dyn Source>, position: u64) -> Self {
        Self { source, position }
    }
}

impl Read for SourceReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read_at(self.position, buf)?;
        self.position = self.position.saturating_add(u64::try_from(n).unwrap_or(0));
        Ok(n)
    }
}

impl Seek for SourceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => {
                let size = self.source.size().ok_or(io::ErrorKind::Unsupported)?;
                size.checked_add_signed(by)
            }
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
