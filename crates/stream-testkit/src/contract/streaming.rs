//! Promise 3: streaming equals batch.

use std::sync::Arc;

use stream_core::memory::{Budget, Pool};
use stream_core::{Cancel, ForwardSource, Needs, Source, SourceReader};

use super::plain::{CHUNK, Plain, WHOLE, counted, widen};
use super::{Contract, threads};
use crate::case::{Case, Findings, Order, Retry};
use crate::difference::Variation;
use crate::random::sample;
use crate::source::{Counting, ForwardOnly, ShortReads};

/// Which chunk sizes and threads: all for small files, a few for those that are long, or bad and left at some point.
struct Paces {
    chunks: &'static [usize],
    folded: &'static [usize],
    threads: &'static [usize],
    /// Steps in which a budget grows from nothing.
    steps: &'static [u64],
}

const ALL: Paces = Paces {
    chunks: &[1, 7, CHUNK, 256 << 10, WHOLE],
    folded: &[7, CHUNK, WHOLE],
    threads: &[1, 2, 8],
    // a small odd one, so that every reservation is refused at some time, and a page
    steps: &[253, 4096],
};
const FEW: Paces =
    Paces { chunks: &[1000, CHUNK, WHOLE], folded: &[CHUNK], threads: &[2, 8], steps: &[4096] };
/// Reads after which a reading is cancelled and taken up again.
const CANCELS: usize = 32;

impl Contract {
    pub(super) fn look_at_streaming(&self, found: &mut Findings) {
        for plain in self.plains(found) {
            self.look_at_paces(&plain, &ALL, found);
            self.look_at_tight_folds(&plain, found);
            self.look_forward(&plain, found);
            self.resume_after_cancelling(&plain, found);
        }
        // longer than what a reader reads ahead, so that things lie across the ends of its buffers
        for long in &self.long {
            let Some(plain) = self.good_plain(&long.name, (long.make)(1), found) else { continue };
            self.look_at_paces(&plain, &FEW, found);
            self.look_forward(&plain, found);
        }
        // the same entries before the same error
        for (name, bytes) in self.bads() {
            let Some((plain, _)) = self.plain(name, bytes, found) else { continue };
            self.look_at_paces(&plain, &FEW, found);
            self.look_forward(&plain, found);
        }
    }

    fn look_at_paces(&self, plain: &Plain, paces: &Paces, found: &mut Findings) {
        for case in self.paces(plain, paces) {
            if found.enough() || self.compare(plain, case, Variation::Pace, found).is_none() {
                return;
            }
        }
    }

    /// Chunk sizes, threads, orders, short reads and growing budgets.
    fn paces(&self, plain: &Plain, paces: &Paces) -> Vec<Case> {
        let mut all = Vec::new();
        let case = |what: String| {
            self.case(format!("{} {what}", plain.name), plain.source.clone(), plain.size())
        };
        for &chunk in paces.chunks {
            all.push(Case { chunk, ..case(format!("in chunks of {chunk}")) });
        }
        for (chunk, &n) in paces.folded.iter().flat_map(|c| paces.threads.iter().map(|n| (*c, n))) {
            let what = format!("in chunks of {chunk} folded by {n} threads");
            all.push(Case { chunk, threads: threads(n), fold: true, ..case(what) });
        }
        for (what, source) in shorts(&plain.source) {
            all.push(Case { source, ..case(what) });
        }
        for &step in paces.steps {
            let what = format!("within a budget that grows from nothing by {step}");
            all.push(Case { limit: 0, retry: Retry::Grow { step }, ..case(what) });
        }
        let what = "with its data asked for after the last entry, the last first";
        all.push(Case { order: Order::AfterAll, ..case(what.to_owned()) });
        if self.setup.request.is_none() {
            let what = "with all its data in one request".to_owned();
            all.push(Case { order: Order::Together, ..case(what) });
            let what = "with its data in two halves".to_owned();
            all.push(Case { order: Order::Halves, ..case(what) });
        }
        let what = "with its data left after the first chunk";
        all.push(Case { order: Order::Early, ..case(what.to_owned()) });
        all
    }

