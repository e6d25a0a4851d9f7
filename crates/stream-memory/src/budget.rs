//! A tree of limits on memory.

mod charge;
mod held;
mod over;
mod pressure;
mod reservation;

use std::fmt;
use std::sync::{Arc, Weak};

use crate::sync::{Apart, AtomicU64, Mutex, Ordering, lock};

pub use self::held::{Held, Stats, Top, TopHolder};
pub use self::over::{Holder, OverBudget};
pub use self::pressure::Reclaim;
pub use self::reservation::Reservation;

/// A limit on memory, in bytes, and a node in a tree of such limits.
///
/// A budget counts; it owns no memory. Whoever is about to allocate something whose size depends on
/// input first calls [`reserve`](Budget::reserve), and keeps the [`Reservation`] next to the memory for
/// as long as that is resident. What a child reserves is charged to each of its ancestors as well, so a
/// child can never hold more than the least of what the levels above it have left.
///
/// Cloning gives another handle to the same node. Reserving and giving back are one atomic
/// read-modify-write per level (and a second at a level whose [`peak`](Budget::peak) grows): no lock is
/// taken unless the answer would be a refusal.
///
/// # Concurrency
/// Levels are charged from the leaf to the root, and rolled back where one refuses. For that instant the
/// levels below the refusing one count bytes that nobody gets, so a request that races with a *refused*
/// one under the same child may be refused too. Siblings never disturb one another in this way, and
/// [`used`](Budget::used) is never above the limit.
#[derive(Clone)]
pub struct Budget(Arc<Node>);

pub(crate) struct Node {
    name: String,
    parent: Option<Budget>,
    /// Levels above this one; finds common ancestors without a search.
    depth: usize,
    limit: AtomicU64,
    /// Written by each charge; the rest is read by each, and seldom written.
    used: Apart<AtomicU64>,
    peak: AtomicU64,
    /// Weak, so that a forgotten child costs its parent one pointer until the list next grows.
    children: Mutex<Vec<Weak<Node>>>,
    reclaimers: Mutex<Vec<Weak<dyn Reclaim>>>,
    /// At the root alone: one refusal at a time is decided per tree (see `pressure`).
    deciding: Mutex<()>,
}

impl Budget {
    /// Creates the root of a new tree that allows `limit` bytes.
    pub fn new(name: impl Into<String>, limit: u64) -> Budget {
        Budget::node(name.into(), limit, None)
    }

    /// Creates a budget below this one: it allows `limit` bytes at most, and no more than its ancestors.
    ///
    /// `u64::MAX` means "only what the parents allow": the child then names a holder and counts it.
    pub fn child(&self, name: impl Into<String>, limit: u64) -> Budget {
        let child = Budget::node(name.into(), limit, Some(self.clone()));
        let mut children = lock(&self.0.children);
        if children.len() == children.capacity() {
            // amortised: the list is swept only when it would have to grow
            children.retain(|child| child.strong_count() > 0);
        }
        children.push(Arc::downgrade(&child.0));
        drop(children);
        child
    }

    fn node(name: String, limit: u64, parent: Option<Budget>) -> Budget {
        Budget(Arc::new(Node {
            name,
            depth: parent.as_ref().map_or(0, |parent| parent.0.depth.saturating_add(1)),
            parent,
            limit: AtomicU64::new(limit),
            used: Apart(AtomicU64::new(0)),
            peak: AtomicU64::new(0),
            children: Mutex::new(Vec::new()),
            reclaimers: Mutex::new(Vec::new()),
            deciding: Mutex::new(()),
        }))
    }

    /// Reserves `bytes` here and at every ancestor, until the [`Reservation`] is dropped.
    ///
    /// Zero bytes are always granted.
    ///
    /// # Errors
    /// [`OverBudget`] when this budget or an ancestor has less than `bytes` left, even after those who
    /// registered with [`on_pressure`](Budget::on_pressure) gave back what they could. Nothing is then
    /// charged at any level.
    pub fn reserve(&self, bytes: u64) -> Result<Reservation, OverBudget> {
        self.charge(None, bytes)?;
        Ok(Reservation::charged(self.clone(), bytes))
    }

