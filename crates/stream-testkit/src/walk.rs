//! Walking over a file as callers do, and looking at everything on the way.

use stream_core::memory::Budget;
use stream_core::{
    Chunks, Context, Entry, Error, ErrorKind, Needs, Reader, ReaderExt, Request, Result, Span,
    Summary,
};

use crate::case::{Case, Record, Retry, Seen, Setup};
use crate::digest::Digest;
use crate::promise::Promise;
use crate::transcript::{Data, hash_data, hash_entry, hash_summary};
use crate::watch::{self, Expected, Phase, Watch};

/// The limit up to which a budget grows; a toy file that needs more is no toy.
const GROWN: u64 = 1 << 30;

/// The head that a format is shown.
const HEAD: usize = 4096;

struct Walk<'a> {
    setup: &'a Setup,
    case: &'a Case,
    cx: Context,
    watch: Watch,
    seen: Seen,
    /// The hash of the entry at hand.
    hash: u64,
}

/// Opens, reads all entries and their data, and finishes.
pub(crate) fn walk(setup: &Setup, case: Case, budget: Budget) -> Seen {
    let mut cx = Context::new(case.source.clone(), &budget)
        .with_cancel(case.cancel.clone())
        .with_threads(case.threads)
        .with_chunk_size(case.chunk);
    for (name, value) in &setup.settings {
        cx = cx.with_setting(*name, *value);
    }
    let (watch, seen) = (Watch::default(), Seen::default());
    let mut walk = Walk { setup, case: &case, cx, watch, seen, hash: 0 };
    if case.sniffs {
        walk.sniff();
    }
    if let Err(e) = walk.read() {
        walk.seen.failed = Some(e);
    }
    walk.seen
}

