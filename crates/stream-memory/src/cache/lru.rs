//! Entries in order of use; plain data, locked by the cache.
//!
//! A list threaded through a vector: each slot knows its neighbours' indexes. Constant time for all but
//! `evict`, which passes over pinned entries once each.

use std::collections::HashMap;
use std::hash::Hash;

use super::CacheStats;
use super::pinned::Pinned;

pub(super) struct Lru<K, V> {
    index: HashMap<K, usize>,
    slots: Vec<Slot<K, V>>,
    /// Used last, and used least recently.
    newest: Option<usize>,
    oldest: Option<usize>,
    /// The first of the free slots, which are chained through `older`.
    free: Option<usize>,
    stats: CacheStats,
}

struct Slot<K, V> {
    /// `None` while free.
    content: Option<(K, Pinned<V>)>,
    newer: Option<usize>,
    older: Option<usize>,
}

impl<K, V> Lru<K, V> {
    /// The entry itself, and for both tables three times their net size: just after they doubled they
    /// are half empty, and while they move the old one is there too. One byte is hashbrown's tag.
    pub(super) const OVERHEAD: u64 = {
        let tables = size_of::<Slot<K, V>>() + size_of::<(K, usize)>() + 1;
        (Pinned::<V>::SIZE + 3 * tables) as u64
    };
}

impl<K: Hash + Eq + Clone, V> Lru<K, V> {
    pub(super) fn new() -> Lru<K, V> {
        Lru {
            index: HashMap::new(),
            slots: Vec::new(),
            newest: None,
            oldest: None,
            free: None,
            stats: CacheStats::default(),
        }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<Pinned<V>> {
        let found = self.index.get(key).copied();
        let counter = if found.is_some() { &mut self.stats.hits } else { &mut self.stats.misses };
        *counter = counter.saturating_add(1);
        let at = found?;
        self.unlink(at);
        self.link_newest(at);
        self.slots.get(at)?.content.as_ref().map(|(_, entry)| entry.clone())
    }

    /// Inserts as the newest; returns a former entry of the same key.
    pub(super) fn insert(&mut self, key: K, entry: Pinned<V>) -> Option<Pinned<V>> {
        let former = self.remove(&key);
        let content = Some((key.clone(), entry));
        let at = match self.free {
            Some(at) if let Some(slot) = self.slots.get_mut(at) => {
                self.free = slot.older;
                *slot = Slot { content, newer: None, older: None };
                at
            }
            _ => {
                self.slots.push(Slot { content, newer: None, older: None });
                self.slots.len().saturating_sub(1)
            }
        };
        self.index.insert(key, at);
        self.link_newest(at);
        self.stats.insertions = self.stats.insertions.saturating_add(1);
        former
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<Pinned<V>> {
        let at = self.index.remove(key)?;
        self.vacate(at).map(|(_, entry)| entry)
    }

    /// Removes the least recently used entry that is not pinned. Those found pinned are in use now, and
    /// become the newest, so that they are not passed over again and again.
    pub(super) fn evict(&mut self) -> Option<Pinned<V>> {
        for _ in 0..self.index.len() {
            let at = self.oldest?;
            let (key, entry) = self.slots.get(at)?.content.as_ref()?;
            if entry.is_alone() {
                self.index.remove(key);
                self.stats.evictions = self.stats.evictions.saturating_add(1);
                return self.vacate(at).map(|(_, entry)| entry);
            }
            self.unlink(at);
            self.link_newest(at);
        }
        None
    }

    /// Empties it; returns what was in it, to be dropped outside the lock.
    pub(super) fn take_all(&mut self) -> impl Sized + use<K, V> {
        let empty = Lru { stats: self.stats, ..Lru::new() };
        std::mem::replace(self, empty)
    }

    pub(super) fn stats(&self) -> CacheStats {
        CacheStats { entries: u64::try_from(self.index.len()).unwrap_or(u64::MAX), ..self.stats }
    }

    /// Takes a slot out of the list and puts it with the free ones.
    fn vacate(&mut self, at: usize) -> Option<(K, Pinned<V>)> {
        self.unlink(at);
        let slot = self.slots.get_mut(at)?;
        slot.older = self.free.replace(at);
        slot.content.take()
    }

    fn unlink(&mut self, at: usize) {
        let Some(slot) = self.slots.get_mut(at) else { return };
        let (newer, older) = (slot.newer.take(), slot.older.take());
        *self.older_of(newer) = older;
        *self.newer_of(older) = newer;
    }

    fn link_newest(&mut self, at: usize) {
        let second = self.newest;
        if let Some(slot) = self.slots.get_mut(at) {
            (slot.newer, slot.older) = (None, second);
        }
        *self.newer_of(second) = Some(at);
        self.newest = Some(at);
    }

    /// The link that points from a slot to the next older one; from the list's head if there is no slot.
    fn older_of(&mut self, slot: Option<usize>) -> &mut Option<usize> {
        match slot.and_then(|at| self.slots.get_mut(at)) {
            Some(slot) => &mut slot.older,
            None => &mut self.newest,
        }
    }

    /// The link that points from a slot to the next newer one; from the list's tail if there is no slot.
    fn newer_of(&mut self, slot: Option<usize>) -> &mut Option<usize> {
        match slot.and_then(|at| self.slots.get_mut(at)) {
            Some(slot) => &mut slot.newer,
            None => &mut self.oldest,
        }
    }
}