    /// The name given at creation.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The most that may be reserved here at once, in bytes.
    pub fn limit(&self) -> u64 {
        self.0.limit.load(Ordering::SeqCst)
    }

    /// What is reserved here now, in bytes, children included.
    pub fn used(&self) -> u64 {
        self.0.used.0.load(Ordering::SeqCst)
    }

    /// The highest [`used`](Budget::used) since creation or the last [`reset_peak`](Budget::reset_peak).
    ///
    /// Never less than was held at once; it may include bytes that a racing, refused request counted
    /// for an instant (see [Concurrency](Budget#concurrency)).
    pub fn peak(&self) -> u64 {
        self.0.peak.load(Ordering::SeqCst)
    }

    /// Starts a new peak at what is in use now.
    pub fn reset_peak(&self) {
        // Zero first, then what is used: a reservation made in between raises the new peak itself,
        // one made before the store is seen by the load.
        self.0.peak.store(0, Ordering::SeqCst);
        self.0.peak.fetch_max(self.used(), Ordering::SeqCst);
    }

    /// The largest reservation that would pass now without anybody giving way, in bytes: the least of
    /// `limit - used` over this budget and its ancestors.
    pub fn available(&self) -> u64 {
        self.levels().map(|level| level.limit().saturating_sub(level.used())).min().unwrap_or(0)
    }

    /// As [`available`](Budget::available), but with what nobody would miss counted as free: the idle
    /// buffers of pools, which would give way to a reservation of this size.
    ///
    /// This is what to size work by: `available` falls to nothing while a warm pool holds the rest.
    /// Walks the tree below each level, so it is for the start of some work, not for each chunk.
    pub fn attainable(&self) -> u64 {
        let left = |level: &Budget| {
            let free = level.limit().saturating_add(level.0.idle_below());
            free.saturating_sub(level.used())
        };
        self.levels().map(left).min().unwrap_or(0)
    }

    /// Changes the limit.
    ///
    /// It may be set below what is in use: then everything new is refused until enough is given back.
    pub fn set_limit(&self, bytes: u64) {
        self.0.limit.store(bytes, Ordering::SeqCst);
    }

    /// Who holds what: the children by name (those of one name added up), and `direct` for what was
    /// reserved at this budget itself; largest first, those that hold nothing left out.
    ///
    /// A snapshot: while others reserve, its parts may be of slightly different moments.
    pub fn holders(&self) -> Vec<Holder> {
        over::holders(&self.0)
    }

    /// Registers somebody who can give memory back, e.g. a pool of idle buffers or a cache.
    ///
    /// He is asked before a reservation is refused by this budget or by one above it, that is, whenever
    /// bytes charged here could have let it pass. See [`Reclaim`] for what he may do then.
    pub fn on_pressure(&self, reclaim: Weak<dyn Reclaim>) {
        let mut reclaimers = lock(&self.0.reclaimers);
        if reclaimers.len() == reclaimers.capacity() {
            reclaimers.retain(|reclaim| reclaim.strong_count() > 0);
        }
        reclaimers.push(reclaim);
    }

    /// The budget that this one is a child of, `None` at the root.
    pub fn parent(&self) -> Option<&Budget> {
        self.0.parent.as_ref()
    }

    /// The top of this budget's tree, itself if it has no parent.
    pub fn root(&self) -> &Budget {
        let mut top = self;
        while let Some(parent) = top.parent() {
            top = parent;
        }
        top
    }

    /// Whether both are handles to the same node.
    pub fn ptr_eq(&self, other: &Budget) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// This node, then its ancestors up to the root.
    fn levels(&self) -> impl Iterator<Item = &Budget> {
        std::iter::successors(Some(self), |level| level.parent())
    }
}

impl Node {
    /// The live children. The lock is released before anything is done with them.
    fn children(&self) -> Vec<Arc<Node>> {
        lock(&self.children).iter().filter_map(Weak::upgrade).collect()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("name", &self.name())
            .field("limit", &self.limit())
            .field("used", &self.used())
            .field("peak", &self.peak())
            .field("parent", &self.parent().map(Budget::name))
            .finish_non_exhaustive()
    }
}
