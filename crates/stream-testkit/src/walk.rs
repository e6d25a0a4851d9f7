//! Walking over a file as callers do, and looking at everything on the way.

mod call;
mod data;
mod end;
mod later;

use stream_core::memory::Budget;
use stream_core::{Context, Entry, Error, ErrorKind, Needs, Reader, Request, Span};

use crate::case::{Case, Order, Record, Seen, Setup};
use crate::promise::Promise;
use crate::transcript::{hash_end, hash_entry};
use crate::watch::{Phase, Watch};

/// The head that a format is shown.
const HEAD: usize = 4096;

/// Entries from the start that are treated specially one by one, where that is slow.
const FIRST: usize = 32;
/// Every so many of the later ones.
const FAR: usize = 97;

struct Walk<'a> {
    setup: &'a Setup,
    case: &'a Case,
    cx: Context,
    watch: Watch,
    seen: Seen,
    /// Data that is asked for after the last entry: the entry's number and hash.
    later: Vec<(usize, u64, Request)>,
    /// The hash of the summary.
    summary: u64,
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
    let mut walk = Walk { setup, case: &case, cx, watch, seen, later: Vec::new(), summary: 0 };
    let before = written();
    if case.sniffs {
        walk.sniff();
    }
    let failed = walk.read();
    let bytes = written().zip(before).map_or(0, |(after, before)| after.saturating_sub(before));
    if case.writes_are_counted && bytes > 0 {
        walk.broke(Promise::ReadOnly, format!("the reading thread wrote {bytes} bytes somewhere"));
    }
    walk.end(failed)
}

/// Bytes that this thread wrote so far, to whatever; `None` where the kernel does not count.
fn written() -> Option<u64> {
    let facts = std::fs::read_to_string("/proc/thread-self/io").ok()?;
    facts.lines().find_map(|line| line.strip_prefix("wchar: ")?.trim().parse().ok())
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

    fn progress(&mut self, reader: &dyn Reader, phase: Phase) {
        if let Some(message) = self.watch.see(reader.progress(), phase) {
            let message = format!("{message}, after {} entries", self.seen.entries);
            self.broke(Promise::Progress, message);
        }
    }

    fn read(&mut self) -> Option<Error> {
        let (format, cx) = (self.setup.format, self.cx.clone());
        let mut reader = match self.attempt("open", || format.open(cx.clone())) {
            Ok(reader) => reader,
            Err(e) => return Some(e),
        };
        self.progress(&*reader, Phase::Walking);
        let mut entry = self.cx.entry();
        // no format says more than a few things about one byte
        let most = usize::try_from(self.case.size).unwrap_or(usize::MAX);
        let most = most.saturating_mul(64).saturating_add(100_000);
        let failed = loop {
            match self.attempt("read_entry", || reader.read_entry(&mut entry)) {
                Ok(true) if self.seen.entries > most => {
                    self.broke(Promise::Survival, "delivers entries without end");
                    return None;
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
        if failed.is_none() {
            self.read_later(&mut *reader);
        }
        match self.attempt("finish", || reader.finish()) {
            Ok(summary) => self.summary(&*reader, &summary, failed.as_ref()),
            Err(e) if matches!(e.kind(), ErrorKind::OverBudget | ErrorKind::Cancelled) => {}
            Err(e) => self.broke(Promise::Survival, format!("finish fails: {e:?}")),
        }
        failed
    }

    fn entry(&mut self, reader: &mut dyn Reader, entry: &Entry) {
        self.progress(reader, Phase::Walking);
        let mut hash = 0;
        match &self.case.record {
            Record::Nothing => {}
            Record::Compare(_) => hash = hash_entry(entry),
            Record::Full => {
                hash = hash_entry(entry);
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
        let at = self.seen.entries;
        self.seen.entries = at.saturating_add(1);
        // finding an entry again may be a walk of its own: some are asked for late, not all of thousands
        let order = match self.case.order {
            Order::AfterAll | Order::Together if at >= FIRST && !at.is_multiple_of(FAR) => {
                Order::AtOnce
            }
            order => order,
        };
        match (order, request) {
            (Order::AtOnce, Some(request)) => {
                let data = self.data(reader, &request);
                self.settle(at, hash, Some(&data));
            }
            (Order::Halves, Some(request)) => {
                let data = self.halves(reader, entry, &request);
                self.settle(at, hash, Some(&data));
            }
            (Order::AfterAll | Order::Together, Some(request)) => {
                self.later.push((at, hash, request))
            }
            (Order::Early, request) => self.leave_early(reader, at, hash, request.as_ref()),
            (_, None) => self.settle(at, hash, None),
        }
    }

    /// Compares how it ended.
    fn end(mut self, failed: Option<Error>) -> Seen {
        let end = hash_end(self.summary, failed.as_ref());
        match &self.case.record {
            Record::Compare(plain) => self.seen.end_differs = plain.end != end,
            Record::Full => {
                self.seen.hashes.end = end;
                self.seen.transcript.failed(failed.as_ref());
            }
            Record::Nothing | Record::Furthest => {}
        }
        self.seen.failed = failed;
        self.seen
    }
}
