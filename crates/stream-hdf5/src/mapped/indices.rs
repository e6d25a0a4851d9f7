//! Indices along one axis that a selection has, and how those of two axes meet.

use stream_core::memory::OverBudget;
use stream_core::{ChargedVec, Extent};

/// Blocks of indices at regular distances, the last of which may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Indices {
    start: u64,
    stride: u64,
    block: u64,
    length: u64,
}

/// An axis of a regular hyperslab, as stored: counts and blocks without bound are `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    pub(super) start: u64,
    pub(super) stride: u64,
    pub(super) count: Option<u64>,
    pub(super) block: Option<u64>,
}

impl Pattern {
    pub(super) fn is_unlimited(&self) -> bool {
        self.count.is_none() || self.block.is_none()
    }

    /// The first `length` indices of it.
    pub(super) fn first(&self, length: u64) -> Indices {
        let Self { start, stride, block, count } = *self;
        match block {
            Some(block) if block != stride && count != Some(1) => {
                Indices { start, stride: stride.max(1), block: block.max(1), length }
            }
            _ => Indices::run(start, length),
        }
    }

    /// All of a bounded one; `None` for more than there can be.
    pub(super) fn whole(&self) -> Option<Indices> {
        let length = self.count?.checked_mul(self.block?)?;
        let whole = self.first(length);
        whole.get(length.saturating_sub(1))?;
        Some(whole)
    }

    /// How many indices of an unlimited one lie before `extent`.
    pub(super) fn before(&self, extent: u64) -> u64 {
        let Some(inside) = extent.checked_sub(self.start) else { return 0 };
        let Some(block) = self.block else { return inside };
        let stride = self.stride.max(1);
        let blocks = inside.checked_div(stride).unwrap_or(0);
        let rest = inside.checked_rem(stride).unwrap_or(0);
        blocks.saturating_mul(block).saturating_add(rest.min(block))
    }

    /// The `number`-th block of an unlimited count of blocks.
    pub(super) fn block(&self, number: u64) -> Option<Indices> {
        let start = self.start.checked_add(number.checked_mul(self.stride)?)?;
        let length = self.block?;
        start.checked_add(length)?;
        Some(Indices::run(start, length))
    }
}

/// Indices that lie `to_step` apart in the target and `from_step` in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) to: u64,
    pub(super) to_step: u64,
    pub(super) from: u64,
    pub(super) from_step: u64,
    pub(super) count: u64,
}

impl Indices {
    /// `length` indices from `start` on.
    pub(super) fn run(start: u64, length: u64) -> Self {
        Self { start, stride: length.max(1), block: length.max(1), length }
    }

    /// All of an axis.
    pub(super) fn all(extent: u64) -> Self {
        Self::run(0, extent)
    }

    /// How many there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    fn get(&self, number: u64) -> Option<u64> {
        let block = number.checked_div(self.block)?;
        let within = number.checked_rem(self.block)?;
        self.start.checked_add(block.checked_mul(self.stride)?)?.checked_add(within)
    }

    /// The index after the last; 0 where there are none.
    pub(super) fn end(&self) -> u64 {
        let last = self.length.checked_sub(1).and_then(|last| self.get(last));
        last.map_or(0, |last| last.saturating_add(1))
    }

    /// Which of them an index is.
    fn find(&self, index: u64) -> Option<u64> {
        let inside = index.checked_sub(self.start)?;
        let (block, within) = (inside.checked_div(self.stride)?, inside.checked_rem(self.stride)?);
        let number = block.checked_mul(self.block)?.checked_add(within)?;
        (within < self.block && number < self.length).then_some(number)
    }

    /// Whether they follow one another without gaps.
    pub(super) fn is_one_block(&self) -> bool {
        self.length <= self.block
    }

    /// The numbers of `part`'s indices that lie between the first and the last of these.
    fn window(&self, part: &Extent) -> std::ops::Range<u64> {
        let step = part.step.max(1);
        let number = |index: u64| index.saturating_sub(part.start).div_ceil(step).min(part.count);
        number(self.start)..number(self.end())
    }

    /// Whether an index of `part` is among these.
    pub(super) fn meets(&self, part: &Extent) -> bool {
        let mut window = self.window(part);
        let index = |number: u64| part.start.saturating_add(number.saturating_mul(part.step));
        match self.is_one_block() {
            true => !window.is_empty(),
            false => window.any(|number| self.find(index(number)).is_some()),
        }
    }

    /// Shows in `runs` which indices of `part` are among these, and the same of `source` that they stand for.
    pub(super) fn meet(
        &self,
        source: &Self,
        part: &Extent,
        runs: &mut ChargedVec<Run>,
    ) -> Result<(), OverBudget> {
        runs.clear();
        let window = self.window(part);
        let index = |number: u64| part.start.saturating_add(number.saturating_mul(part.step));
        let place = |number| self.find(index(number)).and_then(|number| source.get(number));
        if self.is_one_block() && source.is_one_block() {
            let Some(from) = place(window.start).filter(|_| !window.is_empty()) else {
                return Ok(());
            };
            let count = window.end.saturating_sub(window.start);
            let (to, from_step) = (window.start, part.step.max(1));
            return runs.push(Run { to, to_step: 1, from, from_step, count });
        }
        for to in window {
            let Some(from) = place(to) else { continue };
            let joined = runs.as_mut_slice().last_mut().is_some_and(|last| last.join(to, from));
            if !joined {
                runs.push(Run { to, to_step: 1, from, from_step: 1, count: 1 })?;
            }
        }
        Ok(())
    }
}

