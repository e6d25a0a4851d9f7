//! Streams that only go forward: pipes, sockets, decompressors.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use stream_memory::{Buf, Pool};

use crate::source::{Access, Source};
use crate::{Context, Error, ErrorKind, Result};

/// A stream behind a window: reads may go back as far as the window reaches, and onwards without end.
///
/// Memory is twice the window, charged when the source is made: one to look back, one to read ahead. Reads from several threads are served one at a time.
pub struct ForwardSource {
    window: u64,
    state: Mutex<State>,
}

struct State {
    stream: Box<dyn Read + Send>,
    /// A ring: the byte at stream position `p` lies at `p % ring.len()`.
    ring: Buf,
    /// Bytes taken from the stream so far.
    taken: u64,
    ended: bool,
}

impl ForwardSource {
    /// The window that detection and all forward readers can do with: 64 KiB.
    pub const WINDOW: usize = 64 * 1024;

    /// Reads `stream` through a window of `window` bytes (at least 1), charged to `budget` through `pool`.
    ///
    /// # Errors
    /// `OverBudget` when the window does not fit.
    pub fn new(
        stream: impl Read + Send + 'static,
        window: usize,
        pool: &Pool,
        budget: &stream_memory::Budget,
    ) -> Result<Self> {
        let window = window.max(1);
        let ring = pool.take(budget, window.saturating_mul(2))?;
        let window = u64::try_from(window).unwrap_or(u64::MAX);
        let state = State { stream: Box::new(stream), ring, taken: 0, ended: false };
        Ok(Self { window, state: Mutex::new(state) })
    }

    /// As [`ForwardSource::new`], with the memory of `cx`.
    ///
    /// # Errors
    /// `OverBudget` when the window does not fit.
    pub fn within(cx: &Context, stream: impl Read + Send + 'static, window: usize) -> Result<Self> {
        Self::new(stream, window, cx.pool(), cx.budget())
    }
}

impl State {
    /// Takes one read's worth of bytes from the stream into the ring.
    fn advance(&mut self) -> io::Result<()> {
        let len = u64::try_from(self.ring.len()).unwrap_or(u64::MAX).max(1);
        let at = usize::try_from(self.taken.checked_rem(len).unwrap_or(0)).unwrap_or(0);
        // no more than half the ring at a time, so that the other half stays readable
        let end = at.saturating_add(self.ring.len().div_ceil(2)).min(self.ring.len());
        let room = self.ring.get_mut(at..end).unwrap_or_default();
        match self.stream.read(room) {
            Ok(0) => self.ended = true,
            Ok(n) => self.taken = self.taken.saturating_add(u64::try_from(n).unwrap_or(0)),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
        Ok(())
    }

    /// Copies what the ring has of `offset..`, up to its wrap and `buf`'s end.
    fn copy(&self, offset: u64, buf: &mut [u8]) -> usize {
        let len = u64::try_from(self.ring.len()).unwrap_or(u64::MAX).max(1);
        let at = usize::try_from(offset.checked_rem(len).unwrap_or(0)).unwrap_or(0);
        let have = usize::try_from(self.taken.saturating_sub(offset)).unwrap_or(usize::MAX);
        let from = self.ring.get(at..).unwrap_or_default();
        let n = from.len().min(have).min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), from.get(..n)) {
            to.copy_from_slice(from);
        }
        n
    }
}

impl Source for ForwardSource {
    fn size(&self) -> Option<u64> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended.then_some(state.taken)
    }

    fn access(&self) -> Access {
        Access::Forward { window: self.window }
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if offset < state.taken.saturating_sub(self.window.saturating_mul(2)) {
            let message = format!(
                "bytes already passed (the source only goes forward, and keeps {} bytes)",
                self.window
            );
            return Err(Error::new(ErrorKind::Passed, message).at(offset).into_io());
        }
        while !buf.is_empty() && state.taken <= offset && !state.ended {
            state.advance()?;
        }
        Ok(if offset < state.taken { state.copy(offset, buf) } else { 0 })
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use stream_memory::Budget;

    fn source(bytes: Vec<u8>, window: usize) -> ForwardSource {
        let budget = Budget::new("b", 1 << 20);
        ForwardSource::new(io::Cursor::new(bytes), window, &Pool::new(&budget), &budget).unwrap()
    }

    fn read(source: &ForwardSource, mut offset: u64, len: usize) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        let mut buf = [0; 7];
        while all.len() < len {
            let want = buf.len().min(len - all.len());
            let n = source.read_at(offset, &mut buf[..want])?;
            if n == 0 {
                break;
            }
            all.extend_from_slice(&buf[..n]);
            offset += n as u64;
        }
        Ok(all)
    }

    #[test]
    fn reads_go_back_within_the_window_and_skip_forward() {
        let bytes: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let source = source(bytes.clone(), 1000);
        assert_eq!(read(&source, 0, 100).unwrap(), &bytes[..100]);
        assert_eq!(read(&source, 50, 200).unwrap(), &bytes[50..250]);
        assert_eq!(read(&source, 5000, 100).unwrap(), &bytes[5000..5100]);
        assert_eq!(read(&source, 4500, 50).unwrap(), &bytes[4500..4550]);
        assert_eq!(source.size(), None);
        assert_eq!(read(&source, 9990, 100).unwrap(), &bytes[9990..]);
        assert_eq!(source.size(), Some(10_000));
    }

    #[test]
    fn what_lies_behind_the_window_is_passed() {
        let source = source(vec![0; 10_000], 1000);
        read(&source, 8000, 10).unwrap();
        let e = Error::from(read(&source, 0, 1).unwrap_err());
        assert_eq!((e.kind(), e.offset()), (ErrorKind::Passed, Some(0)));
    }
}
