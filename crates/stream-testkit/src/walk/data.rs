//! The data of entries: at once, after the last entry, or left early.

use stream_core::{
    Chunks, Entry, Error, ErrorKind, Reader, ReaderExt, Region, Request, Result, Scratch,
};

use super::{FIRST, Walk};
use crate::case::Record;
use crate::digest::Digest;
use crate::promise::Promise;
use crate::transcript::{Data, hash_data};
use crate::watch::Phase;

impl Walk<'_> {
    /// Keeps or compares what was said of the `at`-th entry.
    pub(super) fn settle(&mut self, at: usize, hash: u64, data: Option<&Data>) {
        let whole = data.map_or(hash, |data| hash_data(hash, data));
        match &self.case.record {
            Record::Full => {
                self.seen.hashes.set(at, hash, whole);
                if let Some(data) = data {
                    self.seen.transcript.data(at, data);
                }
            }
            Record::Compare(plain) if plain.entries.get(at) != Some(&whole) => {
                self.seen.mismatch.get_or_insert(at);
            }
            _ => {}
        }
    }

    pub(super) fn data(&mut self, reader: &mut dyn Reader, request: &Request) -> Data {
        let mut digest = Digest::default();
        let result = if self.case.fold {
            let add = |digest: &mut Digest, chunk: &_| {
                digest.add(chunk);
                Ok(())
            };
            let merge = |digest: &mut Digest, later| {
                digest.merge(later);
                Ok(())
            };
            let all = self.attempt("fold", || reader.fold(request, Digest::default, add, merge));
            all.map(|all| digest = all)
        } else {
            self.stream(reader, request, &mut digest)
        };
        let data = Data::new(digest, result.as_ref().err());
        self.note(reader, result.err());
        data
    }

    /// One half of the first axis after the other: elements know their places, so that both add up to the whole.
    pub(super) fn halves(
        &mut self,
        reader: &mut dyn Reader,
        entry: &Entry,
        request: &Request,
    ) -> Data {
        if entry.array().is_some_and(|array| array.shape.is_empty()) {
            // a scalar has no axis to halve
            return self.data(reader, request);
        }
        let extent = entry.array().and_then(|array| array.shape.first().copied());
        let extent = extent.or(entry.span().map(|span| span.length)).unwrap_or(2);
        let half = extent / 2;
        // a bound beyond the end is the end, so that it need not be known
        let first = request.clone().with_region(Region::range(0..half));
        let second = request.clone().with_region(Region::range(half..u64::MAX));
        let mut data = self.data(reader, &first);
        let rest = self.data(reader, &second);
        data.digest.merge(rest.digest);
        data.error = data.error.or(rest.error);
        data
    }

    fn note(&mut self, reader: &dyn Reader, error: Option<Error>) {
        self.progress(reader, if error.is_some() { Phase::Failed } else { Phase::Walking });
        if let Some(e) = error {
            self.seen.data_failed.get_or_insert(e);
        }
    }

    fn stream(
        &mut self,
        reader: &mut dyn Reader,
        request: &Request,
        digest: &mut Digest,
    ) -> Result<()> {
        let mut chunks = self.attempt("chunks", || reader.chunks(request))?;
        self.look_at_plan(&*chunks);
        let result = loop {
            match self.attempt("next_chunk", || chunks.next_chunk()) {
                Ok(Some(chunk)) => digest.add(&chunk),
                Ok(None) => break Ok(()),
                Err(e) => break Err(e),
            }
            self.progress(reader, Phase::Walking);
        };
        self.look_behind_end(&mut *chunks, result.as_ref().err());
        result
    }

    /// A chunk that is not there is no reason to panic.
    fn look_at_plan(&mut self, chunks: &dyn Chunks) {
        if !matches!(self.case.record, Record::Full) {
            return;
        }
        let Some(plan) = chunks.plan() else { return };
        for index in [plan.len(), usize::MAX] {
            let beyond = plan.read(index, &mut Scratch::new());
            if beyond.as_ref().err().map(Error::kind) != Some(ErrorKind::Request) {
                let message = format!("chunk {index} of {} gives {beyond:?}", plan.len());
                self.broke(Promise::Errors, format!("{message} (expected the kind request)"));
            }
        }
    }

    fn look_behind_end(&mut self, chunks: &mut dyn Chunks, error: Option<&Error>) {
        if error.is_none_or(|e| !e.resumable()) {
            let after = chunks.next_chunk();
            if !matches!(after, Ok(None)) {
                let message = format!("after {error:?} next_chunk gives {after:?}, not the end");
                self.broke(Promise::Survival, message);
            }
        }
    }

    /// Takes a chunk of the data and leaves the rest; asks for the summary in between.
    pub(super) fn leave_early(
        &mut self,
        reader: &mut dyn Reader,
        at: usize,
        hash: u64,
        request: Option<&Request>,
    ) {
        if let Some(request) = request {
            let first = self
                .attempt("chunks", || reader.chunks(request))
                .and_then(|mut chunks| self.attempt("next_chunk", || chunks.next_chunk()));
            self.note(reader, first.err());
        }
        // a summary may hold a thousand findings
        let summary =
            if at < FIRST { Some(self.attempt("finish", || reader.finish())) } else { None };
        match summary.transpose() {
            Ok(Some(summary)) if summary.complete => {
                let message = format!("the summary is complete after {} entries", at + 1);
                self.broke(Promise::Progress, message);
            }
            Ok(_) => {}
            Err(e) => {
                let message = format!("finish fails before the end: {e:?}");
                self.broke(Promise::Survival, message);
            }
        }
        if let Record::Compare(plain) = &self.case.record
            && plain.facts.get(at) != Some(&hash)
        {
            self.seen.mismatch.get_or_insert(at);
        }
    }
}
