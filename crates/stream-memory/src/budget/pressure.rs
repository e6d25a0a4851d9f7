//! What happens before a refusal: those who can give way are asked.
//!
//! Why this cannot deadlock, and refuses nothing that fits:
//! - A refusal is decided while holding the `deciding` lock of the tree's root, so that two threads
//!   that are short at the same time do not each see half of what could be given back: the second
//!   waits until the first's reclaimers are done, then tries again.
//! - What gives memory back on its own account (a pool being trimmed, a full cache that evicts) does so
//!   under the same lock (`giving_back`), for the same reason.
//! - A reclaimer cannot reach that lock, nor any other tree's: while one runs, its thread is marked,
//!   and a reservation by a marked thread is granted or refused at once (`charge_under_pressure` returns
//!   before it locks). So no thread ever holds two of these locks, or waits for one it holds.
//! - The lists of children and reclaimers are copied under their own locks, which are released before
//!   anything is called; nothing is locked while they are held.
//! - `Pool` and `Cache` do nothing but atomics and list links while they hold their own lock: they never
//!   ask, free or drop under it. A thread that waits for such a lock waits for a few instructions.

use std::cell::Cell;
use std::sync::{Arc, Weak};

use super::{Budget, Node, OverBudget, Stats};
use crate::sync::{lock, thread_local};

/// Somebody who can give memory back when a budget runs out: a pool of idle buffers, a cache.
pub trait Reclaim: Send + Sync {
    /// Gives back about `shortfall` bytes or whatever there is, and returns how many bytes that was.
    ///
    /// Called from whichever thread is short, with no lock of this crate held that the callee could
    /// reach. It must not wait for another thread, nor take a lock that anybody holds while he reserves.
    /// It must not reserve: a reservation from in here asks nobody, and is refused if it does not fit.
    fn reclaim(&self, shortfall: u64) -> u64;

    /// What it holds that nobody would miss, in bytes: idle buffers, but not cached values.
    ///
    /// For [`Budget::attainable`]. The same rules hold as for `reclaim`.
    fn idle(&self) -> u64 {
        0
    }

    /// What it did and holds, for those who watch. The same rules hold as for `reclaim`.
    fn stats(&self) -> Stats {
        Stats::Unknown
    }
}

/// How often all reclaimers are asked again because they gave something back, but not enough.
///
/// Twice is common: a cache evicts a buffer, which goes back to its pool, which then frees it. The bound
/// is for a reclaimer that claims progress for ever.
const ROUNDS: usize = 8;

thread_local! {
    // loom's form of the macro does not know `const { … }`
    #[allow(clippy::missing_const_for_thread_local)]
    static RECLAIMING: Cell<bool> = Cell::new(false);
}

/// Marks this thread as running reclaimers, until dropped.
struct Reclaiming;

impl Reclaiming {
    fn begin() -> Option<Reclaiming> {
        // lazily: a `Reclaiming` made and dropped here would take the mark of the one who began
        RECLAIMING.with(|flag| !flag.replace(true)).then(|| Reclaiming)
    }
}

impl Drop for Reclaiming {
    fn drop(&mut self) {
        RECLAIMING.with(|flag| flag.set(false));
    }
}

impl Budget {
    /// Runs something that gives memory of this tree back, while nobody is refused: until it is done,
    /// that memory is neither free nor to be found by those who would ask for it.
    pub(crate) fn giving_back<T>(&self, act: impl FnOnce() -> T) -> T {
        let Some(_reclaiming) = Reclaiming::begin() else { return act() };
        let _deciding = lock(&self.root().0.deciding);
        act()
    }

    /// Charges `bytes` as [`charge`](Self::charge) does, after a first try was refused.
    #[cold]
    pub(super) fn charge_under_pressure(
        &self,
        end: Option<&Budget>,
        bytes: u64,
    ) -> Result<(), OverBudget> {
        let Some(reclaiming) = Reclaiming::begin() else {
            return self.try_charge(end, bytes).map_err(|level| level.refuse(end, bytes));
        };
        let deciding = lock(&self.root().0.deciding);
        for _ in 0..ROUNDS {
            let Err(level) = self.try_charge(end, bytes) else { return Ok(()) };
            if level.added(end, bytes) > level.limit() {
                // could not fit if all were given back: nobody need give anything
                break;
            }
            let mut given = 0u64;
            for reclaim in level.0.reclaimers_below() {
                let Some(reclaim) = reclaim.upgrade() else { continue };
                // another thread may have given back what was short in the meantime
                let shortfall = level.shortfall(end, bytes).max(1);
                given = given.saturating_add(reclaim.reclaim(shortfall));
                if self.try_charge(end, bytes).is_ok() {
                    return Ok(());
                }
            }
            if given == 0 {
                break;
            }
        }
        let refusal = match self.try_charge(end, bytes) {
            Ok(()) => return Ok(()),
            Err(level) => level.refuse(end, bytes),
        };
        drop((deciding, reclaiming));
        Err(refusal)
    }

    fn refuse(&self, end: Option<&Budget>, bytes: u64) -> OverBudget {
        OverBudget::limit_reached(&self.0, bytes, self.added(end, bytes))
    }
}

impl Node {
    /// The sum of [`Reclaim::idle`] over this node and those below.
    pub(super) fn idle_below(self: &Arc<Node>) -> u64 {
        let reclaimers = self.reclaimers_below();
        let idle = reclaimers.iter().filter_map(Weak::upgrade).map(|reclaim| reclaim.idle());
        idle.fold(0, u64::saturating_add)
    }

    /// Those registered at this node or below: all whose bytes count here. Nearest first, as registered.
    fn reclaimers_below(self: &Arc<Node>) -> Vec<Weak<dyn Reclaim>> {
        let mut found = Vec::new();
        let mut level = vec![Arc::clone(self)];
        while !level.is_empty() {
            for node in &level {
                found.extend(lock(&node.reclaimers).iter().cloned());
            }
            level = level.iter().flat_map(|node| node.children()).collect();
        }
        found
    }
}
