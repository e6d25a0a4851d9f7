//! The idle buffers of a pool, in shards, so that threads seldom wait for one another.
//!
//! A thread has a shard that it takes from first, and a buffer goes back to the shard of the thread that took it, from
//! whichever thread it is dropped: who only takes finds there what others drop, and who does both finds his own
//! memory, which other processors need not fetch.
//!
//! - Taking and giving back lock one shard. Its lock is held while one buffer moves in or out with its charge: atomics and
//!   list links only; nothing that could free, wait or ask for a budget is done under it.
//! - Freeing, and adding up, lock all shards, in order: what they see is what was idle at one moment, so that a buffer which
//!   moves from one shard to another is never missed by somebody who is about to be refused for want of it.

use super::block::{Block, Memory, widen};
use super::idle::{Idle, SMALLEST};
use super::made::Made;
use super::{PoolStats, class};
use crate::budget::{Budget, OverBudget, Reservation};
use crate::sync::{Apart, AtomicU64, Mutex, MutexGuard, Ordering, lock};

/// Shards of a pool. More threads than this share them.
pub(super) const SHARDS: usize = if cfg!(loom) { 2 } else { 8 };

#[derive(Debug)]
pub(super) struct Stock {
    /// A child of the budget that the pool was given, so that refusals name the pool as a holder. What is idle is charged to it,
    /// without reservations of its own, and its limit is the idle limit.
    pub(super) budget: Budget,
    shards: [Apart<Mutex<Idle>>; SHARDS],
    /// Counts returns.
    clock: Apart<AtomicU64>,
    made: Apart<Made>,
}

impl Stock {
    pub(super) fn new(budget: Budget) -> Stock {
        Stock {
            budget,
            shards: std::array::from_fn(|_| Apart(Mutex::new(Idle::default()))),
            clock: Apart(AtomicU64::new(0)),
            made: Apart(Made::new()),
        }
    }

    /// An idle buffer for `len` bytes, charged to `budget` from now on if that has room, from this shard if it has one,
    /// else from another.
    pub(super) fn take(&self, shard: usize, budget: &Budget, len: usize) -> Option<Block> {
        let capacity = class::capacity(len).filter(|capacity| *capacity >= SMALLEST)?;
        for Apart(idle) in self.shards.iter().cycle().skip(shard).take(SHARDS) {
            let mut idle = lock(idle);
            if idle.holds(capacity) {
                let charge = Reservation::taken_over(&self.budget, budget, widen(capacity))?;
                return Some(Block::new(idle.take(capacity)?, charge));
            }
        }
        None
    }

    /// Keeps a buffer that was live if the limits allow, frees it otherwise. Waits for nothing.
    pub(super) fn give_back(&self, shard: usize, block: Block) {
        let (memory, mut charge) = block.into_parts();
        if memory.capacity() >= SMALLEST
            && let Some(Apart(idle)) = self.shards.get(shard)
        {
            let mut idle = lock(idle);
            if !idle.is_closed() && charge.try_leave_with(&self.budget) {
                idle.keep(memory, self.clock.0.fetch_add(1, Ordering::SeqCst));
                return;
            }
        }
        self.made.0.freed(charge.bytes());
        drop(memory);
    }

    /// A fresh buffer for `len` bytes, charged to `budget`.
    pub(super) fn allocate(&self, budget: &Budget, len: usize) -> Result<Block, OverBudget> {
        let block = match Block::allocate(budget, len) {
            Err(refusal) if refusal.is_by_system() && self.free_down_to(0) > 0 => {
                Block::allocate(budget, len)?
            }
            other => other?,
        };
        self.made.0.allocated(block.reserved());
        // a new size is in use: make room for its return at the cost of those idle longest
        let limit = self.budget.limit();
        if limit < u64::MAX && block.capacity() >= SMALLEST {
            self.free_down_to(limit.saturating_sub(block.reserved()));
        }
        Ok(block)
    }

    /// Frees idle buffers until at most `limit` bytes are left; returns how many bytes were freed.
    pub(super) fn free_down_to(&self, limit: u64) -> u64 {
        self.free_while(|idle, _| idle > limit)
    }

    /// Frees one buffer at a time, the longest idle first, while `wanted` says so of the bytes that are idle and those freed.
    pub(super) fn free_while(&self, wanted: impl Fn(u64, u64) -> bool) -> u64 {
        if !wanted(self.idle_bytes(), 0) {
            return 0;
        }
        self.budget.giving_back(|| {
            let mut freed = 0u64;
            while let Some(memory) = self.take_oldest(|idle| wanted(idle, freed)) {
                freed = freed.saturating_add(self.free(memory));
            }
            freed
        })
    }

    fn take_oldest(&self, wanted: impl Fn(u64) -> bool) -> Option<Memory> {
        let mut shards = self.all();
        if !wanted(bytes(&shards)) {
            return None;
        }
        let oldest = shards.iter_mut().min_by_key(|idle| idle.oldest())?.take_oldest()?;
        self.made.0.freed(widen(oldest.capacity()));
        Some(oldest)
    }

    /// Frees all that is idle, and lets nothing idle any more.
    pub(super) fn close(&self) {
        self.budget.giving_back(|| {
            for Apart(idle) in &self.shards {
                let left = lock(idle).close();
                left.for_each(|memory| {
                    self.free(memory);
                });
            }
        });
    }

    /// Frees what was idle, out of any lock, and then gives its charge back.
    fn free(&self, memory: Memory) -> u64 {
        let bytes = widen(memory.capacity());
        drop(memory);
        self.budget.uncharge(bytes);
        bytes
    }

    pub(super) fn idle_bytes(&self) -> u64 {
        bytes(&self.all())
    }

    pub(super) fn stats(&self) -> PoolStats {
        let mut stats = PoolStats::default();
        let shards = self.all();
        shards.iter().for_each(|idle| idle.add_to(&mut stats));
        self.made.0.complete(stats)
    }

    /// All shards, locked in order. Nobody else holds more than one.
    fn all(&self) -> [MutexGuard<'_, Idle>; SHARDS] {
        self.shards.each_ref().map(|Apart(idle)| lock(idle))
    }
}

fn bytes(shards: &[MutexGuard<'_, Idle>]) -> u64 {
    shards.iter().map(|idle| idle.bytes()).fold(0, u64::saturating_add)
}
