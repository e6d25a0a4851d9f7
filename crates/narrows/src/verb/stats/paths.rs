//! The paths of entries, charged to the budget.

use stream_core::{ChargedString, ChargedVec};
use stream_memory::{Budget, OverBudget};

/// How many paths one question asks for.
const BATCH: usize = 256;

/// Paths one after another; where each ends.
pub(super) struct Paths {
    text: ChargedString,
    ends: ChargedVec<usize>,
}

impl Paths {
    pub(super) fn new(budget: &Budget) -> Self {
        Self { text: ChargedString::new(budget), ends: ChargedVec::new(budget) }
    }

    pub(super) fn push(&mut self, path: &str) -> Result<(), OverBudget> {
        self.text.push_str(path)?;
        self.ends.push(self.text.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The paths in order, so many at a time that a question has a bound.
    pub(super) fn batches(&self) -> impl Iterator<Item = Vec<String>> {
        let mut start = 0;
        self.ends.chunks(BATCH).map(move |ends| {
            let path = |&end: &usize| {
                let path = self.text.get(start..end).unwrap_or_default().to_owned();
                start = end;
                path
            };
            ends.iter().map(path).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_hold_each_path_once_and_in_order() {
        let mut paths = Paths::new(&Budget::new("test", 1 << 20));
        let all: Vec<String> = (0..600).map(|n| format!("hdu/{n}")).collect();
        all.iter().try_for_each(|path| paths.push(path)).unwrap();
        let batches: Vec<Vec<String>> = paths.batches().collect();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 88]);
        assert_eq!(batches.concat(), all);
    }

    #[test]
    fn a_budget_bounds_the_paths() {
        let mut paths = Paths::new(&Budget::new("test", 4096));
        assert!((0..10_000).any(|n| paths.push(&format!("hdu/{n}")).is_err()));
    }
}
