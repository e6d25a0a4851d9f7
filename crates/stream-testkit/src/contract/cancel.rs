//! Promise 5: cancelling takes effect within one chunk or one call.

use std::sync::Arc;

use stream_core::{Cancel, ErrorKind, MemorySource, Source};

use super::plain::{Plain, widen};
use super::{Contract, threads};
use crate::case::{Case, Findings, Outcome};
use crate::promise::Promise;
use crate::random::sample;
use crate::source::{Counting, ShortReads};

/// Where in a file the flag is raised.
const PLACES: usize = 48;
/// Bytes of a chunk.
const CHUNK: usize = 1024;
/// Bytes that the call in which the flag is raised may go on to read: one fill of a buffer as libraries have it.
const CALL: u64 = 64 * 1024;

/// A file to cancel the reading of.
struct Target<'a> {
    name: &'a str,
    source: Arc<dyn Source>,
    size: u64,
    /// The most bytes that a read delivers.
    most: usize,
    /// Entries of the whole file.
    entries: usize,
}

impl Contract {
    pub(super) fn look_at_cancelling(&self, found: &mut Findings) {
        for Plain { name, source, bytes, hashes, .. } in &self.plains(found) {
            let (size, entries) = (widen(bytes.len()), hashes.entries.len());
            let target = Target { name, source: source.clone(), size, most: 16, entries };
            self.look_at_cancelling_of(&target, PLACES, found);
        }
        // long enough for one call to read too much
        for long in &self.long {
            let bytes = (long.make)(8);
            let size = widen(bytes.len());
            let source: Arc<dyn Source> = Arc::new(MemorySource::new(bytes));
            let mut target = Target { name: &long.name, source, size, most: 4096, entries: 0 };
            let Some(outcome) = self.run(self.cancelled(&target, u64::MAX, false).0, found) else {
                return;
            };
            target.entries = outcome.seen.entries;
            self.look_at_cancelling_of(&target, 4, found);
        }
    }

    fn look_at_cancelling_of(&self, target: &Target<'_>, places: usize, found: &mut Findings) {
        let (case, counting) = self.cancelled(target, u64::MAX, false);
        if self.run(case, found).is_none() {
            return;
        }
        let reads = usize::try_from(counting.reads()).unwrap_or(usize::MAX);
        // 0: raised before it is opened
        for n in sample(reads.saturating_add(1), places) {
            for fold in [false, true] {
                let (case, counting) = self.cancelled(target, widen(n), fold);
                let label = case.label.clone();
                let Some(outcome) = self.run(case, found) else { return };
                if let Some(message) = judge(&outcome, &counting, n, target.entries) {
                    found.add(Promise::Cancel, &label, message);
                }
                if found.enough() {
                    return;
                }
            }
        }
    }

    /// A reading that another thread cancels within the `n`-th read.
    fn cancelled(&self, target: &Target<'_>, n: u64, fold: bool) -> (Case, Arc<Counting>) {
        let cancel = Cancel::new();
        let raise = cancel.clone();
        let short = Arc::new(ShortReads::of(target.source.clone(), target.most));
        let counting = Counting::new(short).acting_at(n, move || {
            let raise = raise.clone();
            // joined, so that the flag is up before the read returns
            let _ = std::thread::spawn(move || raise.cancel()).join();
        });
        let counting = Arc::new(counting);
        if n == 0 {
            cancel.cancel();
        }
        let how = if fold { " while it is folded" } else { "" };
        let label = format!("{} cancelled within read {n}{how}", target.name);
        let case = self.case(label, counting.clone(), target.size);
        let case = Case { cancel, fold, chunk: CHUNK, is_cancelled: n != u64::MAX, ..case };
        let threads = threads(if fold { 2 } else { 1 });
        (Case { threads, counting: Some(counting.clone()), ..case }, counting)
    }
}

/// Whether a call that began with the flag up went on is seen while it is walked; here is what the call in which it was
/// raised did, and how it all ended.
fn judge(outcome: &Outcome, counting: &Counting, n: usize, entries: usize) -> Option<String> {
    let seen = &outcome.seen;
    let after = counting.bytes_after();
    if n == 0 && counting.reads() > 0 {
        return Some(format!(
            "{} reads are made although the flag was up before",
            counting.reads()
        ));
    }
    if after > CALL {
        return Some(format!(
            "{after} bytes are read after the flag was raised (expected at most {CALL})"
        ));
    }
    match seen.error() {
        Some(e) if e.kind() != ErrorKind::Cancelled => {
            Some(format!("the cancelled reading ends in {e:?}"))
        }
        None if seen.entries < entries => Some(format!(
            "the cancelled reading ends as if it was whole, with {} of {entries} entries",
            seen.entries
        )),
        _ => None,
    }
}
