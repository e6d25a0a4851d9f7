//! The running statistics of one column of numbers.

pub(crate) mod block;
mod double;
pub(crate) mod half;
mod integer;
mod place;
mod single;

pub use place::Extreme;
pub(crate) use place::Place;

use std::cmp::Ordering;

use stream_core::Result;
use stream_core::memory::Budget;

use crate::bins::{Bins, Layout};
use crate::exact::Exact;
use crate::{Measures, Value};

/// Numbers looked at together: a block of `f64` takes 8 KiB, so that every measure after the first finds it in the fastest
/// cache.
pub(crate) const BLOCK: usize = 1024;

/// Statistics of some of a column's elements; those of others merge into it, exactly.
pub(crate) struct Column {
    pub(crate) measures: Measures,
    pub(crate) count: u64,
    pub(crate) missing: u64,
    pub(crate) negative_infinities: u64,
    pub(crate) positive_infinities: u64,
    pub(crate) min: Option<Extreme>,
    pub(crate) max: Option<Extreme>,
    pub(crate) sum: Exact,
    pub(crate) squares: Exact,
    pub(crate) bins: Option<Bins>,
}

/// A type of number whose blocks are folded.
pub(crate) trait Number: Copy + 'static {
    /// Bytes of one.
    const SIZE: usize;
    /// How its values are binned.
    const LAYOUT: Layout;

    /// From the bytes of one in the machine's order; zero for fewer bytes.
    fn from_bytes(bytes: &[u8]) -> Self;

    /// Bytes as numbers, where they are aligned.
    fn cast(bytes: &[u8]) -> Option<&[Self]>;

    /// Its value; `None` for NaN.
    fn value(self) -> Option<Value>;

    /// Folds at most [`BLOCK`] numbers, of which the first stands at `place`.
    fn fold(block: &[Self], column: &mut Column, place: &Place<'_>);
}

impl Column {
    /// Nothing yet.
    ///
    /// # Errors
    /// `OverBudget`, resumable.
    pub(crate) fn new<N: Number>(measures: Measures, budget: &Budget) -> Result<Self> {
        let bins = match measures.has(Measures::BINS) {
            true => Some(Bins::new(N::LAYOUT, budget)?),
            false => None,
        };
        Ok(Self {
            measures,
            count: 0,
            missing: 0,
            negative_infinities: 0,
            positive_infinities: 0,
            min: None,
            max: None,
            sum: Exact::new(),
            squares: Exact::new(),
            bins,
        })
    }

    /// Adds what another found in other elements.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.missing = self.missing.saturating_add(other.missing);
        self.negative_infinities =
            self.negative_infinities.saturating_add(other.negative_infinities);
        self.positive_infinities =
            self.positive_infinities.saturating_add(other.positive_infinities);
        place::merge(&mut self.min, &other.min, Ordering::Less);
        place::merge(&mut self.max, &other.max, Ordering::Greater);
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        if let (Some(bins), Some(more)) = (&mut self.bins, &other.bins) {
            bins.merge(more);
        }
    }

    /// Notes that `block` holds `min` and `max`.
    fn extremes<N: Number>(&mut self, min: N, max: N, block: &[N], place: &Place<'_>) {
        place::note(&mut self.min, Ordering::Less, min, block, place);
        place::note(&mut self.max, Ordering::Greater, max, block, place);
    }

    fn add_count(&mut self, n: usize) {
        self.count = self.count.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
    }
}
