//! Purging: when, now, and not now.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Refusal, current};

/// When an allocator gives freed memory back to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purging {
    /// How long freed pages stay in memory before the system is told that it may have them; `None` keeps
    /// them. jemalloc gives back along a smooth curve over this time.
    pub dirty: Option<Duration>,
    /// How long they stay so before they are given back for good; `None` keeps them, zero skips this stage.
    pub muzzy: Option<Duration>,
    /// Who does it.
    pub by: PurgedBy,
}

/// Who gives memory back when its time has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PurgedBy {
    /// Threads that allocate and free, in passing: an idle process gives nothing back.
    #[default]
    Users,
    /// A thread of the allocator's own.
    Background,
}

impl Purging {
    /// Keeps what was freed for ten seconds, as jemalloc does by default: the fastest, where memory is plenty.
    pub const LAZY: Purging = Purging {
        dirty: Some(Duration::from_secs(10)),
        muzzy: Some(Duration::ZERO),
        by: PurgedBy::Users,
    };

    /// Gives back within a second, so that the process's memory follows its budget.
    pub const STEADY: Purging = Purging { dirty: Some(Duration::from_secs(1)), ..Purging::LAZY };

    /// Gives back at once: the least memory, at the price of a fault for each page used again.
    pub const EAGER: Purging = Purging { dirty: Some(Duration::ZERO), ..Purging::LAZY };

    /// Gives nothing back.
    pub const NEVER: Purging = Purging { dirty: None, muzzy: None, by: PurgedBy::Users };
}

/// What a [`purge`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// How much less memory is resident than before, in bytes.
    pub freed: u64,
    /// How long it took.
    pub took: Duration,
}

/// Whoever changes how the allocator purges holds this lock; whoever reads its numbers does not.
static SECTIONS: Mutex<Sections> = Mutex::new(Sections { open: 0, after: None });

struct Sections {
    /// Critical sections that are open.
    open: usize,
    /// What holds again after the last of them, if the allocator's own purging could be stopped.
    after: Option<Purging>,
}

fn sections() -> MutexGuard<'static, Sections> {
    // each step leaves it whole
    SECTIONS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When freed memory goes back to the system; within a critical section, what will hold after it.
///
/// # Errors
/// [`Refusal::Unsupported`] where it cannot be asked.
pub fn purging() -> Result<Purging, Refusal> {
    let sections = sections();
    match sections.after {
        Some(after) => Ok(after),
        None => current().purging(),
    }
}

/// Sets when freed memory goes back to the system; within a critical section, from its end on.
///
/// # Errors
/// [`Refusal::Unsupported`] where it cannot be set; naming [`Background`](super::Capability::Background)
/// where all but the thread was.
pub fn set_purging(purging: Purging) -> Result<(), Refusal> {
    let mut sections = sections();
    match &mut sections.after {
        Some(after) => {
            *after = purging;
            Ok(())
        }
        None => current().set_purging(purging),
    }
}

/// Gives all freed memory back to the system now. Takes some ten milliseconds for each 50 MB.
///
/// # Errors
/// [`Refusal::Critical`] while a critical section lasts, [`Refusal::Unsupported`] where it cannot be asked.
pub fn purge() -> Result<Purged, Refusal> {
    let sections = sections();
    if sections.open > 0 {
        return Err(Refusal::Critical);
    }
    let start = Instant::now();
    let freed = current().purge()?;
    Ok(Purged { freed, took: start.elapsed() })
}

/// Begins a section in which nothing is purged, by any thread, until the guard is dropped.
///
/// Sections nest and overlap; purging is back when the last one ends. Waits for a purge that is under way.
/// [`Critical::automatic`] says whether the allocator's own purging is stopped too, or only [`purge`].
#[must_use = "the section ends when this is dropped"]
pub fn critical() -> Critical {
    let mut sections = sections();
    sections.open = sections.open.saturating_add(1);
    let automatic = match sections.after {
        Some(_) => Ok(()),
        None => current().purging().and_then(|now| {
            current().set_purging(Purging { by: now.by, ..Purging::NEVER })?;
            sections.after = Some(now);
            Ok(())
        }),
    };
    Critical { automatic }
}

/// A section in which nothing is purged; ends when dropped. See [`critical`].
#[derive(Debug)]
pub struct Critical {
    automatic: Result<(), Refusal>,
}

impl Critical {
    /// Whether the allocator's own purging is stopped as well.
    ///
    /// # Errors
    /// [`Refusal::Unsupported`] where it cannot be.
    pub fn automatic(&self) -> Result<(), Refusal> {
        self.automatic
    }
}

impl Drop for Critical {
    fn drop(&mut self) {
        let mut sections = sections();
        sections.open = sections.open.saturating_sub(1);
        if sections.open == 0
            && let Some(after) = sections.after.take()
        {
            // it was possible when the section began; there is nobody to tell if it no longer is
            let _ = current().set_purging(after);
        }
    }
}
