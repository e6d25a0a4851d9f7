//! The idle buffers of a pool, and its counters; plain data, locked by the pool.

use std::collections::{BTreeMap, VecDeque};

use super::PoolStats;
use super::block::Block;
use crate::budget::Budget;

/// The smallest capacity kept, in bytes: a page. See [`Pool`](super::Pool).
const SMALLEST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Idle {
    /// By capacity; within a class the last to come back is at the end and the first to go out again,
    /// since its memory is most likely in the processor's cache.
    classes: BTreeMap<usize, VecDeque<Waiting>>,
    /// Counts returns, to tell across classes who has been idle longest.
    clock: u64,
    stats: PoolStats,
}

#[derive(Debug)]
struct Waiting {
    since: u64,
    block: Block,
}

impl Idle {
    /// A buffer of exactly this class, charged to `budget` from now on, if that has room.
    pub(super) fn take(&mut self, capacity: usize, budget: &Budget) -> Option<Block> {
        let class = self.classes.get_mut(&capacity)?;
        if !class.back_mut()?.block.try_transfer(budget) {
            return None;
        }
        let block = class.pop_back()?.block;
        self.sub_idle(&block);
        self.add_live(block.reserved());
        add(&mut self.stats.reuses, 1);
        Some(block)
    }

    /// Keeps a buffer that was live, charged to `budget` from now on; returns it if that has no room, or
    /// if more than `limit` bytes would be idle, or if it is too small to be worth it.
    pub(super) fn give_back(
        &mut self,
        mut block: Block,
        limit: u64,
        budget: &Budget,
    ) -> Option<Block> {
        let size = block.reserved();
        sub(&mut self.stats.live_bytes, size);
        let fits = self.bytes().checked_add(size).is_some_and(|bytes| bytes <= limit);
        if block.capacity() < SMALLEST || !fits || !block.try_transfer(budget) {
            add(&mut self.stats.frees, 1);
            return Some(block);
        }
        add(&mut self.stats.returns, 1);
        add(&mut self.stats.idle_buffers, 1);
        add(&mut self.stats.idle_bytes, size);
        add(&mut self.clock, 1);
        let class = self.classes.entry(block.capacity()).or_default();
        class.push_back(Waiting { since: self.clock, block });
        None
    }

    /// The buffer that has been idle longest, to be freed.
    pub(super) fn take_oldest(&mut self) -> Option<Block> {
        // as many classes as sizes in use, a handful; at most four per doubling
        let first = |class: &VecDeque<Waiting>| class.front().map_or(u64::MAX, |first| first.since);
        let class = self.classes.values_mut().min_by_key(|class| first(class))?;
        let block = class.pop_front()?.block;
        self.sub_idle(&block);
        add(&mut self.stats.frees, 1);
        Some(block)
    }

    pub(super) fn allocated(&mut self, bytes: u64) {
        add(&mut self.stats.allocations, 1);
        self.add_live(bytes);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.stats.idle_bytes
    }

    pub(super) fn stats(&self) -> PoolStats {
        self.stats
    }

    fn sub_idle(&mut self, block: &Block) {
        sub(&mut self.stats.idle_buffers, 1);
        sub(&mut self.stats.idle_bytes, block.reserved());
    }

    fn add_live(&mut self, bytes: u64) {
        add(&mut self.stats.live_bytes, bytes);
        let both = self.stats.live_bytes.saturating_add(self.stats.idle_bytes);
        self.stats.peak_bytes = self.stats.peak_bytes.max(both);
    }
}

fn add(counter: &mut u64, by: u64) {
    *counter = counter.saturating_add(by);
}

fn sub(counter: &mut u64, by: u64) {
    *counter = counter.saturating_sub(by);
}