impl Run {
    /// Takes another index in, where it follows at the same distances.
    fn join(&mut self, to: u64, from: u64) -> bool {
        let Some(steps) = self.count.checked_sub(1) else { return false };
        let last = |first: u64, step: u64| first.saturating_add(steps.saturating_mul(step));
        let to_step = to.saturating_sub(last(self.to, self.to_step));
        let from_step = from.saturating_sub(last(self.from, self.from_step));
        if to_step == 0 || from_step == 0 {
            return false;
        }
        if steps > 0 && (to_step, from_step) != (self.to_step, self.from_step) {
            return false;
        }
        (self.to_step, self.from_step) = (to_step, from_step);
        self.count = self.count.saturating_add(1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::memory::Budget;

    fn meet(of: Pattern, source: Indices, part: Extent) -> Vec<(u64, u64)> {
        let mut runs = ChargedVec::new(&Budget::new("b", 1 << 16));
        of.whole().unwrap().meet(&source, &part, &mut runs).unwrap();
        let places = |run: &Run| {
            let run = *run;
            (0..run.count).map(move |n| {
                (
                    run.to.saturating_add(n.saturating_mul(run.to_step)),
                    run.from.saturating_add(n.saturating_mul(run.from_step)),
                )
            })
        };
        runs.iter().flat_map(places).collect()
    }

    #[test]
    fn blocks_meet_a_run_of_the_source_in_order() {
        // 3 4, 8 9, 13 14 are 20 to 25
        let of = Pattern { start: 3, stride: 5, count: Some(3), block: Some(2) };
        let part = Extent { start: 2, count: 7, step: 2 };
        // of 2 4 6 8 10 12 14
        let expected = vec![(1, 21), (3, 22), (6, 25)];
        assert_eq!(meet(of, Indices::run(20, 6), part), expected);
    }

    #[test]
    fn runs_that_do_not_touch_the_part_give_nothing() {
        let of = Pattern { start: 10, stride: 1, count: Some(1), block: Some(4) };
        for (start, count) in [(0, 10), (14, 3)] {
            assert_eq!(meet(of, Indices::run(0, 4), Extent { start, count, step: 1 }), []);
        }
        let part = Extent { start: 12, count: 9, step: 1 };
        assert_eq!(meet(of, Indices::run(7, 4), part), [(0, 9), (1, 10)]);
    }

    #[test]
    fn unlimited_patterns_are_cut_by_the_extent() {
        let of = Pattern { start: 1, stride: 4, count: None, block: Some(2) };
        let lengths: Vec<u64> = (0..8).map(|extent| of.before(extent)).collect();
        assert_eq!(lengths, [0, 0, 1, 2, 2, 2, 3, 4]);
        assert_eq!([0, 1, 2, 3].map(|length| of.first(length).end()), [0, 2, 3, 6]);
    }
}
