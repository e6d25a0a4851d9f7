//! Buffers that are used again.

mod block;
mod buf;
mod class;
mod home;
mod idle;
mod made;
mod stock;

use std::sync::{Arc, Weak};

use self::home::Home;
use self::stock::{SHARDS, Stock};
use crate::budget::{Budget, OverBudget, Reclaim, Stats};
use crate::sync::thread_number;

pub use self::block::ALIGNMENT;
pub use self::buf::{BeyondCapacity, Buf};

/// A stock of idle buffers, sorted by size class, for [`take`](Pool::take) to hand out again.
///
/// Only buffers of at least 4 KiB are kept: for less, the allocator is as fast as the pool, and the
/// list of idle buffers (24 bytes each) stays small beside what it lists.
///
/// A buffer is charged for its whole capacity all its life: to the taker's budget while it is live, to
/// the pool's while it is idle. Both ways the charge moves as with [`Reservation::transfer`], so it is
/// never counted twice at a level that both budgets share, nor missing.
///
/// Threads take from a shard of their own first, where what they took before comes back to, from whichever thread. So two threads
/// that use one pool seldom wait for one another, and find memory again that their processor knows.
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

/// What the handles share; buffers keep the stock alone.
#[derive(Debug)]
struct Shared {
    stock: Arc<Stock>,
    homes: [Arc<Home>; SHARDS],
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
        let stock = Arc::new(Stock::new(budget.child("pool", u64::MAX)));
        let shared = Arc::new(Shared { homes: Home::all(&stock), stock });
        let reclaim: Weak<dyn Reclaim> = Arc::<Shared>::downgrade(&shared);
        shared.stock.budget.on_pressure(reclaim);
        Pool(shared)
    }

    /// Keeps at most `bytes` of idle buffers; what comes back beyond that is freed. Zero keeps none.
    ///
    /// It is the limit of the pool's [`budget`](Pool::budget). Without it only the budgets above limit them.
    pub fn with_idle_limit(self, bytes: u64) -> Pool {
        self.0.stock.budget.set_limit(bytes);
        self.0.stock.free_down_to(bytes);
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
        let [first, ..] = &self.0.homes;
        self.0.homes.get(thread_number() % SHARDS).unwrap_or(first).take(budget, len)
    }

    /// Frees all idle buffers; returns how many bytes that was.
    pub fn trim(&self) -> u64 {
        self.0.stock.free_down_to(0)
    }

    /// What the pool did so far and holds now.
    pub fn stats(&self) -> PoolStats {
        self.0.stock.stats()
    }

    /// The budget that idle buffers are charged to: a child of the one given to [`new`](Pool::new).
    pub fn budget(&self) -> &Budget {
        &self.0.stock.budget
    }
}

impl Reclaim for Shared {
    fn reclaim(&self, shortfall: u64) -> u64 {
        self.stock.free_while(|_, freed| freed < shortfall)
    }

    fn idle(&self) -> u64 {
        self.stock.idle_bytes()
    }

    fn stats(&self) -> Stats {
        Stats::Pool(self.stock.stats())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stock.close();
    }
}
