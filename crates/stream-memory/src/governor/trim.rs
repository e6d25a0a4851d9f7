//! Pools and caches give back.

use super::Deed;
use crate::budget::{Budget, Stats};

/// What pools and caches give back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trim {
    /// Nothing.
    #[default]
    Nothing,
    /// Half of each pool's idle buffers, those idle longest.
    Cold,
    /// All idle buffers, and half of each cache, the entries not used for longest.
    Idle,
    /// All idle buffers, all cached entries that nobody uses, and whatever others can give.
    All,
}

impl Budget {
    /// Makes the pools and caches below give back; says who gave how much, those who gave nothing left out.
    ///
    /// The coldest go first: idle buffers, which nobody would miss, then cached entries, then others.
    pub(super) fn trim(&self, trim: Trim) -> impl Iterator<Item = (Deed, u64)> + use<> {
        let mut given = [(Deed::TrimPools, 0u64), (Deed::TrimCaches, 0), (Deed::TrimOthers, 0)];
        for (deed, freed) in &mut given {
            if trim == Trim::Nothing {
                break;
            }
            self.visit_reclaimers(&mut |reclaim| {
                let wanted = match (*deed, reclaim.stats()) {
                    (Deed::TrimPools, Stats::Pool(stats)) => {
                        if trim == Trim::Cold {
                            stats.idle_bytes / 2
                        } else {
                            stats.idle_bytes
                        }
                    }
                    (Deed::TrimCaches, Stats::Cache(stats)) => match trim {
                        Trim::Nothing | Trim::Cold => 0,
                        Trim::Idle => stats.bytes / 2,
                        Trim::All => stats.bytes,
                    },
                    (Deed::TrimOthers, Stats::Unknown) if trim == Trim::All => u64::MAX,
                    _ => 0,
                };
                if wanted > 0 {
                    let gave = self.giving_back(|| reclaim.reclaim(wanted));
                    *freed = freed.saturating_add(gave);
                }
            });
        }
        given.into_iter().filter(|(_, freed)| *freed > 0)
    }
}
