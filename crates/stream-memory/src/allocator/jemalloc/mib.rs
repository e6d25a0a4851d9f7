//! jemalloc's names as numbers, so that asking compares no text.
#![deny(clippy::arithmetic_side_effects)]

use std::ffi::CStr;

use super::Mallctl;

/// The parts of the longest name that is used here, and one more.
const MOST_PARTS: usize = 6;

/// A name of jemalloc's, as numbers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mib {
    parts: [usize; MOST_PARTS],
    /// Zero where this jemalloc has no such name.
    len: usize,
    /// Which part is the number of an arena.
    arena: usize,
}

impl Mib {
    fn look_up(calls: &Mallctl, name: &CStr) -> Mib {
        let mut parts = [0; MOST_PARTS];
        let len = calls.look_up(name, &mut parts).unwrap_or(0);
        let arena = name.to_bytes().split(|byte| *byte == b'.').position(|part| part == b"0");
        Mib { parts, len, arena: arena.unwrap_or(MOST_PARTS) }
    }

    /// `ENOENT` where this jemalloc has no such name.
    pub(super) fn parts(&self) -> Result<&[usize], i32> {
        const ENOENT: i32 = 2;
        self.parts.get(..self.len).filter(|parts| !parts.is_empty()).ok_or(ENOENT)
    }

    /// The same of another arena.
    pub(super) fn at(&self, arena: u32) -> Mib {
        self.at_index(usize::try_from(arena).unwrap_or(usize::MAX))
    }

    pub(super) fn at_index(&self, arena: usize) -> Mib {
        let mut other = *self;
        if let Some(part) = other.parts.get_mut(self.arena) {
            *part = arena;
        }
        other
    }
}

macro_rules! mibs {
    ($($field:ident: $name:literal,)*) => {
        /// Every name that is used.
        #[derive(Debug)]
        pub(super) struct Mibs {
            $(pub(super) $field: Mib,)*
        }

        impl Mibs {
            pub(super) fn look_up(calls: &Mallctl) -> Mibs {
                Mibs { $($field: Mib::look_up(calls, $name),)* }
            }
        }
    };
}

mibs! {
    epoch: c"epoch",
    allocated: c"stats.allocated",
    active: c"stats.active",
    resident: c"stats.resident",
    retained: c"stats.retained",
    narenas: c"arenas.narenas",
    page: c"arenas.page",
    new_dirty: c"arenas.dirty_decay_ms",
    new_muzzy: c"arenas.muzzy_decay_ms",
    dirty: c"arena.0.dirty_decay_ms",
    muzzy: c"arena.0.muzzy_decay_ms",
    purge: c"arena.0.purge",
    initialized: c"arena.0.initialized",
    small: c"stats.arenas.0.small.allocated",
    large: c"stats.arenas.0.large.allocated",
    pactive: c"stats.arenas.0.pactive",
    pdirty: c"stats.arenas.0.pdirty",
    pmuzzy: c"stats.arenas.0.pmuzzy",
    arena_resident: c"stats.arenas.0.resident",
    arena_retained: c"stats.arenas.0.retained",
    threads: c"stats.arenas.0.nthreads",
    background: c"background_thread",
    flush: c"thread.tcache.flush",
    allocated_by: c"thread.allocatedp",
    freed_by: c"thread.deallocatedp",
    peak_read: c"thread.peak.read",
    peak_reset: c"thread.peak.reset",
}
