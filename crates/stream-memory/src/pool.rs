//! Buffers that are used again.

mod block;
mod buf;
mod class;
mod idle;

use std::sync::{Arc, Weak};

use self::block::Block;
use self::idle::Idle;
use crate::budget::{Budget, OverBudget, Reclaim, Stats};
use crate::sync::{AtomicU64, Mutex, Ordering, lock};

pub use self::block::ALIGNMENT;
pub use self::buf::{BeyondCapacity, Buf};

/// A stock of idle buffers, sorted by size class, for [`take`](Pool::take) to hand out again.
///
/// Only buffers of at least 4 KiB are kept: for less, the allocator is as fast as the pool's lock, and the
/// list of idle buffers (48 bytes each) stays small beside what it lists.
///
/// A buffer is charged for its whole capacity all its life: to the taker's budget while it is live, to
/// the pool's while it is idle. Both ways the charge moves with [`Reservation::transfer`], so it is
/// never counted twice at a level that both budgets share, nor missing.
///
/// Idle buffers are never in anybody's way: the pool registers itself with
/// [`Budget::on_pressure`] and frees them, the longest idle first, before something is refused for them.
///
/// Cloning gives another handle to the same pool. When the last handle is gone its idle buffers are
/// freed; live ones stay valid, and are freed when dropped.
///
/// [`Reservation::transfer`]: crate::Reservation::transfer
#[derive(Clone, Debug)]
pub struct Pool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// A child of the budget given, so that refusals name the pool as a holder.
    budget: Budget,
    idle_limit: AtomicU64,
    /// Locked while one buffer moves in or out with its charge: atomics only. Nothing that could ask
    /// for memory, free it or wait is done under it.
    idle: Mutex<Idle>,
}

/// What a [`Pool`] did and holds.
///
/// At any moment `allocations - frees` is the number of buffers that exist, idle and live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Buffers that were freshly allocated.
    pub allocations: u64,
    /// Buffers that were handed out again.
    pub reuses: u64,
    /// Buffers that came back and were kept.
    pub returns: u64,
    /// Buffers that were freed: when they came back, under pressure, or by [`Pool::trim`].
    pub frees: u64,
    /// Buffers that are idle now.
    pub idle_buffers: u64,
    /// The capacity of the idle buffers, in bytes; what the pool's budget is charged.
    pub idle_bytes: u64,
    /// The capacity of the live buffers, in bytes; what their takers' budgets are charged.
    pub live_bytes: u64,
    /// The highest sum of idle and live bytes so far.
    pub peak_bytes: u64,
}

impl Pool {
    /// Creates an empty pool whose idle buffers are charged to a child of `budget` named `pool`.
    pub fn new(budget: &Budget) -> Pool {
        let shared = Arc::new(Shared {
            budget: budget.child("pool", u64::MAX),
            idle_limit: AtomicU64::new(u64::MAX),
            idle: Mutex::new(Idle::default()),
        });
        let reclaim: Weak<dyn Reclaim> = Arc::<Shared>::downgrade(&shared);
        shared.budget.on_pressure(reclaim);
        Pool(shared)
    }

    /// Keeps at most `bytes` of idle buffers; what comes back beyond that is freed. Zero keeps none.
    ///
    /// Without it only the budget limits them.
    pub fn with_idle_limit(self, bytes: u64) -> Pool {
        self.0.idle_limit.store(bytes, Ordering::SeqCst);
        self.0.free_down_to(bytes);
        self
    }

    /// Hands out a buffer of `len` bytes, charged to `budget` while it lives.
    ///
    /// What is charged is its capacity: `len` rounded up to a size class, of which there are four per
    /// doubling (at most 25 % more from 256 bytes on; below that a multiple of 64 bytes).
    ///
    /// The contents are initialised but arbitrary: zero in fresh memory, which the allocator is asked to
    /// zero (pages that are never written to then stay out of memory, where the allocator allows); what
    /// the last user left there in reused memory. Treat a buffer as scratch to be overwritten.
    ///
    /// # Errors
    /// [`OverBudget`] when `budget`, or one above it, has no room even after this pool and others gave
    /// way, or when the system has no memory.
    pub fn take(&self, budget: &Budget, len: usize) -> Result<Buf, OverBudget> {
        // Where the taker has no room for the idle one, it stays, and reserving anew makes whoever can
        // give way do so, this pool among them, or explains who is in the way.
        let block = match self.0.take_idle(budget, len) {
            Some(block) => block,
            None => self.allocate(budget, len)?,
        };
        Ok(Buf::new(block, len, Arc::downgrade(&self.0)))
    }

    fn allocate(&self, budget: &Budget, len: usize) -> Result<Block, OverBudget> {
        let block = match Block::new(budget, len) {
            Err(refusal) if refusal.is_by_system() && self.trim() > 0 => Block::new(budget, len)?,
            other => other?,
        };
        lock(&self.0.idle).allocated(block.reserved());
        // a new size is in use: make room for its return at the cost of those idle longest
        let limit = self.0.idle_limit.load(Ordering::SeqCst);
        self.0.free_down_to(limit.saturating_sub(block.reserved()));
        Ok(block)
    }

    /// Frees all idle buffers; returns how many bytes that was.
    pub fn trim(&self) -> u64 {
        self.0.free_down_to(0)
    }

    /// What the pool did so far and holds now.
    pub fn stats(&self) -> PoolStats {
        lock(&self.0.idle).stats()
    }

    /// The budget that idle buffers are charged to: a child of the one given to [`new`](Pool::new).
    pub fn budget(&self) -> &Budget {
        &self.0.budget
    }
}

impl Shared {
    fn take_idle(&self, budget: &Budget, len: usize) -> Option<Block> {
        lock(&self.idle).take(class::capacity(len)?, budget)
    }

    /// Keeps a buffer that was live if the limits allow, frees it otherwise. Waits for nothing.
    fn give_back(&self, block: Block) {
        let limit = self.idle_limit.load(Ordering::SeqCst);
        let unwanted = lock(&self.idle).give_back(block, limit, &self.budget);
        // freed here, outside the lock
        drop(unwanted);
    }

    /// Frees idle buffers until at most `limit` bytes are left; returns how many bytes were freed.
    fn free_down_to(&self, limit: u64) -> u64 {
        self.free_while(|idle, _| idle.bytes() > limit)
    }

    /// Frees one buffer at a time, the longest idle first, while `wanted(idle, freed)` says so.
    fn free_while(&self, wanted: impl Fn(&Idle, u64) -> bool) -> u64 {
        if !wanted(&lock(&self.idle), 0) {
            return 0;
        }
        self.budget.giving_back(|| {
            let mut freed = 0u64;
            loop {
                let mut idle = lock(&self.idle);
                let oldest = if wanted(&idle, freed) { idle.take_oldest() } else { None };
                drop(idle);
                let Some(block) = oldest else { return freed };
                freed = freed.saturating_add(block.reserved());
            }
        })
    }
}

impl Reclaim for Shared {
    fn reclaim(&self, shortfall: u64) -> u64 {
        self.free_while(|_, freed| freed < shortfall)
    }

    fn idle(&self) -> u64 {
        lock(&self.idle).bytes()
    }

    fn stats(&self) -> Stats {
        Stats::Pool(lock(&self.idle).stats())
    }
}
