//! What reading a file will need, before it is read.

use super::{Choice, Past, PastPeaks};
use crate::sizer::CHUNKS_PER_THREAD;

/// What is known of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The name of its format.
    pub format: &'a str,
    /// Its size, in bytes.
    pub size: u64,
    /// What its data takes in memory when decoded, in bytes, where that is known.
    pub decoded: Option<u64>,
    /// Heap that the format's reader uses beside its budget, in bytes.
    pub overhead: u64,
    /// What the process uses while it does nothing, in bytes.
    pub idle: u64,
}

/// What reading a file will need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The highest resident memory to be expected, in bytes.
    pub peak: u64,
    /// What loading all of it at once would need, in bytes.
    pub whole: u64,
    /// What streaming saves against that, in bytes; zero where it saves nothing.
    pub saving: u64,
    /// Where `peak` comes from.
    pub basis: Basis,
}

/// Where an estimate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Chunks in flight, the reader's tables, and the idle process.
    Model,
    /// Files of the same format and about the same size that were read before.
    Past(Past),
}

impl Estimate {
    /// What reading a file in this way will need.
    ///
    /// By the model it is the chunks that all threads can have in flight, and no more of them than the data has,
    /// within the budget, with the reader's tables and the idle process. Past peaks, where there are any, replace it.
    pub fn of(facts: &Facts<'_>, choice: &Choice, past: &PastPeaks) -> Estimate {
        let tuning = &choice.tuning;
        let in_flight = tuning
            .chunk
            .saturating_mul(tuning.threads.get())
            .saturating_mul(CHUNKS_PER_THREAD.max(tuning.prefetch.get()));
        let data = facts.decoded.unwrap_or(facts.size).max(facts.size);
        let in_flight = u64::try_from(in_flight).unwrap_or(u64::MAX);
        // a small file has no more in flight than itself, encoded and decoded
        let most = facts.size.saturating_add(facts.decoded.unwrap_or(0));
        let streamed = in_flight.min(most).min(choice.situation.budget);
        let besides = facts.overhead.saturating_add(facts.idle);
        let model = streamed.saturating_add(besides);
        let (peak, basis) = match past.find(facts.format, facts.size) {
            Some(past) => (past.peak, Basis::Past(past)),
            None => (model, Basis::Model),
        };
        let whole = data.saturating_add(besides);
        Estimate { peak, whole, saving: whole.saturating_sub(peak), basis }
    }
}
