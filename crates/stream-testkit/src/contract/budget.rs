//! Promise 1: the heap's real peak stays under the budget's peak plus the format's overhead.

use std::sync::Arc;

use stream_core::MemorySource;

use super::plain::{CHUNK, WHOLE, widen};
use super::{Contract, threads};
use crate::case::{Case, Findings, NOISE};
use crate::heap;
use crate::promise::Promise;

/// Chunks from a few bytes to all of the file.
const CHUNKS: [usize; 4] = [64, CHUNK, 256 << 10, WHOLE];

impl Contract {
    /// Every reading is measured; these are those whose memory differs most.
    pub(super) fn look_at_budget(&self, found: &mut Findings) {
        let mut before = None;
        for round in 0..2 {
            for plain in self.plains(found) {
                let size = plain.size();
                let case = |what: String| {
                    self.case(format!("{} {what}", plain.name), plain.source.clone(), size)
                };
                let mut peak = 0;
                for chunk in CHUNKS {
                    let case = Case { chunk, ..case(format!("in chunks of {chunk}")) };
                    let Some(outcome) = self.run(case, found) else { return };
                    peak = outcome.budget_peak.max(peak);
                }
                for n in [1, 2, 8] {
                    let case = case(format!("folded by {n} threads"));
                    let folds = Case { threads: threads(n), fold: true, ..case };
                    if self.run(folds, found).is_none() {
                        return;
                    }
                }
                for share in [2, 4, 16] {
                    let limit = peak / share;
                    let case = Case { limit, ..case(format!("within {limit} bytes")) };
                    if self.run(case, found).is_none() || found.enough() {
                        return;
                    }
                }
            }
            for (name, bytes) in self.bads() {
                let size = widen(bytes.len());
                let source = Arc::new(MemorySource::new(bytes));
                if self.run(self.case(name.to_owned(), source, size), found).is_none() {
                    return;
                }
            }
            for long in &self.long {
                let bytes = (long.make)(1);
                let size = widen(bytes.len());
                let source = Arc::new(MemorySource::new(bytes));
                let case = Case { chunk: WHOLE, ..self.case(long.name.clone(), source, size) };
                if self.run(case, found).is_none() {
                    return;
                }
            }
            // the second round finds what stayed of the first: all that is kept for good was made in the first
            let live = heap::live();
            let before = *before.get_or_insert(live);
            let grown = live.saturating_sub(before);
            if round > 0 && grown > NOISE {
                let message = format!("{grown} bytes of heap stay after everything was dropped");
                found.add(Promise::Budget, self.setup.format.descriptor().name, message);
            }
        }
    }
}
