//! The refusal, and who holds what.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::{error, fmt};

use super::{Budget, Node};
use crate::size::Bytes;
use crate::sync::Ordering;

/// How many holders a refusal names; the rest are added up as `others`.
///
/// Five fit on a line, and keep an error small however many children a budget has.
const NAMED: usize = 5;

/// One who holds memory of a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The child budget's name, `direct` for what was reserved at the budget itself, or `others`.
    pub name: String,
    /// Bytes held.
    pub bytes: u64,
}

/// The error of a reservation that a budget refuses.
///
/// Displays as `budget "file" refuses 4.0 MiB: 30.1 MiB in use of 32.0 MiB; held by cache 20.0 MiB,
/// pool 8.0 MiB, direct 2.1 MiB`. Eight bytes, so that it costs nothing in a `Result`.
#[derive(Clone)]
pub struct OverBudget(Box<Refusal>);

#[derive(Clone)]
struct Refusal {
    budget: String,
    requested: u64,
    used: u64,
    limit: u64,
    needed: u64,
    holders: Vec<Holder>,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Limit,
    System,
}

impl OverBudget {
    /// `added` is what this level would have had to count: `requested`, or nothing where the bytes are
    /// counted already and only change hands.
    pub(super) fn limit_reached(level: &Arc<Node>, requested: u64, added: u64) -> OverBudget {
        OverBudget::new(level, requested, added, By::Limit)
    }

    /// The budget had room, but the allocator could not deliver.
    pub(crate) fn out_of_memory(budget: &Budget, requested: u64) -> OverBudget {
        OverBudget::new(&budget.0, requested, requested, By::System)
    }

    fn new(level: &Arc<Node>, requested: u64, added: u64, by: By) -> OverBudget {
        let used = level.used.0.load(Ordering::SeqCst);
        let mut holders = holders(level);
        if holders.len() > NAMED {
            let rest = holders.split_off(NAMED).iter().map(|holder| holder.bytes).sum();
            holders.push(Holder { name: "others".to_owned(), bytes: rest });
        }
        OverBudget(Box::new(Refusal {
            budget: level.name.clone(),
            requested,
            used,
            limit: level.limit.load(Ordering::SeqCst),
            needed: used.saturating_add(added),
            holders,
            by,
        }))
    }

    /// A refusal that another process told of, by its numbers. `by_system` as in
    /// [`is_by_system`](Self::is_by_system).
    pub fn told(
        budget: impl Into<String>,
        [requested, used, limit, needed]: [u64; 4],
        holders: Vec<Holder>,
        by_system: bool,
    ) -> OverBudget {
        let by = if by_system { By::System } else { By::Limit };
        let budget = budget.into();
        OverBudget(Box::new(Refusal { budget, requested, used, limit, needed, holders, by }))
    }

    /// Whether it was the allocator that had no memory, not the budget.
    pub fn is_by_system(&self) -> bool {
        self.0.by == By::System
    }

    /// The name of the budget that refused: the one asked, or the ancestor that had no room.
    pub fn budget(&self) -> &str {
        &self.0.budget
    }

    /// The bytes that were asked for.
    pub fn requested(&self) -> u64 {
        self.0.requested
    }

    /// The bytes in use at the refusing budget.
    pub fn used(&self) -> u64 {
        self.0.used
    }

    /// The limit of the refusing budget, in bytes.
    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    /// The limit of the refusing budget that would have let this request pass, in bytes.
    ///
    /// At most [`limit`](Self::limit) when it was the operating system that had no memory left.
    pub fn needed(&self) -> u64 {
        self.0.needed
    }

    /// Those who hold most of the refusing budget, largest first; the last may be `others`.
    pub fn holders(&self) -> &[Holder] {
        &self.0.holders
    }
}

/// See [`Budget::holders`].
pub(super) fn holders(node: &Arc<Node>) -> Vec<Holder> {
    let mut direct = node.used.0.load(Ordering::SeqCst);
    let mut by_name = BTreeMap::new();
    for child in node.children() {
        let bytes = child.used.0.load(Ordering::SeqCst);
        direct = direct.saturating_sub(bytes);
        if bytes > 0 {
            let sum: &mut u64 = by_name.entry(child.name.clone()).or_default();
            *sum = sum.saturating_add(bytes);
        }
    }
    let children = by_name.into_iter().map(|(name, bytes)| Holder { name, bytes });
    let mut holders: Vec<Holder> = children.collect();
    if direct > 0 {
        holders.push(Holder { name: "direct".to_owned(), bytes: direct });
    }
    // stable: those of equal size stay in order of their names
    holders.sort_by_key(|holder| std::cmp::Reverse(holder.bytes));
    holders
}

impl fmt::Display for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { budget, requested, used, limit, holders, by, .. } = &*self.0;
        let (requested, used, limit) = (Bytes(*requested), Bytes(*used), Bytes(*limit));
        match by {
            By::Limit => write!(f, "budget {budget:?} refuses {requested}")?,
            By::System => write!(f, "budget {budget:?}: the system has no memory for {requested}")?,
        }
        write!(f, ": {used} in use of {limit}")?;
        for (index, Holder { name, bytes }) in holders.iter().enumerate() {
            let before = if index == 0 { "; held by" } else { "," };
            write!(f, "{before} {name} {}", Bytes(*bytes))?;
        }
        Ok(())
    }
}

impl fmt::Debug for OverBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { budget, requested, used, limit, needed, holders, .. } = &*self.0;
        f.debug_struct("OverBudget")
            .field("budget", budget)
            .field("requested", requested)
            .field("used", used)
            .field("limit", limit)
            .field("needed", needed)
            .field("holders", holders)
            .finish()
    }
}

impl error::Error for OverBudget {}
