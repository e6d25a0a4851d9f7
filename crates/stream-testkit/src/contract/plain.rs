//! The plain reading of a file, with which all others are compared.

use std::sync::Arc;

use stream_core::{Cancel, MemorySource, Source};

use super::{Contract, File, threads};
use crate::case::{Case, Findings, Order, Outcome, Record, Retry, Seen};
use crate::difference::{Variation, differences};
use crate::promise::Promise;
use crate::source::Counting;
use crate::transcript::{Hashes, Transcript};

/// A chunk that holds all data of any file that tests make.
pub(super) const WHOLE: usize = 16 << 20;
/// The chunk size of readings that are about something else: small, so that small files have several.
pub(super) const CHUNK: usize = 4096;

/// A good file and what is to be read from it.
pub(super) struct Plain {
    pub(super) name: String,
    pub(super) source: Arc<dyn Source>,
    pub(super) bytes: Arc<[u8]>,
    pub(super) transcript: Transcript,
    pub(super) hashes: Arc<Hashes>,
}

impl Plain {
    pub(super) fn size(&self) -> u64 {
        widen(self.bytes.len())
    }

    /// Compares with this reading.
    pub(super) fn record(&self) -> Record {
        Record::Compare(self.hashes.clone())
    }
}

pub(super) fn widen(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl Contract {
    /// The reading of `source` that nothing is special about.
    pub(super) fn case(&self, label: String, source: Arc<dyn Source>, size: u64) -> Case {
        Case {
            label,
            source,
            size,
            limit: self.limit,
            chunk: CHUNK,
            threads: threads(1),
            fold: false,
            order: Order::AtOnce,
            retry: Retry::Never,
            record: Record::Nothing,
            cancel: Cancel::new(),
            counting: None,
            io_fails: false,
            is_cancelled: false,
            sniffs: false,
            writes_are_counted: false,
        }
    }

    /// Reads each good file plainly; those that are not read to a clean end are found and left out.
    pub(super) fn plains(&self, found: &mut Findings) -> Vec<Plain> {
        self.good
            .iter()
            .filter_map(|file| self.good_plain(&file.name, (file.make)(), found))
            .collect()
    }

    /// Reads a good file plainly; `None` when it is not read to a clean end, which is found.
    pub(super) fn good_plain(
        &self,
        name: &str,
        bytes: Vec<u8>,
        found: &mut Findings,
    ) -> Option<Plain> {
        let (plain, seen) = self.plain(name, bytes.into(), found)?;
        if let Some(e) = seen.error() {
            let message = format!("a good file ends in the error {e:?}");
            found.add(Promise::Survival, name, message);
            return None;
        }
        if !seen.complete {
            found.add(Promise::Survival, name, "a good file is not read to a clean end");
            return None;
        }
        Some(plain)
    }

    /// Reads a file plainly, however it ends.
    pub(super) fn plain(
        &self,
        name: &str,
        bytes: Arc<[u8]>,
        found: &mut Findings,
    ) -> Option<(Plain, Seen)> {
        if found.enough() {
            return None;
        }
        let source: Arc<dyn Source> = Arc::new(MemorySource::new(bytes.clone()));
        let plain = |fold| {
            let case = self.case(name.to_owned(), source.clone(), widen(bytes.len()));
            let threads = threads(if fold { 2 } else { 1 });
            Case { chunk: WHOLE, record: Record::Full, sniffs: true, fold, threads, ..case }
        };
        // what a process makes once, such as tables, is made now and not while others are measured
        self.run(plain(true), found)?;
        let mut seen = self.run(plain(false), found)?.seen;
        let transcript = std::mem::take(&mut seen.transcript);
        let hashes = Arc::new(std::mem::take(&mut seen.hashes));
        let name = name.to_owned();
        Some((
            Plain { name, source: source.clone(), bytes: bytes.clone(), transcript, hashes },
            seen,
        ))
    }

    /// Name and bytes of each file that is not known to be good.
    pub(super) fn bads(&self) -> impl Iterator<Item = (&str, Arc<[u8]>)> {
        self.bad.iter().map(|File { name, make, .. }| (name.as_str(), make().into()))
    }

    /// Runs a reading that may differ from the plain one only as `variation` and the implementer allow; what differs else is
    /// found as broken streaming, or after a cut as broken survival.
    pub(super) fn compare(
        &self,
        plain: &Plain,
        case: Case,
        variation: Variation,
        found: &mut Findings,
    ) -> Option<Outcome> {
        // the same once more in words, when it differs; sources count, so each reading needs a fresh one
        self.compare_with(plain, &|| case.clone(), variation, found)
    }

    /// As [`Contract::compare`], for readings whose source changes while it is read.
    pub(super) fn compare_with(
        &self,
        plain: &Plain,
        case: &dyn Fn() -> Case,
        variation: Variation,
        found: &mut Findings,
    ) -> Option<Outcome> {
        let outcome = self.run(Case { record: plain.record(), ..case() }, found)?;
        let seen = &outcome.seen;
        let cut = variation == Variation::Cut;
        // who left early knows less at the end
        let Case { label, size, order, retry, .. } = case();
        let early = order == Order::Early;
        let all = seen.entries == plain.hashes.entries.len() && (early || !seen.end_differs);
        if seen.mismatch.is_none() && (cut || all) {
            return Some(outcome);
        }
        let again = self.run(Case { record: Record::Full, ..case() }, found)?;
        let (expected, other) = (&plain.transcript, &again.seen.transcript);
        let mut differing = differences(variation, size, expected, other);
        if early {
            differing.retain(|d| d.fact != "data" && !d.entry.is_empty());
        }
        if variation == Variation::Forward && order == Order::AfterAll {
            // what was passed is said to be passed, which the walk has looked at
            differing.retain(|d| d.fact != "data" || !d.found.starts_with("nothing"));
        }
        if variation != Variation::Pace {
            differing.retain(|d| self.may_differ.as_ref().is_none_or(|allows| !allows(d)));
        } else if matches!(retry, Retry::Grow { .. }) {
            // findings are counted and not kept where the budget refuses them
            differing.retain(|d| d.fact != "diagnostic");
            if differing.is_empty() {
                return Some(outcome);
            }
        }
        let promise = if cut { Promise::Survival } else { Promise::Streaming };
        if let Some(first) = differing.first() {
            let error = seen.error().map_or_else(String::new, |e| format!("; it ended in {e:?}"));
            let others = differing.len().saturating_sub(1);
            let message = format!("{}, and {others} more differences{error}", first.message());
            found.add(promise, &label, message);
        } else if variation == Variation::Pace {
            found.add(promise, &label, "two readings of the same kind differ");
        }
        Some(outcome)
    }
}

/// A source that counts, and the counter.
pub(super) fn counted(source: Arc<dyn Source>) -> (Arc<dyn Source>, Arc<Counting>) {
    let counting = Arc::new(Counting::new(source));
    (counting.clone(), counting)
}
