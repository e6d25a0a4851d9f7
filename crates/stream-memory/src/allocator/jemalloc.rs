//! jemalloc, through `mallctl`.

mod mallctl;
mod mib;

use std::cell::Cell;
use std::sync::OnceLock;
use std::time::Duration;

use self::mib::{Mib, Mibs};
use super::{Allocator, ArenaUsage, Capability, PurgedBy, Purging, Refusal, ThreadCounters, Usage};

pub use self::mallctl::Mallctl;

/// jemalloc as this process's allocator: every [`Capability`] where it was built with statistics.
///
/// Needs no link to it: a program gives the two functions of the copy that it links. `JEMALLOC`, behind
/// the feature `jemalloc`, is the one of the crate `tikv-jemalloc-sys`. They are given by hand where
/// features of one crate reach into the tests of another: whatever names jemalloc's functions links it
/// in, and with it, maybe, a second `malloc`.
#[derive(Debug)]
pub struct Jemalloc {
    calls: Mallctl,
    mibs: OnceLock<Mibs>,
}

/// "All arenas", where an index is expected (`MALLCTL_ARENAS_ALL`).
const ALL: usize = 4096;

impl Jemalloc {
    /// The jemalloc that these functions are of.
    pub const fn new(calls: Mallctl) -> Jemalloc {
        Jemalloc { calls, mibs: OnceLock::new() }
    }

    /// The names, looked up once: from then on nothing is allocated or compared.
    fn mibs(&self) -> &Mibs {
        self.mibs.get_or_init(|| Mibs::look_up(&self.calls))
    }

    fn read<T: mallctl::Value>(&self, mib: &Mib, what: Capability) -> Result<T, Refusal> {
        self.calls.read(mib).map_err(|code| self.refusal(what, code))
    }

    fn size(&self, mib: &Mib, what: Capability) -> Result<u64, Refusal> {
        self.read::<usize>(mib, what).map(widen)
    }

    fn refusal(&self, what: Capability, code: i32) -> Refusal {
        // ENOENT: built without it; the rest is a refusal of this moment
        const ENOENT: i32 = 2;
        match code {
            ENOENT => self.unsupported(what),
            code => Refusal::Failed { allocator: self.name(), what, code },
        }
    }

    /// Sets one kind of decay of the arenas that exist, and of those to come.
    fn set_decay(&self, every: &Mib, new: &Mib, time: Option<Duration>) -> Result<(), Refusal> {
        let millis = milliseconds(time);
        let fail = |code| self.refusal(Capability::Decay, code);
        self.calls.write(new, millis).map_err(fail)?;
        for index in 0..self.arenas()? {
            // an arena that was never used has no decay to set: it will start with the new default
            let _ = self.calls.write(&every.at(index), millis);
        }
        Ok(())
    }
}