    /// Where memory is for one thread only, eight fold all the same.
    fn look_at_tight_folds(&self, plain: &Plain, found: &mut Findings) {
        for chunk in [100, CHUNK] {
            let case = |what: String| {
                let label = format!("{} in chunks of {chunk} {what}", plain.name);
                Case { chunk, ..self.case(label, plain.source.clone(), plain.size()) }
            };
            let Some(alone) = self.run(case(String::new()), found) else { return };
            let limit = alone.budget_peak;
            let tight = case(format!("folded by 8 threads within the {limit} bytes of one"));
            let tight = Case { limit, threads: threads(8), fold: true, ..tight };
            if found.enough() || self.compare(plain, tight, Variation::Pace, found).is_none() {
                return;
            }
        }
    }

    /// The same through a pipe, where the format can read one.
    fn look_forward(&self, plain: &Plain, found: &mut Findings) {
        if self.setup.format.descriptor().needs != Needs::Forward {
            return;
        }
        let pipe = shorts(&plain.source).len().saturating_add(1);
        for way in 0..=pipe {
            for order in [Order::AtOnce, Order::Early, Order::AfterAll] {
                // a pipe can be read once: each reading gets its own
                let fresh = || {
                    let mut shorts = shorts(&plain.source).into_iter();
                    let short = way.checked_sub(1).and_then(|at| shorts.nth(at));
                    let (what, source) =
                        short.unwrap_or_else(|| (String::new(), plain.source.clone()));
                    let source = if way == pipe { piped(&source) } else { forward(source) };
                    let label = format!("{} going forward only {what}, data {order:?}", plain.name);
                    Case { order, ..self.case(label, source, plain.size()) }
                };
                if found.enough()
                    || self.compare_with(plain, &fresh, Variation::Forward, found).is_none()
                {
                    return;
                }
            }
        }
    }

    fn resume_after_cancelling(&self, plain: &Plain, found: &mut Findings) {
        // a few bytes at a time, so that there are many reads to be cancelled at
        let short = |seed| Arc::new(ShortReads::random(plain.source.clone(), 64, seed));
        let (source, counting) = counted(short(1));
        let label = format!("{} in reads of up to 64 bytes", plain.name);
        let case = self.case(label, source, plain.size());
        if self.compare(plain, case, Variation::Pace, found).is_none() {
            return;
        }
        let reads = usize::try_from(counting.reads()).unwrap_or(usize::MAX);
        for n in sample(reads, CANCELS) {
            let fresh = || {
                let cancel = Cancel::new();
                let raise = cancel.clone();
                let counting =
                    Counting::new(short(1)).acting_at(widen(n) + 1, move || raise.cancel());
                let source: Arc<dyn Source> = Arc::new(counting);
                let label = format!("{} cancelled at read {n} and taken up again", plain.name);
                let case = self.case(label, source, plain.size());
                Case { cancel, retry: Retry::Cancelled, is_cancelled: true, ..case }
            };
            if found.enough() || self.compare_with(plain, &fresh, Variation::Pace, found).is_none()
            {
                return;
            }
        }
    }
}

/// Onwards only, with nothing in between.
fn forward(source: Arc<dyn Source>) -> Arc<dyn Source> {
    Arc::new(ForwardOnly::new(source, widen(ForwardSource::WINDOW)))
}

/// Through the ring that real streams are read through.
fn piped(source: &Arc<dyn Source>) -> Arc<dyn Source> {
    let budget = Budget::new("pipe", 1 << 20);
    let stream = SourceReader::new(source.clone(), 0);
    match ForwardSource::new(stream, ForwardSource::WINDOW, &Pool::new(&budget), &budget) {
        Ok(pipe) => Arc::new(pipe),
        // a mebibyte has room for 64 KiB
        Err(_) => forward(source.clone()),
    }
}

/// The same bytes in short reads.
fn shorts(source: &Arc<dyn Source>) -> Vec<(String, Arc<dyn Source>)> {
    let mut all: Vec<(String, Arc<dyn Source>)> = vec![
        ("byte by byte".into(), Arc::new(ShortReads::of(source.clone(), 1))),
        (
            "in whole reads, half of them interrupted".into(),
            Arc::new(ShortReads::of(source.clone(), usize::MAX).interrupted()),
        ),
    ];
    for seed in 1..=4 {
        let short = ShortReads::random(source.clone(), 100, seed);
        all.push((format!("in short reads, seed {seed}"), Arc::new(short)));
    }
    let both = ShortReads::random(source.clone(), 16, 5).interrupted();
    all.push(("in short reads, half of them interrupted".into(), Arc::new(both)));
    all
}
