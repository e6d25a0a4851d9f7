//! Promise 3: streaming equals batch.

use std::sync::Arc;

use stream_core::{Cancel, ForwardSource, Needs, Source};

use super::plain::{CHUNK, Plain, WHOLE, counted, widen};
use super::{Contract, threads};
use crate::case::{Case, Findings, Retry};
use crate::difference::Variation;
use crate::random::sample;
use crate::source::{Counting, ForwardOnly, ShortReads};

const CHUNKS: [usize; 5] = [1, 7, CHUNK, 256 << 10, WHOLE];
const FOLDED: [usize; 3] = [7, CHUNK, WHOLE];
const THREADS: [usize; 3] = [1, 2, 8];
/// Reads after which a reading is cancelled and taken up again.
const CANCELS: usize = 32;
/// Steps in which a budget grows from nothing: an odd small one, so that every reservation is refused at some time, and a page.
const STEPS: [u64; 2] = [253, 4096];

impl Contract {
    pub(super) fn look_at_streaming(&self, found: &mut Findings) {
        for plain in self.plains(found) {
            for case in self.paces(&plain) {
                if found.enough() || self.compare(&plain, case, Variation::Pace, found).is_none() {
                    return;
                }
            }
            self.look_forward(&plain, found);
            self.resume_after_cancelling(&plain, found);
        }
    }

    /// Chunk sizes, threads, short reads and growing budgets.
    fn paces(&self, plain: &Plain) -> Vec<Case> {
        let mut all = Vec::new();
        let case = |what: String| {
            self.case(format!("{} {what}", plain.name), plain.source.clone(), plain.size())
        };
        for chunk in CHUNKS {
            all.push(Case { chunk, ..case(format!("in chunks of {chunk}")) });
        }
        for (chunk, n) in FOLDED.iter().flat_map(|chunk| THREADS.map(|n| (*chunk, n))) {
            let what = format!("in chunks of {chunk} folded by {n} threads");
            all.push(Case { chunk, threads: threads(n), fold: true, ..case(what) });
        }
        for (what, source) in shorts(&plain.source) {
            all.push(Case { source, ..case(what) });
        }
        for step in STEPS {
            let what = format!("within a budget that grows from nothing by {step}");
            all.push(Case { limit: 0, retry: Retry::Grow { step }, ..case(what) });
        }
        all
    }

    /// The same through a pipe, where the format can read one.
    fn look_forward(&self, plain: &Plain, found: &mut Findings) {
        if self.setup.format.descriptor().needs != Needs::Forward {
            return;
        }
        for way in 0..=shorts(&plain.source).len() {
            // a pipe can be read once: each reading gets its own
            let fresh = || {
                let short =
                    way.checked_sub(1).and_then(|at| shorts(&plain.source).into_iter().nth(at));
                let (what, source) = short.unwrap_or_else(|| (String::new(), plain.source.clone()));
                let source = Arc::new(ForwardOnly::new(source, widen(ForwardSource::WINDOW)));
                self.case(format!("{} going forward only {what}", plain.name), source, plain.size())
            };
            if found.enough()
                || self.compare_with(plain, &fresh, Variation::Forward, found).is_none()
            {
                return;
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
