//! Promise 4: no input makes it panic, hang or crash, and what was readable is delivered.

use std::sync::Arc;

use stream_core::{ErrorKind, ForwardSource, MemorySource, Needs, Source};

use super::plain::{Plain, counted, widen};
use super::{Contract, File, threads};
use crate::case::{Case, Findings, Record, Seen};
use crate::difference::{Difference, Variation};
use crate::promise::Promise;
use crate::random::sample;
use crate::source::{FailsAt, Flipped, ForwardOnly, Patched, ShortReads, Shrinking, Truncated};

/// How many readings of each kind are made of one file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    cuts: usize,
    flips: usize,
    lies: usize,
    breaks: usize,
}

impl Effort {
    /// Every byte of a file of up to 1 KiB is cut at; some seconds for a handful of files.
    pub(super) const FULL: Self = Self { cuts: 1025, flips: 512, lies: 1024, breaks: 256 };
    /// Many kinds of error, quickly.
    pub(super) const SAMPLE: Self = Self { cuts: 129, flips: 64, lies: 128, breaks: 8 };
    /// For files that take a thousand times as long.
    const LITTLE: Self = Self { cuts: 17, flips: 16, lies: 36, breaks: 4 };
}

/// What a length field says when it lies: as much as can be said, signed or not, in either byte order, and nothing.
const LIES: [&[u8]; 9] = [
    &[0xff; 2],
    &[0xff; 4],
    &[0x7f, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0, 0, 0, 0],
    &[0xff; 8],
    &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    &[0, 0, 0, 0x10, 0, 0, 0, 0],
];

impl Contract {
    pub(super) fn look_at_survival(&self, found: &mut Findings, effort: Effort) {
        // the spoilt copies of good files come after the bad ones, which say more of what goes wrong
        self.look_at_bad_files(found);
        for plain in self.plains(found) {
            self.look_at_all(&plain, effort, found);
        }
        for long in &self.long {
            // a reader that hangs may hold what making the next file needs
            if found.enough() {
                return;
            }
            if let Some(plain) = self.good_plain(&long.name, (long.make)(1), found) {
                self.look_at_all(&plain, Effort::LITTLE, found);
            }
        }
    }

    fn look_at_all(&self, plain: &Plain, effort: Effort, found: &mut Findings) {
        self.look_at_cuts(plain, effort.cuts, found);
        self.look_at_spoilt(plain, effort, found);
        self.look_at_failing_reads(plain, effort.breaks, found);
    }

    fn look_at_bad_files(&self, found: &mut Findings) {
        for ((name, bytes), File { must_be_noted, .. }) in self.bads().zip(&self.bad) {
            let size = widen(bytes.len());
            let source: Arc<dyn Source> = Arc::new(MemorySource::new(bytes));
            let case = Case { sniffs: true, ..self.case(name.to_owned(), source.clone(), size) };
            let Some(outcome) = self.run(case.clone(), found) else { return };
            let seen = outcome.seen;
            if *must_be_noted && passes_for_whole(&seen) {
                found.add(Promise::Errors, name, "a bad file is read as if nothing was wrong");
            }
            let mut others = vec![Case { threads: threads(2), fold: true, ..case.clone() }];
            if self.setup.format.descriptor().needs == Needs::Forward {
                let pipe = Arc::new(ForwardOnly::new(source, widen(ForwardSource::WINDOW)));
                others.push(Case { source: pipe, sniffs: false, ..case });
            }
            for case in others {
                if found.enough() || self.run(case, found).is_none() {
                    return;
                }
            }
        }
    }

    /// Cuts a good file everywhere: what was behind the reader before the cut has to come, and be what it was.
    fn look_at_cuts(&self, plain: &Plain, most: usize, found: &mut Findings) {
        let Some(furthest) = self.furthest(plain, found) else { return };
        for cut in sample(plain.bytes.len(), most) {
            let size = widen(cut);
            let fresh = || {
                let source = Arc::new(Truncated::new(plain.source.clone(), size));
                let label = format!("{} cut to {cut} bytes", plain.name);
                Case { sniffs: true, ..self.case(label, source, size) }
            };
            if found.enough() {
                return;
            }
            let Some(outcome) = self.compare_with(plain, &fresh, Variation::Cut, found) else {
                return;
            };
            // an entry is due when all of the one after it lies before the cut as well
            let due = furthest.iter().take_while(|furthest| **furthest <= size).count();
            let due = due.saturating_sub(1);
            let seen = &outcome.seen;
            if seen.entries < due && !self.allows_cut(plain, seen.entries, size, "missing") {
                let message = format!(
                    "{} entries are delivered (expected {due}, which lie before the cut); it ended in {:?}",
                    seen.entries,
                    seen.error()
                );
                found.add(Promise::Survival, &fresh().label, message);
            }
            if passes_for_whole(seen) && !self.allows_cut(plain, usize::MAX, size, "complete") {
                let message = "a cut file is read as if it was whole: no error, complete, and without a warning";
                found.add(Promise::Survival, &fresh().label, message);
            }
        }
    }

