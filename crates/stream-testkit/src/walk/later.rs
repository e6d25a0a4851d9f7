//! Data that is asked for after the last entry.

use stream_core::{Chunks, Error, ErrorKind, Reader, Request};

use super::Walk;
use crate::case::Order;
use crate::digest::Digest;
use crate::promise::Promise;
use crate::transcript::Data;

/// Entries whose data is open at the same time.
const OPEN: usize = 4;

/// The data of one entry, while it is read beside others.
struct Open {
    at: usize,
    hash: u64,
    chunks: Option<Box<dyn Chunks>>,
    digest: Digest,
    error: Option<Error>,
}

impl Walk<'_> {
    /// Reads the data that waits, as the reading's order says.
    pub(super) fn read_later(&mut self, reader: &mut dyn Reader) {
        let later = std::mem::take(&mut self.later);
        if self.case.order == Order::Together {
            self.read_together(reader, later);
        } else {
            self.read_side_by_side(reader, &later);
        }
    }

    /// The last first, some at the same time.
    fn read_side_by_side(&mut self, reader: &mut dyn Reader, later: &[(usize, u64, Request)]) {
        for group in later.rchunks(OPEN) {
            let mut all: Vec<Open> = Vec::new();
            for (at, hash, request) in group {
                let (chunks, error) = match self.attempt("chunks", || reader.chunks(request)) {
                    Ok(chunks) => (Some(chunks), None),
                    Err(e) => (None, Some(e)),
                };
                all.push(Open { at: *at, hash: *hash, chunks, digest: Digest::default(), error });
            }
            while all.iter().any(|open| open.chunks.is_some()) {
                for open in &mut all {
                    let Some(chunks) = &mut open.chunks else { continue };
                    match self.attempt("next_chunk", || chunks.next_chunk()) {
                        Ok(Some(chunk)) => open.digest.add(&chunk),
                        Ok(None) => open.chunks = None,
                        Err(e) => (open.chunks, open.error) = (None, Some(e)),
                    }
                }
            }
            for Open { at, hash, digest, error, .. } in all {
                self.settle_later(at, hash, digest, error);
            }
        }
    }

    /// All in one request.
    fn read_together(&mut self, reader: &mut dyn Reader, later: Vec<(usize, u64, Request)>) {
        let Some((_, _, first)) = later.first() else { return };
        let entries = later.iter().flat_map(|(_, _, request)| request.entries.iter().cloned());
        let request = Request { entries: entries.collect(), ..first.clone() };
        let mut digests = vec![Digest::default(); later.len()];
        let mut error = None;
        match self.attempt("chunks", || reader.chunks(&request)) {
            Ok(mut chunks) => loop {
                match self.attempt("next_chunk", || chunks.next_chunk()) {
                    Ok(Some(chunk)) => match digests.get_mut(chunk.entry()) {
                        Some(digest) => digest.add_of(&chunk, 0),
                        None => {
                            let (of, all) = (chunk.entry(), later.len());
                            let message =
                                format!("a chunk is of entry {of} of {all} in the request");
                            return self.broke(Promise::Streaming, message);
                        }
                    },
                    Ok(None) => break,
                    Err(e) => {
                        error = Some(e);
                        break;
                    }
                }
            },
            Err(e) => error = Some(e),
        }
        if let Some(e) = error {
            self.broke(Promise::Streaming, format!("all data in one request ends in {e:?}"));
        }
        for ((at, hash, _), digest) in later.into_iter().zip(digests) {
            self.settle_later(at, hash, digest, None);
        }
    }

    fn settle_later(&mut self, at: usize, hash: u64, digest: Digest, error: Option<Error>) {
        let passed = error.as_ref().is_some_and(|e| e.kind() == ErrorKind::Passed);
        if passed && !self.cx.is_random() {
            // the honest answer of a pipe, instead of other bytes
            return;
        }
        let data = Data::new(digest, error.as_ref());
        self.settle(at, hash, Some(&data));
        if let Some(e) = error {
            self.seen.data_failed.get_or_insert(e);
        }
    }
}
