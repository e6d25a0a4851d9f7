//! What in the boxes breaks the standard, gathered while they are read.

use stream_core::{ChargedVec, Context};

use super::Defect;

/// More findings than this say nothing new.
const KEPT: usize = 64;

/// Findings in file order, the first of them kept, all counted.
pub(crate) struct Defects {
    kept: ChargedVec<(u64, Defect)>,
    count: u64,
}

impl Defects {
    /// None yet.
    pub(crate) fn new(cx: &Context) -> Self {
        Self { kept: ChargedVec::new(cx.budget()), count: 0 }
    }

    /// Adds one, found at `offset`.
    pub(crate) fn push(&mut self, offset: u64, defect: Defect) {
        self.count = self.count.saturating_add(1);
        if self.kept.len() < KEPT {
            // where even this does not fit the budget, the count still says that something is wrong
            let _ = self.kept.push((offset, defect));
        }
    }

    /// The first ones, with their offsets.
    pub(crate) fn kept(&self) -> &[(u64, Defect)] {
        &self.kept
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }
}
