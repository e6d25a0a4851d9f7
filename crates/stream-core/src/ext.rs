//! What callers get on top of every reader.

mod entries;
pub(crate) mod fold;

use std::io::Write;
use std::ops::ControlFlow;

pub use entries::Entries;

use crate::{Chunk, Chunks, Entry, Error, ErrorKind, Reader, Request, Result, Summary};

/// Iterators, search, copying, walking and folding, for every [`Reader`].
pub trait ReaderExt: Reader {
    /// The remaining entries, each in memory of its own. [`Reader::read_entry`] reuses one instead.
    fn entries(&mut self) -> Entries<'_, Self> {
        Entries::new(self)
    }

    /// Reads on to the entry with this path.
    ///
    /// # Errors
    /// What [`Reader::read_entry`] gives.
    fn find(&mut self, path: &str) -> Result<Option<Entry>> {
        let mut entry = self.context().entry();
        while self.read_entry(&mut entry)? {
            if entry.path() == path {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Visits every remaining entry, with its data at hand, and ends with the summary.
    ///
    /// # Errors
    /// What reading gives, and what `visit` gives. The summary is then in [`Reader::finish`].
    fn walk<F>(&mut self, mut visit: F) -> Result<Summary>
    where
        F: FnMut(&Entry, &mut Data<'_, Self>) -> Result<ControlFlow<()>>,
    {
        let mut entry = self.context().entry();
        while self.read_entry(&mut entry)? {
            let mut data = Data { reader: self, path: entry.path() };
            if visit(&entry, &mut data)?.is_break() {
                break;
            }
        }
        self.finish()
    }

    /// Writes the requested data's bytes in order, and says how many.
    ///
    /// # Errors
    /// What [`Reader::chunks`] and its chunks give, and `Io` from `out`.
    fn copy(&mut self, request: &Request, out: &mut dyn Write) -> Result<u64> {
        let mut chunks = self.chunks(request)?;
        let mut written = 0u64;
        while let Some(chunk) = chunks.next_chunk()? {
            out.write_all(chunk.bytes()).map_err(|e| Error::from(e).as_final())?;
            written = written.saturating_add(u64::try_from(chunk.bytes().len()).unwrap_or(0));
        }
        Ok(written)
    }

    /// Folds the requested data: each chunk is decoded and mapped into a fresh `init()` on a worker thread, and the results
    /// are merged in the order of the chunks, so that any number of threads gives the same. A result that must not
    /// depend on the size of chunks either needs a `merge` for which it does not matter where the data was split.
    ///
    /// Uses up to [`Context::threads`](crate::Context::threads) threads, fewer while the budget is short, and holds at most
    /// one chunk and scratch buffer per thread. Where there is no [`ChunkPlan`](crate::ChunkPlan), the calling thread does it.
    ///
    /// # Errors
    /// The error of the first chunk that failed.
    fn fold<A, I, M, G>(&mut self, request: &Request, init: I, map: M, merge: G) -> Result<A>
    where
        A: Send,
        I: Fn() -> A + Sync,
        M: Fn(&mut A, &Chunk) -> Result<()> + Sync,
        G: Fn(&mut A, A) -> Result<()> + Sync,
    {
        let mut chunks = self.chunks(request)?;
        let pace = fold::Pace::of(self.context());
        match chunks.plan() {
            Some(plan) => fold::planned(&*plan, &pace, &init, &map, &merge),
            None => fold::in_order(&mut *chunks, &init, &map, &merge),
        }
    }
}

impl<R: Reader + ?Sized> ReaderExt for R {}

/// The data of the entry at hand, during [`ReaderExt::walk`].
pub struct Data<'a, R: Reader + ?Sized> {
    reader: &'a mut R,
    path: &'a str,
}

impl<R: Reader + ?Sized> Data<'_, R> {
    /// The whole data in its natural form.
    ///
    /// # Errors
    /// What [`Reader::chunks`] gives.
    pub fn chunks(&mut self) -> Result<Box<dyn Chunks>> {
        self.request(Request::default())
    }

    /// The data as `request` wants it; its entries are replaced by the one at hand.
    ///
    /// # Errors
    /// What [`Reader::chunks`] gives.
    pub fn request(&mut self, request: Request) -> Result<Box<dyn Chunks>> {
        self.reader.chunks(&Request { entries: vec![self.path.into()], ..request })
    }
}

/// The error for an entry that does not exist or has no data.
pub fn no_such_entry(path: &str) -> Error {
    Error::new(ErrorKind::Unrecognized, format!("no entry with data is called {path}"))
}
