//! How each file is read: the strategy for its size, and what it needed in the end.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::PoisonError;

use stream_core::Advice;
use stream_factory::{Looked, Options};
use stream_memory::allocator::{self, Purging};
use stream_memory::strategy::{Choice, PastPeaks, Situation, Strategy};
use stream_memory::{Settings, allocator::PurgedBy};

use super::Session;
use crate::cli::StrategyName;
use crate::meter;

/// The files opened so far: the first by format and size, and whether there was another.
#[derive(Default)]
pub(crate) struct Opened {
    first: Option<(&'static str, u64)>,
    another: bool,
}

impl Session {
    /// The strategy for a file of `size` bytes.
    pub(crate) fn choice(&self, size: Option<u64>) -> Choice {
        let threads = self.threads().or_else(|| std::thread::available_parallelism().ok());
        let situation = Situation {
            size,
            available: self.limit.available.bytes,
            budget: self.limit.bytes,
            threads: threads.unwrap_or(NonZeroUsize::MIN),
            tiers: Settings::current().tiers(),
        };
        let asked = match self.common.governed.strategy.unwrap_or(StrategyName::Auto) {
            StrategyName::Auto => return situation.choose(),
            StrategyName::Aggressive => Strategy::Aggressive,
            StrategyName::Balanced => Strategy::Balanced,
            StrategyName::Conservative => Strategy::Conservative,
        };
        situation.choose().with_strategy(asked)
    }

    /// How to open a file of this run: as the strategy for its size says.
    pub(crate) fn options_for(&self, file: &Path) -> Options {
        let size = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file);
        let Some(size) = size.map(|facts| facts.len()) else { return self.options() };
        let Choice { strategy, tuning, .. } = self.choice(Some(size));
        let mut options = self.options().with_prefetch(tuning.prefetch);
        if strategy == Strategy::Conservative {
            options = options.with_most_chunk(tuning.chunk);
        }
        options
    }

    /// To be called for each file whose format is known, before it is read.
    pub(crate) fn begin(&self, looked: &Looked) {
        let source = looked.context().source();
        let size = source.size();
        let Choice { strategy, tuning, .. } = self.choice(size);
        if tuning.read_ahead > 0 && looked.context().is_random() {
            source.advise(0..tuning.read_ahead, Advice::WillNeed);
        }
        self.set_purging(strategy, tuning.purging);
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let this = (looked.detection().format.name, size.unwrap_or(0));
        // the same one may be opened again, to be read from its beginning
        opened.another |= opened.first.is_some_and(|first| first != this);
        opened.first = opened.first.or(Some(this));
    }

    /// A run's memory follows its budget: pages that the allocator keeps for long would be beside it, so the lazy
    /// decay is for those who ask for it.
    fn set_purging(&self, strategy: Strategy, purging: Purging) {
        let asked = self.common.governed.strategy == Some(StrategyName::Aggressive);
        if strategy == Strategy::Conservative || asked {
            // an allocator that cannot do it does what it does
            let _ = allocator::set_purging(Purging { by: PurgedBy::Users, ..purging });
        }
    }

    /// What is known of files that were read before; nothing unless a table was named.
    pub(crate) fn past(&self) -> PastPeaks {
        let Some(path) = &self.common.governed.past_peaks else { return PastPeaks::new() };
        PastPeaks::load(path).unwrap_or_else(|e| {
            eprintln!("narrows: past peaks {}: {e}", path.display());
            PastPeaks::new()
        })
    }

    /// Notes what this run needed, where it read one file: of several nobody could tell which it was.
    pub(crate) fn note_peak(&self) {
        let Some(path) = &self.common.governed.past_peaks else { return };
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some((format, size)), false) = (opened.first, opened.another) else { return };
        let Some(peak) = meter::peak_rss() else { return };
        let mut past = self.past();
        past.note(format, size, peak.saturating_add(self.workers.peak().unwrap_or(0)));
        if let Err(e) = past.save(path) {
            eprintln!("narrows: past peaks {}: {e}", path.display());
        }
    }
}
