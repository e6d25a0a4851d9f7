//! Digests of whole files.

use std::hash::Hasher as _;
use std::io;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use stream_core::{Access, Advice, Context, FileSource, Identity, Result, Source};
use twox_hash::XxHash3_64;

/// A digest of all bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// XXH3, 64 bits: finds equal files that nobody made to deceive.
    Xxh3,
    /// BLAKE3, 256 bits: two files that agree are equal.
    Blake3,
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "xxh3" => Ok(Self::Xxh3),
            "blake3" => Ok(Self::Blake3),
            _ => Err("expected xxh3 or blake3".to_owned()),
        }
    }
}

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// A file whose digest grows while it is read: what is read in order is read once. What a reader leaves out, reads in another order
/// or reads in another process is read when the digest is asked for.
pub(crate) struct Digested {
    file: Arc<FileSource>,
    state: Mutex<State>,
}

struct State {
    /// Bytes that the digest is of so far.
    at: u64,
    sum: Sum,
}

enum Sum {
    Xxh3(Box<XxHash3_64>),
    Blake3(Box<blake3::Hasher>),
}

impl Digested {
    pub(crate) fn new(of: Digest, file: Arc<FileSource>) -> Self {
        let sum = match of {
            Digest::Xxh3 => Sum::Xxh3(Box::new(XxHash3_64::new())),
            Digest::Blake3 => Sum::Blake3(Box::new(blake3::Hasher::new())),
        };
        Self { file, state: Mutex::new(State { at: 0, sum }) }
    }

    /// Reads what nobody read in order, and gives the digest as `name:hex`, and how many bytes that were. `cx` pays for a buffer.
    pub(crate) fn finish(&self, cx: &Context) -> Result<(String, u64)> {
        let cx = cx.with_source(self.file.clone());
        let mut state = self.state();
        let size = self.file.size().unwrap_or(u64::MAX);
        if state.at < size {
            let left = usize::try_from(size.saturating_sub(state.at)).unwrap_or(PIECE);
            let mut buf = cx.buf(PIECE.min(left))?;
            loop {
                let n = cx.read_full_at(state.at, &mut buf)?;
                if n == 0 {
                    break;
                }
                let at = state.at;
                state.hear(at, buf.get(..n).unwrap_or_default());
            }
        }
        let text = match &state.sum {
            Sum::Xxh3(sum) => format!("xxh3:{:016x}", sum.finish()),
            Sum::Blake3(sum) => format!("blake3:{}", sum.finalize().to_hex()),
        };
        Ok((text, cx.counters().bytes_read()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Adds those of `bytes`, which stand at `offset`, that come next.
    fn hear(&mut self, offset: u64, bytes: &[u8]) {
        let Some(known) = self.at.checked_sub(offset).and_then(|n| usize::try_from(n).ok()) else {
            return;
        };
        let Some(new) = bytes.get(known..).filter(|new| !new.is_empty()) else { return };
        match &mut self.sum {
            Sum::Xxh3(sum) => sum.write(new),
            Sum::Blake3(sum) => drop(sum.update(new)),
        }
        self.at = self.at.saturating_add(u64::try_from(new.len()).unwrap_or(0));
    }
}

impl Source for Digested {
    fn size(&self) -> Option<u64> {
        self.file.size()
    }

    fn access(&self) -> Access {
        self.file.access()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(offset, buf)?;
        self.state().hear(offset, buf.get(..n).unwrap_or_default());
        Ok(n)
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

#[cfg(test)]
mod tests {
    use super::*;
    use stream_memory::Budget;

    /// The digest after these reads, and how many bytes were read for it after them.
    fn after(reads: &[(u64, usize)], of: Digest) -> (String, u64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let bytes: Vec<u8> = (0..=250).cycle().take(100_000).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = Arc::new(FileSource::open(&path).unwrap());
        let digested = Digested::new(of, file.clone());
        for (offset, n) in reads {
            digested.read_at(*offset, &mut vec![0; *n]).unwrap();
        }
        let cx = Context::new(file, &Budget::new("test", 1 << 20));
        digested.finish(&cx).unwrap()
    }

    #[test]
    fn bytes_that_were_read_in_order_are_read_once_and_any_order_gives_the_same() {
        let (expected, all) = after(&[], Digest::Xxh3);
        assert_eq!(all, 100_000);
        // a head, the head again and more, all the rest
        let (digest, left) = after(&[(0, 4096), (0, 30_000), (20_000, 80_000)], Digest::Xxh3);
        assert_eq!((digest, left), (expected.clone(), 0));
        // the end first; a gap
        let (digest, left) = after(&[(90_000, 10_000), (0, 10), (50, 100)], Digest::Xxh3);
        assert_eq!((digest, left), (expected, 99_990));
        let (blake, _) = after(&[(0, 50_000)], Digest::Blake3);
        let bytes: Vec<u8> = (0..=250).cycle().take(100_000).collect();
        assert_eq!(blake, format!("blake3:{}", blake3::hash(&bytes).to_hex()));
    }
}
