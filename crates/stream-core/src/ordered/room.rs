//! How large slabs may be, and how many threads fill them.

use std::num::NonZeroUsize;

/// One part of so many of the budget is left to whoever uses the slabs; a slab takes as much without asking how large tiles are.
const SHARE: u64 = 4;
/// What reading tiles takes, in halves of a tile: itself, what it is decoded from, and what buffers are longer than asked for.
const HALVES: u64 = 5;
/// A slab that fits has at least this size, in bytes: below, a tile would be read again too often.
const SMALLEST: u64 = 256 << 10;
/// Slabs that are sent on while the next one is filled have no need to be larger than this, unless a row of tiles is.
const SENT: u64 = 4 << 20;
/// What is not counted on of memory that nobody else uses: one part of so many, for what chunks take beside their bytes.
const SPARE: u64 = 32;

/// What memory is for beside the slab that is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// What whoever uses the slabs makes of them: a quarter of what is free.
    Use,
    /// Nothing but the slab before it, which is on its way, where both fit.
    Sending,
}

/// How slabs are filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Bytes that a slab may have.
    pub(super) limit: u64,
    /// Threads that read tiles for it.
    pub(super) threads: NonZeroUsize,
}

impl Room {
    /// How slabs are filled of an array whose tiles have `tile` bytes and a row of them `band`, with `free` bytes.
    ///
    /// Small rows of tiles come several at a time. A row that has room beside the tiles that are read meanwhile is one slab, so
    /// that each tile is read once. Else a slab is what those leave, so that tiles are read as seldom as can be. Fewer threads leave
    /// more: of the numbers that take at most twice the least time, it is the one with which tiles are read most seldom.
    pub(super) fn new(
        free: u64,
        band: u64,
        tile: u64,
        threads: NonZeroUsize,
        beside: Beside,
    ) -> Self {
        let quarter = (free / SHARE).max(SMALLEST);
        let reading = |n: NonZeroUsize| {
            let n = u64::try_from(n.get()).unwrap_or(u64::MAX);
            tile.saturating_mul(HALVES).saturating_mul(n) / 2
        };
        let usable = match beside {
            Beside::Use => free.saturating_sub(free / SHARE),
            Beside::Sending => free.saturating_sub(free / SPARE),
        };
        match beside {
            Beside::Use if band <= quarter => return Self { limit: quarter, threads },
            Beside::Use => {}
            Beside::Sending => {
                let half = class(usable.saturating_sub(reading(threads)) / 2);
                if band <= half {
                    return Self { limit: half.min(band.max(SENT)), threads };
                }
            }
        }
        let of = |n: NonZeroUsize| Self {
            limit: class(usable.saturating_sub(reading(n))).max(quarter).min(band),
            threads: n,
        };
        let times = |room: &Self| band.div_ceil(room.limit.max(1));
        // a thousandth of what one thread takes to read all tiles once
        let time = |room: &Self| {
            let n = u64::try_from(room.threads.get()).unwrap_or(u64::MAX);
            times(room).saturating_mul(1000).checked_div(n).unwrap_or(u64::MAX)
        };
        let all = || (1..=threads.get()).rev().filter_map(NonZeroUsize::new).map(of);
        let least = all().map(|room| time(&room)).min().unwrap_or(u64::MAX);
        let quick = all().filter(|room| time(room) <= least.saturating_mul(2));
        // of those that read equally often the first, which has the most threads
        quick.min_by_key(times).unwrap_or(Self { limit: quarter, threads })
    }
}

/// The longest buffer that is not charged for more than `bytes`: there are four sizes for each doubling.
fn class(bytes: u64) -> u64 {
    let below = bytes.checked_ilog2().unwrap_or(0);
    let step = 1u64.checked_shl(below.saturating_sub(2)).unwrap_or(1);
    bytes.saturating_sub(bytes.checked_rem(step).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn room(free: u64, band: u64, beside: Beside) -> (u64, usize) {
        let room = Room::new(free, band, MIB, NonZeroUsize::new(2).unwrap(), beside);
        (room.limit, room.threads.get())
    }

    #[test]
    fn a_row_of_tiles_is_one_slab_where_it_fits_on_one_thread_if_it_must() {
        for beside in [Beside::Use, Beside::Sending] {
            assert_eq!(room(28 * MIB, 16 * MIB, beside), (16 * MIB, 2), "{beside:?}");
        }
        assert_eq!(room(25 * MIB, 16 * MIB, Beside::Use), (16 * MIB, 1));
        assert_eq!(room(20 * MIB, 16 * MIB, Beside::Sending), (16 * MIB, 1));
    }

    #[test]
    fn most_of_a_row_is_a_slab_where_no_whole_one_fits() {
        assert_eq!(room(32 * MIB, 48 * MIB, Beside::Sending), (24 * MIB, 2));
    }

    #[test]
    fn two_slabs_are_held_where_both_fit() {
        assert_eq!(room(64 * MIB, 16 * MIB, Beside::Sending), (16 * MIB, 2));
        assert_eq!(room(64 * MIB, MIB, Beside::Sending), (4 * MIB, 2));
        assert_eq!(room(64 * MIB, MIB, Beside::Use), (16 * MIB, 2));
    }
}