impl Walk<'_> {
    fn broke(&mut self, promise: Promise, message: impl Into<String>) {
        // the first ones tell enough, and this list is not charged
        if self.seen.broken.len() < 4 {
            self.seen.broken.push((promise, message.into()));
        }
    }

    fn sniff(&mut self) {
        let mut head = [0; HEAD];
        let Ok(n) = self.cx.read_full_at(0, &mut head) else { return };
        let head = head.get(..n).unwrap_or_default();
        let format = self.setup.format;
        let confidence = format.sniff(head);
        if format.sniff(head) != confidence {
            self.broke(Promise::Streaming, "two sniffs of the same bytes differ");
        }
        let cx = self.cx.clone();
        if let Err(e) = self.attempt("probe", || format.probe(&cx, confidence)) {
            self.broke(Promise::Survival, format!("probe takes other bytes for an error: {e:?}"));
        }
    }

    /// Makes a call, again where that is this reading's way, and looks at its errors.
    fn attempt<T>(&mut self, name: &str, mut call: impl FnMut() -> Result<T>) -> Result<T> {
        let reads = |walk: &Self| walk.case.counting.as_ref().map_or(0, |c| c.reads());
        loop {
            let (raised, before) = (self.cx.cancel().is_cancelled(), reads(self));
            let e = match call() {
                Ok(value) => {
                    let more = reads(self).saturating_sub(before);
                    if raised && more > 0 {
                        let message = format!(
                            "{name} was called after the flag was raised, read {more} times and went on"
                        );
                        self.broke(Promise::Cancel, message);
                    }
                    return Ok(value);
                }
                Err(e) => e,
            };
            let expected = Expected {
                size: self.case.size,
                io: self.case.io_fails,
                cancelled: self.case.is_cancelled,
                request: self.setup.request.is_some(),
            };
            if let Some(message) = watch::error(&e, expected) {
                self.broke(Promise::Errors, message);
            }
            if e.kind() == ErrorKind::Cancelled && !e.resumable() {
                self.broke(Promise::Cancel, format!("{name} says that it cannot go on: {e:?}"));
            }
            if !self.again(name, &e) {
                return Err(e);
            }
        }
    }

    fn again(&mut self, name: &str, e: &Error) -> bool {
        match self.case.retry {
            Retry::Grow { step } if e.kind() == ErrorKind::OverBudget => {
                let limit = self.cx.budget().limit();
                if !e.resumable() && !self.setup.final_refusals {
                    self.broke(
                        Promise::Streaming,
                        format!("{name} cannot go on after a refusal: {e:?}"),
                    );
                } else if limit >= GROWN {
                    self.broke(Promise::Streaming, format!("{name} is never content: {e:?}"));
                }
                self.cx.budget().set_limit(limit.saturating_add(step));
                e.resumable() && limit < GROWN
            }
            Retry::Cancelled if e.kind() == ErrorKind::Cancelled && e.resumable() => {
                self.cx.cancel().reset();
                true
            }
            _ => false,
        }
    }

    fn progress(&mut self, reader: &dyn Reader, phase: Phase) {
        if let Some(message) = self.watch.see(reader.progress(), phase) {
            let message = format!("{message}, after {} entries", self.seen.entries);
            self.broke(Promise::Progress, message);
        }
    }

    fn read(&mut self) -> Result<()> {
        let (format, cx) = (self.setup.format, self.cx.clone());
        let mut reader = self.attempt("open", || format.open(cx.clone()))?;
        self.progress(&*reader, Phase::Walking);
        let mut entry = self.cx.entry();
        // no format says more than a few things about one byte
        let most = usize::try_from(self.case.size).unwrap_or(usize::MAX);
        let most = most.saturating_mul(64).saturating_add(100_000);
        let failed = loop {
            match self.attempt("read_entry", || reader.read_entry(&mut entry)) {
                Ok(true) if self.seen.entries > most => {
                    self.broke(Promise::Survival, "delivers entries without end");
                    return Ok(());
                }
                Ok(true) => self.entry(&mut *reader, &entry),
                Ok(false) => break None,
                Err(e) => break Some(e),
            }
        };
        self.progress(&*reader, if failed.is_some() { Phase::Failed } else { Phase::End });
        if failed.as_ref().is_none_or(|e| !e.resumable()) {
            // said once, the end is the end
            let after = reader.read_entry(&mut entry);
            if !matches!(after, Ok(false)) {
                let message = format!("after {failed:?} read_entry gives {after:?}, not the end");
                self.broke(Promise::Survival, message);
            }
        }
        match self.attempt("finish", || reader.finish()) {
            Ok(summary) => self.summary(&*reader, &summary, failed.as_ref()),
            Err(e) if matches!(e.kind(), ErrorKind::OverBudget | ErrorKind::Cancelled) => {}
            Err(e) => self.broke(Promise::Survival, format!("finish fails: {e:?}")),
        }
        failed.map_or(Ok(()), Err)
    }

    fn entry(&mut self, reader: &mut dyn Reader, entry: &Entry) {
        self.progress(reader, Phase::Walking);
        match &self.case.record {
            Record::Nothing => {}
            Record::Compare(_) => self.hash = hash_entry(entry),
            Record::Full => {
                self.hash = hash_entry(entry);
                self.seen.transcript.entry(entry);
            }
            Record::Furthest => {
                let furthest = self.case.counting.as_ref().map_or(0, |c| c.furthest());
                // what goes forward has no index behind the data, so that nothing later is needed
                let forward = self.setup.format.descriptor().needs == Needs::Forward;
                let end = entry.span().filter(|_| forward).map(Span::end);
                self.seen.furthest.push(end.unwrap_or(furthest));
            }
        }
        let request = match &self.setup.request {
            Some(request) => request(entry),
            None => entry.has_data().then(|| Request::entry(entry.path())),
        };
        if let Some(request) = request {
            let data = self.data(reader, &request);
            self.hash = hash_data(self.hash, &data);
            if matches!(self.case.record, Record::Full) {
                self.seen.transcript.data(&data);
            }
        }
        let at = self.seen.entries;
        self.seen.entries = at.saturating_add(1);
        match &self.case.record {
            Record::Full => self.seen.hashes.entries.push(self.hash),
            Record::Compare(plain) if plain.entries.get(at) != Some(&self.hash) => {
                self.seen.mismatch.get_or_insert(at);
            }
            _ => {}
        }
    }

    fn data(&mut self, reader: &mut dyn Reader, request: &Request) -> Data {
        let mut digest = Digest::default();
        let result = if self.case.fold {
            self.attempt("fold", || {
                reader.fold(
                    request,
                    Digest::default,
                    |digest, chunk| {
                        digest.add(chunk);
                        Ok(())
                    },
                    |digest, later| {
                        digest.merge(later);
                        Ok(())
                    },
                )
            })
            .map(|all| digest = all)
        } else {
            self.stream(reader, request, &mut digest)
        };
        let data = Data::new(digest, result.as_ref().err());
        if let Err(e) = result {
            self.seen.data_failed.get_or_insert(e);
            self.progress(reader, Phase::Failed);
        } else {
            self.progress(reader, Phase::Walking);
        }
        data
    }

    fn stream(
        &mut self,
        reader: &mut dyn Reader,
        request: &Request,
        digest: &mut Digest,
    ) -> Result<()> {
        let mut chunks: Box<dyn Chunks> = self.attempt("chunks", || reader.chunks(request))?;
        let result = loop {
            match self.attempt("next_chunk", || chunks.next_chunk()) {
                Ok(Some(chunk)) => digest.add(&chunk),
                Ok(None) => break Ok(()),
                Err(e) => break Err(e),
            }
            self.progress(reader, Phase::Walking);
        };
        if result.as_ref().err().is_none_or(|e| !e.resumable()) {
            let after = chunks.next_chunk();
            if !matches!(after, Ok(None)) {
                let message = format!("after {result:?} next_chunk gives {after:?}, not the end");
                self.broke(Promise::Survival, message);
            }
        }
        result
    }

    fn summary(&mut self, reader: &dyn Reader, summary: &Summary, failed: Option<&Error>) {
        self.seen.complete = summary.complete && failed.is_none();
        self.seen.noted = watch::noted(summary);
        let complete = reader.progress().complete;
        if failed.is_some() {
            self.progress(reader, Phase::Failed);
            if summary.complete {
                self.broke(Promise::Progress, "the summary is complete after an error");
            }
        } else if complete != summary.complete {
            let message = format!(
                "at the end progress says complete: {complete}, the summary {}",
                summary.complete
            );
            self.broke(Promise::Progress, message);
        } else {
            self.progress(reader, Phase::End);
        }
        let counted = usize::try_from(summary.entries).ok();
        if counted != Some(self.seen.entries) {
            let message = format!(
                "the summary counts {} entries, delivered were {}",
                summary.entries, self.seen.entries
            );
            self.broke(Promise::Streaming, message);
        }
        if let Some(message) = watch::findings(summary, self.case.size) {
            self.broke(Promise::Errors, message);
        }
        match &self.case.record {
            Record::Compare(plain) => {
                self.seen.summary_differs = plain.summary != hash_summary(summary);
            }
            Record::Full => {
                self.seen.hashes.summary = hash_summary(summary);
                self.seen.transcript.summary(summary);
            }
            Record::Nothing | Record::Furthest => {}
        }
    }
}
