//! Values kept for as long as there is room.

mod lru;
mod pinned;

use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Weak};

use self::lru::Lru;
use crate::budget::{Budget, OverBudget, Reclaim, Stats};
use crate::sync::{Mutex, lock};

pub use self::pinned::Pinned;

/// A cache weighed in bytes: when room is needed, the entries not used for longest go first.
///
/// Each entry is charged, with what the cache itself needs for it, to a child budget named `cache`, whose
/// limit is the cache's. Whoever holds a [`Pinned`] handle keeps its entry from being evicted; an entry
/// that is removed or replaced while pinned stays charged until the last handle is dropped.
///
/// The cache gives way: it registers itself with [`Budget::on_pressure`], and evicts before something
/// else is refused for what it holds.
///
/// A value's `Drop` may use budgets, pools and caches, but must not wait for another thread.
///
/// Cloning gives another handle to the same cache.
pub struct Cache<K, V>(Arc<Shared<K, V>>);

struct Shared<K, V> {
    budget: Budget,
    /// Locked for moving entries in, out and to the front; nothing is reserved, and no value dropped,
    /// under it. Keys are hashed, compared and cloned under it, and must not use this cache.
    lru: Mutex<Lru<K, V>>,
}

/// What a [`Cache`] did and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// How often [`Cache::get`] found something.
    pub hits: u64,
    /// How often it found nothing.
    pub misses: u64,
    /// Entries that were inserted.
    pub insertions: u64,
    /// Entries that had to go for others, or gave way under pressure, or were trimmed.
    pub evictions: u64,
    /// Entries that are in the cache now.
    pub entries: u64,
    /// What the cache is charged now, in bytes: its entries, and those pinned that are no longer in it.
    pub bytes: u64,
}

impl<K, V> Cache<K, V>
where
    K: Hash + Eq + Clone + Send + 'static,
    V: Send + Sync + 'static,
{
    /// What an entry is charged beside the bytes that the caller gives, for the tables of the cache: its
    /// key twice, its value, and their places with the slack of tables that double.
    pub const OVERHEAD: u64 = Lru::<K, V>::OVERHEAD;

    /// Creates an empty cache that holds at most `max_bytes`, charged to a child of `budget`.
    pub fn new(budget: &Budget, max_bytes: u64) -> Cache<K, V> {
        let shared = Arc::new(Shared {
            budget: budget.child("cache", max_bytes),
            lru: Mutex::new(Lru::new()),
        });
        let reclaim: Weak<dyn Reclaim> = Arc::<Shared<K, V>>::downgrade(&shared);
        shared.budget.on_pressure(reclaim);
        Cache(shared)
    }

    /// Finds an entry and makes it the one used last.
    pub fn get(&self, key: &K) -> Option<Pinned<V>> {
        lock(&self.0.lru).get(key)
    }

    /// Inserts a value that keeps `bytes` bytes of memory of its own (and [`OVERHEAD`](Self::OVERHEAD)),
    /// evicting others as needed. A former entry of the same key is removed first, come what may.
    ///
    /// A value that carries its own charge, such as a [`Buf`](crate::Buf), is not to be paid for twice:
    /// move its charge to the cache's [`budget`](Self::budget) and insert it with zero bytes.
    ///
    /// # Errors
    /// [`OverBudget`] when what is not pinned does not make room enough. The value is dropped.
    pub fn insert(&self, key: K, value: V, bytes: u64) -> Result<Pinned<V>, OverBudget> {
        drop(self.remove(&key));
        let bytes = bytes.saturating_add(Self::OVERHEAD);
        // a full cache is the usual state: evict first rather than be refused and asked to
        let limit = self.0.budget.limit();
        let excess = self.0.budget.used().saturating_add(bytes).saturating_sub(limit);
        if bytes <= limit {
            self.0.evict(excess);
        }
        let entry = Pinned::new(value, self.0.budget.reserve(bytes)?);
        let replaced = lock(&self.0.lru).insert(key, entry.clone());
        drop(replaced);
        Ok(entry)
    }

    /// Removes an entry. It stays charged for as long as the handle returned, or another, is alive.
    pub fn remove(&self, key: &K) -> Option<Pinned<V>> {
        lock(&self.0.lru).remove(key)
    }

    /// Removes all entries, pinned ones as well.
    pub fn clear(&self) {
        let all = lock(&self.0.lru).take_all();
        drop(all);
    }

    /// Evicts every entry that is not pinned; returns how many bytes the cache gave back.
    pub fn trim(&self) -> u64 {
        self.0.evict(u64::MAX)
    }

    /// What the cache did so far and holds now.
    pub fn stats(&self) -> CacheStats {
        CacheStats { bytes: self.0.budget.used(), ..lock(&self.0.lru).stats() }
    }

    /// The budget that entries are charged to: a child of the one given to [`new`](Self::new).
    pub fn budget(&self) -> &Budget {
        &self.0.budget
    }
}

impl<K: Hash + Eq + Clone, V> Shared<K, V> {
    /// Evicts, the least recently used first, until `wanted` bytes are given back or all is pinned.
    fn evict(&self, wanted: u64) -> u64 {
        if wanted == 0 {
            return 0;
        }
        self.budget.giving_back(|| {
            let mut given = 0u64;
            while given < wanted {
                let Some(entry) = lock(&self.lru).evict() else { break };
                // A value may give back more than its entry's charge, or hand its memory on elsewhere:
                // what counts is the cache's budget. Others may reserve meanwhile; who is short asks again.
                let before = self.budget.used();
                drop(entry);
                given = given.saturating_add(before.saturating_sub(self.budget.used()));
            }
            given
        })
    }
}

impl<K, V> Reclaim for Shared<K, V>
where
    K: Hash + Eq + Clone + Send,
    V: Send + Sync,
{
    fn reclaim(&self, shortfall: u64) -> u64 {
        self.evict(shortfall)
    }

    fn stats(&self) -> Stats {
        Stats::Cache(CacheStats { bytes: self.budget.used(), ..lock(&self.lru).stats() })
    }
}

impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Cache(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("budget", &self.0.budget).finish_non_exhaustive()
    }
}
