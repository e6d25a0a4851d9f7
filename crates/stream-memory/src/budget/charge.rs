//! Counting bytes up and down the tree: the path that every reservation takes, atomics only.

use super::{Budget, Node, OverBudget};
use crate::sync::Ordering;

impl Budget {
    /// Charges `bytes` to this node and its ancestors below `end` (all of them if `None`), asking those
    /// who can give way before refusing. At `end` and above nothing is added, but a level that is over
    /// its limit refuses there too.
    pub(super) fn charge(&self, end: Option<&Budget>, bytes: u64) -> Result<(), OverBudget> {
        match self.try_charge(end, bytes) {
            Ok(()) => Ok(()),
            Err(_) => self.charge_under_pressure(end, bytes),
        }
    }

    /// As [`charge`](Self::charge), but asks nobody: names the level that has no room instead.
    pub(crate) fn try_charge(&self, end: Option<&Budget>, bytes: u64) -> Result<(), &Budget> {
        if bytes == 0 {
            return Ok(());
        }
        if end.is_some_and(|end| end.ptr_eq(self)) {
            let over = |level: &&Budget| level.used() > level.limit();
            return match self.levels().find(over) {
                Some(level) => Err(level),
                None => Ok(()),
            };
        }
        let used = self.0.add(bytes).ok_or(self)?;
        if let Some(parent) = self.parent() {
            // recursion keeps each level's new value for its peak, which a rolled-back charge must not touch
            if let Err(level) = parent.try_charge(end, bytes) {
                self.0.sub(bytes);
                return Err(level);
            }
        }
        self.0.raise_peak(used);
        Ok(())
    }

    /// Gives `bytes` back at this node and its ancestors below `end`.
    pub(super) fn release(&self, end: Option<&Budget>, bytes: u64) {
        let below = |level: &&Budget| !end.is_some_and(|end| end.ptr_eq(level));
        self.levels().take_while(below).for_each(|level| level.0.sub(bytes));
    }

    /// Moves a charge of `bytes` to another budget, asking nobody to give way: says whether it was done. At no level that both
    /// share is it counted twice, or missing, meanwhile.
    pub(super) fn try_move(&self, to: &Budget, bytes: u64) -> bool {
        let shared = self.common(to);
        let done = to.try_charge(shared, bytes).is_ok();
        if done {
            self.release(shared, bytes);
        }
        done
    }

    /// Gives a charge back for which there is no reservation.
    pub(crate) fn uncharge(&self, bytes: u64) {
        self.release(None, bytes);
    }

    /// The lowest node above (or equal to) both, `None` if they are of different trees.
    pub(super) fn common<'a>(&'a self, other: &'a Budget) -> Option<&'a Budget> {
        let (mut one, mut two) = (self, other);
        while !one.ptr_eq(two) {
            if one.0.depth >= two.0.depth {
                one = one.parent()?;
            } else {
                two = two.parent()?;
            }
        }
        Some(one)
    }

    /// What this level would have to count for a charge of `bytes` that ends below `end`: nothing where
    /// it is shared with whoever holds them.
    pub(super) fn added(&self, end: Option<&Budget>, bytes: u64) -> u64 {
        if end.is_some_and(|end| end.0.depth >= self.0.depth) { 0 } else { bytes }
    }

    /// What would have to be given back at this level for that charge.
    pub(super) fn shortfall(&self, end: Option<&Budget>, bytes: u64) -> u64 {
        self.used().saturating_add(self.added(end, bytes)).saturating_sub(self.limit())
    }
}

impl Node {
    fn add(&self, bytes: u64) -> Option<u64> {
        let within = |used: u64| {
            let sum = used.checked_add(bytes)?;
            (sum <= self.limit.load(Ordering::SeqCst)).then_some(sum)
        };
        let before = self.used.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, within).ok()?;
        Some(before.saturating_add(bytes))
    }

    fn sub(&self, bytes: u64) {
        let before = self.used.0.fetch_sub(bytes, Ordering::SeqCst);
        debug_assert!(before >= bytes, "more was given back than reserved");
    }

    /// Sequentially consistent on both sides, with `add` before and `reset_peak` against it: either this
    /// load sees the reset, or the reset sees what was added.
    fn raise_peak(&self, used: u64) {
        if used > self.peak.load(Ordering::SeqCst) {
            self.peak.fetch_max(used, Ordering::SeqCst);
        }
    }
}