impl Allocator for Jemalloc {
    fn name(&self) -> &'static str {
        "jemalloc"
    }

    fn usage(&self) -> Result<Usage, Refusal> {
        let mibs = self.mibs();
        // the numbers are of the last epoch
        let refresh = self.calls.write(&mibs.epoch, 1u64);
        refresh.map_err(|code| self.refusal(Capability::Usage, code))?;
        let size = |mib| self.size(mib, Capability::Usage);
        Ok(Usage {
            live: size(&mibs.allocated)?,
            active: Some(size(&mibs.active)?),
            resident: Some(size(&mibs.resident)?),
            retained: Some(size(&mibs.retained)?),
        })
    }

    fn arenas(&self) -> Result<u32, Refusal> {
        self.read(&self.mibs().narenas, Capability::Arenas)
    }

    fn arena(&self, index: u32) -> Result<Option<ArenaUsage>, Refusal> {
        let mibs = self.mibs();
        // of arenas that were never used it has no numbers at all
        if index >= self.arenas()? || !self.calls.read(&mibs.initialized.at(index)).unwrap_or(false)
        {
            return Ok(None);
        }
        let of = |mib: &Mib| self.size(&mib.at(index), Capability::Arenas);
        let page = self.size(&mibs.page, Capability::Arenas)?;
        let pages = |mib: &Mib| of(mib).map(|count| count.saturating_mul(page));
        let (active, dirty, muzzy) =
            (pages(&mibs.pactive)?, pages(&mibs.pdirty)?, pages(&mibs.pmuzzy)?);
        let live = of(&mibs.small)?.saturating_add(of(&mibs.large)?);
        let resident = of(&mibs.arena_resident)?;
        let retained = of(&mibs.arena_retained)?;
        let threads = self.read(&mibs.threads.at(index), Capability::Arenas)?;
        Ok(Some(ArenaUsage { live, active, dirty, muzzy, resident, retained, threads }))
    }

    fn purging(&self) -> Result<Purging, Refusal> {
        let mibs = self.mibs();
        let time = |mib| self.read::<isize>(mib, Capability::Decay).map(duration);
        let background = self.read::<bool>(&mibs.background, Capability::Background);
        let by = if background.unwrap_or(false) { PurgedBy::Background } else { PurgedBy::Users };
        Ok(Purging { dirty: time(&mibs.new_dirty)?, muzzy: time(&mibs.new_muzzy)?, by })
    }

    fn set_purging(&self, purging: Purging) -> Result<(), Refusal> {
        let mibs = self.mibs();
        self.set_decay(&mibs.dirty, &mibs.new_dirty, purging.dirty)?;
        self.set_decay(&mibs.muzzy, &mibs.new_muzzy, purging.muzzy)?;
        let wanted = purging.by == PurgedBy::Background;
        match self.calls.write(&mibs.background, wanted) {
            Ok(()) => Ok(()),
            // without the thread there is nothing to stop
            Err(_) if !wanted => Ok(()),
            Err(code) => Err(self.refusal(Capability::Background, code)),
        }
    }

    fn purge(&self) -> Result<u64, Refusal> {
        let mibs = self.mibs();
        let fail = |code| self.refusal(Capability::Purge, code);
        // this thread's own cache first; those of other threads stay theirs
        self.settle();
        let before = self.usage().ok().and_then(|usage| usage.resident);
        self.calls.act(&mibs.purge.at_index(ALL)).map_err(fail)?;
        let after = self.usage().ok().and_then(|usage| usage.resident);
        Ok(before.unwrap_or(0).saturating_sub(after.unwrap_or(0)))
    }

    fn settle(&self) {
        // a thread that has no cache has nothing to settle
        let _ = self.calls.act(&self.mibs().flush);
    }

    fn thread(&self) -> Result<ThreadCounters, Refusal> {
        let counters = match COUNTERS.get() {
            Some(counters) => counters,
            None => {
                let mibs = self.mibs();
                let of = |mib| self.read(mib, Capability::Threads);
                let counters = (of(&mibs.allocated_by)?, of(&mibs.freed_by)?);
                COUNTERS.set(Some(counters));
                counters
            }
        };
        // SAFETY: jemalloc gave these addresses to this very thread, whose counters lie there for as long as
        // it runs; the cell is of the thread too, and nobody else writes to them.
        let (allocated, freed) = unsafe { (counters.0.read(), counters.1.read()) };
        Ok(ThreadCounters { allocated, freed })
    }

    fn thread_peak(&self) -> Result<u64, Refusal> {
        self.read(&self.mibs().peak_read, Capability::ThreadPeak)
    }

    fn reset_thread_peak(&self) -> Result<(), Refusal> {
        let reset = self.calls.act(&self.mibs().peak_reset);
        reset.map_err(|code| self.refusal(Capability::ThreadPeak, code))
    }
}

thread_local! {
    /// Where jemalloc counts for this thread: allocated, freed. A process links one jemalloc.
    static COUNTERS: Cell<Option<(mallctl::Counter, mallctl::Counter)>> = const { Cell::new(None) };
}

/// As jemalloc takes it: -1 is never.
fn milliseconds(time: Option<Duration>) -> isize {
    time.map_or(-1, |time| isize::try_from(time.as_millis()).unwrap_or(isize::MAX))
}

fn duration(milliseconds: isize) -> Option<Duration> {
    u64::try_from(milliseconds).ok().map(Duration::from_millis)
}

fn widen(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
