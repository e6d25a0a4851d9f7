//! What the pools and caches of a tree hold, and who holds most, found without allocating.

use std::fmt;
use std::sync::{Arc, Weak};

use super::{Budget, Node, Reclaim};
use crate::cache::CacheStats;
use crate::pool::PoolStats;
use crate::sync::{Mutex, Ordering, lock};

/// What somebody who can give way holds ([`Reclaim::stats`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stats {
    /// He does not say.
    #[default]
    Unknown,
    /// A pool of buffers.
    Pool(PoolStats),
    /// A cache.
    Cache(CacheStats),
}

/// What all pools and caches below a budget did and hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The sums over all pools; the peaks are of different moments, so theirs may never have been reached.
    pub pools: PoolStats,
    /// The sums over all caches.
    pub caches: CacheStats,
}

/// Who holds most of a budget: at most [`Top::MOST`] holders, largest first. Copied, never allocated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Top([TopHolder; Top::MOST]);

/// One who holds memory, by a name of fixed size.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct TopHolder {
    name: [u8; TopHolder::NAME],
    /// Bytes held; zero where there is nobody.
    pub bytes: u64,
}

/// Different names told apart while looking for the largest; what comes later is left out.
const NAMES: usize = 16;

impl Budget {
    /// What the pools and caches of this budget and those below hold. Allocates nothing.
    ///
    /// While others open and close pools, one may be missed.
    pub fn held(&self) -> Held {
        let mut held = Held::default();
        self.0.visit_reclaimers(&mut |reclaim| match reclaim.stats() {
            Stats::Pool(stats) => held.pools = held.pools.plus(&stats),
            Stats::Cache(stats) => held.caches = held.caches.plus(&stats),
            Stats::Unknown => {}
        });
        held
    }

    /// The largest holders, as [`holders`](Budget::holders) but without allocating: names are cut to
    /// [`TopHolder::NAME`] bytes, and of more than 16 different names the later ones are left out.
    pub fn top(&self) -> Top {
        let mut found = [TopHolder::default(); NAMES];
        let mut direct = self.used();
        let mut at = 0usize;
        while let Some(child) = self.0.child_at(&mut at) {
            let bytes = child.used.0.load(Ordering::SeqCst);
            direct = direct.saturating_sub(bytes);
            add(&mut found, &child.name, bytes);
        }
        add(&mut found, "direct", direct);
        found.sort_unstable_by_key(|holder| std::cmp::Reverse(holder.bytes));
        let mut top = Top::default();
        top.0.iter_mut().zip(found).for_each(|(place, holder)| *place = holder);
        top
    }

    /// Calls `visit` with each reclaimer of this budget and those below, with no lock held.
    pub(crate) fn visit_reclaimers(&self, visit: &mut dyn FnMut(&dyn Reclaim)) {
        self.0.visit_reclaimers(visit);
    }
}

fn add(found: &mut [TopHolder; NAMES], name: &str, bytes: u64) {
    if bytes == 0 {
        return;
    }
    let named = TopHolder::named(name);
    let place = found.iter_mut().find(|held| held.bytes == 0 || held.name == named.name);
    if let Some(place) = place {
        *place = TopHolder { bytes: place.bytes.saturating_add(bytes), ..named };
    }
}

impl Node {
    fn visit_reclaimers(&self, visit: &mut dyn FnMut(&dyn Reclaim)) {
        let mut at = 0usize;
        while let Some(reclaim) = next(&self.reclaimers, &mut at) {
            visit(&*reclaim);
        }
        let mut at = 0usize;
        while let Some(child) = self.child_at(&mut at) {
            child.visit_reclaimers(visit);
        }
    }

    /// The next live child from `at` on.
    fn child_at(&self, at: &mut usize) -> Option<Arc<Node>> {
        next(&self.children, at)
    }
}

/// The next live one from `at` on, whose place it leaves behind. The lock is held for the look alone: what
/// is found may be dropped by the caller as the last.
fn next<T: ?Sized>(list: &Mutex<Vec<Weak<T>>>, at: &mut usize) -> Option<Arc<T>> {
    let list = lock(list);
    let (place, found) = list
        .iter()
        .enumerate()
        .skip(*at)
        .find_map(|(place, weak)| Some((place, weak.upgrade()?)))?;
    *at = place.saturating_add(1);
    Some(found)
}

impl Top {
    /// How many holders are kept.
    pub const MOST: usize = 4;

    /// Those who hold something, largest first.
    pub fn holders(&self) -> impl Iterator<Item = &TopHolder> {
        self.0.iter().filter(|holder| holder.bytes > 0)
    }
}

impl TopHolder {
    /// The most of a name that is kept, in bytes.
    pub const NAME: usize = 24;

    fn named(name: &str) -> TopHolder {
        let mut kept = [0; Self::NAME];
        let end = name.floor_char_boundary(Self::NAME);
        kept.iter_mut().zip(name.bytes().take(end)).for_each(|(place, byte)| *place = byte);
        TopHolder { name: kept, bytes: 0 }
    }

    /// The budget's name, cut; `direct` for what was reserved at the budget itself.
    pub fn name(&self) -> &str {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(Self::NAME);
        self.name.get(..end).and_then(|name| std::str::from_utf8(name).ok()).unwrap_or("")
    }
}

impl fmt::Debug for TopHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.name(), self.bytes)
    }
}

impl PoolStats {
    fn plus(&self, other: &PoolStats) -> PoolStats {
        PoolStats {
            allocations: self.allocations.saturating_add(other.allocations),
            reuses: self.reuses.saturating_add(other.reuses),
            returns: self.returns.saturating_add(other.returns),
            frees: self.frees.saturating_add(other.frees),
            idle_buffers: self.idle_buffers.saturating_add(other.idle_buffers),
            idle_bytes: self.idle_bytes.saturating_add(other.idle_bytes),
            live_bytes: self.live_bytes.saturating_add(other.live_bytes),
            peak_bytes: self.peak_bytes.saturating_add(other.peak_bytes),
        }
    }
}

impl CacheStats {
    fn plus(&self, other: &CacheStats) -> CacheStats {
        CacheStats {
            hits: self.hits.saturating_add(other.hits),
            misses: self.misses.saturating_add(other.misses),
            insertions: self.insertions.saturating_add(other.insertions),
            evictions: self.evictions.saturating_add(other.evictions),
            entries: self.entries.saturating_add(other.entries),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }
}
