//! The idle buffers of a shard of a pool; plain data, locked by the pool.

use std::collections::{BTreeMap, VecDeque};

use super::PoolStats;
use super::block::{Memory, widen};

/// The smallest capacity kept, in bytes: a page. See [`Pool`](super::Pool).
pub(super) const SMALLEST: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Idle {
    /// By capacity; within a class the last to come back is at the end and the first to go out again,
    /// since its memory is most likely in the processor's cache.
    classes: BTreeMap<usize, VecDeque<Waiting>>,
    /// The pool is gone: nothing is kept any more.
    closed: bool,
    buffers: u64,
    bytes: u64,
    reuses: u64,
    returns: u64,
}

#[derive(Debug)]
struct Waiting {
    /// By the clock of the pool, to tell across classes and shards who has been idle longest.
    since: u64,
    memory: Memory,
}

impl Idle {
    /// Whether there is a buffer of exactly this class.
    pub(super) fn holds(&self, capacity: usize) -> bool {
        self.classes.get(&capacity).is_some_and(|class| !class.is_empty())
    }

    /// The buffer of exactly this class that came back last, to be handed out.
    pub(super) fn take(&mut self, capacity: usize) -> Option<Memory> {
        let memory = self.classes.get_mut(&capacity)?.pop_back()?.memory;
        self.gone(&memory);
        self.reuses = self.reuses.saturating_add(1);
        Some(memory)
    }

    /// Keeps a buffer that came back at this time.
    pub(super) fn keep(&mut self, memory: Memory, since: u64) {
        self.returns = self.returns.saturating_add(1);
        self.buffers = self.buffers.saturating_add(1);
        self.bytes = self.bytes.saturating_add(widen(memory.capacity()));
        self.classes.entry(memory.capacity()).or_default().push_back(Waiting { since, memory });
    }

    /// Since when the buffer waits that has been idle longest; the end of time if there is none.
    pub(super) fn oldest(&self) -> u64 {
        self.classes.values().map(first).min().unwrap_or(u64::MAX)
    }

    /// The buffer that has been idle longest, to be freed.
    pub(super) fn take_oldest(&mut self) -> Option<Memory> {
        // as many classes as sizes in use, a handful; at most four per doubling
        let class = self.classes.values_mut().min_by_key(|class| first(class))?;
        let memory = class.pop_front()?.memory;
        self.gone(&memory);
        Some(memory)
    }

    /// Takes all out, to be freed, and lets nothing in again.
    pub(super) fn close(&mut self) -> impl Iterator<Item = Memory> + use<> {
        self.closed = true;
        (self.buffers, self.bytes) = (0, 0);
        std::mem::take(&mut self.classes).into_values().flatten().map(|waiting| waiting.memory)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds what this shard did and holds.
    pub(super) fn add_to(&self, stats: &mut PoolStats) {
        stats.reuses = stats.reuses.saturating_add(self.reuses);
        stats.returns = stats.returns.saturating_add(self.returns);
        stats.idle_buffers = stats.idle_buffers.saturating_add(self.buffers);
        stats.idle_bytes = stats.idle_bytes.saturating_add(self.bytes);
    }

    fn gone(&mut self, memory: &Memory) {
        self.buffers = self.buffers.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(widen(memory.capacity()));
    }
}

fn first(class: &VecDeque<Waiting>) -> u64 {
    class.front().map_or(u64::MAX, |first| first.since)
}
