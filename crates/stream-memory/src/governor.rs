//! What is done when memory gets tight, and undone when it no longer is.
//!
//! A [`Governor`] asks its [`Policy`] at each sample what should hold now, and brings it about in this order: pools
//! and caches give back what is cold, chunks shrink, fewer threads work and less is read ahead (all
//! who hold its [`Throttle`] see it), the allocator returns memory to the system, new work is refused. Each step is
//! an [`Action`] with what it freed. What the policy asks for no longer is undone.
//!
//! ```no_run
//! use stream_memory::Budget;
//! use stream_memory::governor::Governor;
//! use stream_memory::monitor::Setup;
//!
//! let budget = Budget::new("process", 256 << 20);
//! let monitor = Setup::new().with_budget(&budget).start()?;
//! let governor = Governor::new(&budget).on_action(|action| eprintln!("{action}"));
//! let throttle = governor.throttle().clone();
//! governor.attach(&monitor);
//! assert!(throttle.admit().is_ok());
//! # Ok::<(), stream_memory::monitor::MonitorError>(())
//! ```

mod action;
mod policy;
mod trim;

use std::fmt;

use crate::allocator;
use crate::budget::Budget;
use crate::level::Level;
use crate::monitor::{Monitor, Sample};
use crate::throttle::{Limits, Throttle};

pub use self::action::{Action, Actions, Deed};
pub use self::policy::{Graded, Plan, Policy, Purge};
pub use self::trim::Trim;

/// Returns memory that nobody uses to the system; gives how many bytes that were, `None` if it could not.
type Return = Box<dyn FnMut() -> Option<u64> + Send>;

/// Keeps memory from getting tight. Dropping it undoes what it did to its [`Throttle`].
pub struct Governor {
    budget: Budget,
    throttle: Throttle,
    policy: Box<dyn Policy>,
    purge: Return,
    actions: Actions,
    before: Limits,
}

impl Governor {
    /// One that governs the pools and caches below `budget` by the usual policy, [`Graded`].
    pub fn new(budget: &Budget) -> Governor {
        Governor {
            budget: budget.clone(),
            throttle: Throttle::new(),
            policy: Box::new(Graded::default()),
            purge: Box::new(|| allocator::purge().ok().map(|purged| purged.freed)),
            actions: Actions::default(),
            before: Limits::NONE,
        }
    }

    /// Governs by another policy.
    pub fn with_policy(mut self, policy: impl Policy + 'static) -> Governor {
        self.policy = Box::new(policy);
        self
    }

    /// Sets this throttle instead of one of its own.
    pub fn with_throttle(mut self, throttle: &Throttle) -> Governor {
        self.throttle = throttle.clone();
        self
    }

    /// Returns memory to the system through this closure instead of [`allocator::purge`]; it gives how many bytes
    /// that were, `None` if it could not.
    pub fn with_purge(mut self, purge: impl FnMut() -> Option<u64> + Send + 'static) -> Governor {
        self.purge = Box::new(purge);
        self
    }

    /// Calls `callback` with each action, on the thread that governs.
    pub fn on_action(self, callback: impl FnMut(&Action) + Send + 'static) -> Governor {
        self.actions.call(callback);
        self
    }

    /// What it allows, for those who work.
    pub fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// What it did, as long as that is kept.
    pub fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Governs at each of the monitor's samples, as long as the monitor lives.
    pub fn attach(mut self, monitor: &Monitor) {
        monitor.on_sample(move |watcher| self.act(watcher.level(), watcher.latest()));
    }

    /// Brings about what the policy asks for at this level. Allocates nothing where there is nothing to do.
    pub fn act(&mut self, level: Level, sample: &Sample) {
        let plan = self.policy.plan(level, sample);
        let did = |deed, freed| Action { at: sample.at, level, deed, freed };
        let mut trimmed = 0u64;
        for (deed, freed) in self.budget.trim(plan.trim) {
            trimmed = trimmed.saturating_add(freed);
            self.actions.add(did(deed, freed));
        }
        let (before, limits) = (self.before, plan.limits);
        // refusing is the last resort: what goes before it is seen first
        self.throttle.set(Limits { admits: before.admits || limits.admits, ..limits });
        if before.chunk != limits.chunk {
            self.actions.add(did(Deed::Chunk(limits.chunk), 0));
        }
        if before.threads != limits.threads {
            self.actions.add(did(Deed::Threads(limits.threads), 0));
        }
        if before.ahead != limits.ahead {
            self.actions.add(did(Deed::Ahead(limits.ahead), 0));
        }
        if plan.purge.is_due(trimmed)
            && let Some(freed) = (self.purge)()
        {
            self.actions.add(did(Deed::Purge, freed));
        }
        if before.admits != limits.admits {
            self.throttle.set(limits);
            self.actions.add(did(Deed::Admit(limits.admits), 0));
        }
        self.before = limits;
    }
}

impl Drop for Governor {
    fn drop(&mut self) {
        self.throttle.set(Limits::NONE);
    }
}

impl fmt::Debug for Governor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Governor").field("limits", &self.before).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
