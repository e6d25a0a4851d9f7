//! The settings that hold: those of the process, and on top of them those of open scopes.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Settings, SettingsError};

struct Layers {
    base: Settings,
    /// Each with its guard's number; the last holds.
    scopes: Vec<(u64, Settings)>,
    next: u64,
}

static LAYERS: RwLock<Layers> =
    RwLock::new(Layers { base: Settings::DEFAULT, scopes: Vec::new(), next: 0 });

// each step leaves them whole
fn read() -> RwLockReadGuard<'static, Layers> {
    LAYERS.read().unwrap_or_else(PoisonError::into_inner)
}

fn write() -> RwLockWriteGuard<'static, Layers> {
    LAYERS.write().unwrap_or_else(PoisonError::into_inner)
}

impl Settings {
    /// What holds now: the innermost open scope's, else the process's.
    pub fn current() -> Settings {
        let layers = read();
        layers.scopes.last().map_or(layers.base, |(_, settings)| *settings)
    }

    /// Makes these hold for the process from now on. Scopes that are open keep theirs.
    ///
    /// # Errors
    /// [`SettingsError`] where they cannot hold together; then nothing changes.
    pub fn install(self) -> Result<(), SettingsError> {
        self.check()?;
        write().base = self;
        Ok(())
    }

    /// Makes these hold until the guard is dropped, by a panic as well; for all threads, since work is done by the threads of
    /// pools. Guards may be dropped in any order: what was opened last of those that are open holds.
    ///
    /// # Errors
    /// As [`install`](Settings::install).
    pub fn scoped(self) -> Result<SettingsGuard, SettingsError> {
        self.check()?;
        let mut layers = write();
        let number = layers.next;
        layers.next = number.wrapping_add(1);
        layers.scopes.push((number, self));
        Ok(SettingsGuard { number })
    }
}

/// Settings that hold until this is dropped ([`Settings::scoped`]).
#[derive(Debug)]
#[must_use = "the settings hold until this is dropped"]
pub struct SettingsGuard {
    number: u64,
}

impl Drop for SettingsGuard {
    fn drop(&mut self) {
        write().scopes.retain(|(number, _)| *number != self.number);
    }
}