    /// Whether the implementer says that nobody can know better about a file that is cut.
    fn allows_cut(&self, plain: &Plain, at: usize, size: u64, fact: &str) -> bool {
        let path = plain.transcript.lines.get(at).map(|line| line.path.clone());
        let missing = fact == "missing";
        let difference = Difference {
            variation: Variation::Cut,
            entry: path.unwrap_or_default(),
            fact: fact.to_owned(),
            expected: if missing { "an entry" } else { "false" }.to_owned(),
            found: if missing { "nothing" } else { "true" }.to_owned(),
            last: false,
            size,
        };
        self.may_differ.as_ref().is_some_and(|allows| allows(&difference))
    }

    /// Where each entry of the whole file ends, or how far that was read, byte by byte, when the entry came.
    fn furthest(&self, plain: &Plain, found: &mut Findings) -> Option<Vec<u64>> {
        let (source, counting) = counted(plain.source.clone());
        let source = Arc::new(ShortReads::of(source, 1));
        let case = self.case(format!("{} byte by byte", plain.name), source, plain.size());
        let case = Case { counting: Some(counting), record: Record::Furthest, ..case };
        self.run(case, found).map(|outcome| outcome.seen.furthest)
    }

    /// Flips bytes and lets fields lie.
    fn look_at_spoilt(&self, plain: &Plain, effort: Effort, found: &mut Findings) {
        let flips = (0..effort.flips).map(|seed| {
            let source = Flipped::new(plain.source.clone(), &plain.bytes, widen(seed));
            let source: Arc<dyn Source> = Arc::new(source);
            (format!("{} with flips of seed {seed}", plain.name), source)
        });
        let places = plain.bytes.len().saturating_mul(LIES.len());
        let lies = sample(places, effort.lies).into_iter().filter_map(|at| {
            // neighbouring numbers are neighbouring places, so that a sample meets every lie
            let (place, lie) = (at % plain.bytes.len(), LIES.get(at / plain.bytes.len())?);
            let source = Patched::new(plain.source.clone(), widen(place), lie);
            let source: Arc<dyn Source> = Arc::new(source);
            Some((format!("{} with {lie:02x?} at {place}", plain.name), source))
        });
        for (at, (label, source)) in flips.chain(lies).enumerate() {
            let case = Case { sniffs: true, ..self.case(label, source, plain.size()) };
            // in parallel now and then: the same code mostly, and slower to start
            let fold = at % 8 == 7;
            let case = Case { fold, threads: threads(if fold { 2 } else { 1 }), ..case };
            if found.enough() || self.run(case, found).is_none() {
                return;
            }
        }
    }

    /// Lets each read fail, and the file lose its second half between two reads.
    fn look_at_failing_reads(&self, plain: &Plain, most: usize, found: &mut Findings) {
        let short = |source| Arc::new(ShortReads::of(source, SHORT));
        let (source, counting) = counted(short(plain.source.clone()));
        let case =
            self.case(format!("{} in reads of {SHORT} bytes", plain.name), source, plain.size());
        if self.run(case, found).is_none() {
            return;
        }
        let reads = usize::try_from(counting.reads()).unwrap_or(usize::MAX);
        for n in sample(reads, most) {
            let fresh = || {
                let source = Arc::new(FailsAt::new(short(plain.source.clone()), widen(n)));
                let label = format!("{} whose read {n} fails", plain.name);
                Case { io_fails: true, ..self.case(label, source, plain.size()) }
            };
            let Some(outcome) = self.compare_with(plain, &fresh, Variation::Cut, found) else {
                return;
            };
            let error = outcome.seen.error();
            if error.map(|e| e.kind()) != Some(ErrorKind::Io) {
                let message = format!(
                    "the failed read is told as {error:?} (expected an error of the kind io)"
                );
                found.add(Promise::Survival, &fresh().label, message);
            }
            if found.enough() {
                return;
            }
            let fresh = || {
                let source = Shrinking::new(plain.source.clone(), widen(n), plain.size() / 2);
                let label = format!("{} cut in half after {n} reads", plain.name);
                self.case(label, short(Arc::new(source)), plain.size())
            };
            let Some(outcome) = self.compare_with(plain, &fresh, Variation::Cut, found) else {
                return;
            };
            let seen = &outcome.seen;
            let less = seen.mismatch.is_some() || seen.entries < plain.hashes.entries.len();
            if less && passes_for_whole(seen) {
                let message =
                    "a file that loses its end while it is read is read as if it was whole";
                found.add(Promise::Survival, &fresh().label, message);
            }
        }
    }
}

/// Nothing says that anything is wrong.
fn passes_for_whole(seen: &Seen) -> bool {
    seen.error().is_none() && seen.complete && !seen.noted
}

/// Bytes of a read where each is to be the one that fails.
const SHORT: usize = 16;
