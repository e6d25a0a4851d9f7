//! The system's allocator.

use super::{Allocator, Capability, Refusal, Usage};

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod glibc;

/// The `malloc` of the system: glibc says what it holds (from 2.33 on) and gives back on request; of others
/// nothing is known.
///
/// glibc counts what its threads keep in their caches as live, and what a purge freed as still retained:
/// its numbers are of addresses, not of memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
impl Allocator for System {
    fn name(&self) -> &'static str {
        "glibc"
    }

    fn usage(&self) -> Result<Usage, Refusal> {
        // a process whose allocations all go elsewhere: another allocator is linked
        let info = glibc::info().filter(|info| info.taken() > 0);
        info.map(|info| info.usage()).ok_or_else(|| self.unsupported(Capability::Usage))
    }

    fn purge(&self) -> Result<u64, Refusal> {
        glibc::trim().ok_or_else(|| self.unsupported(Capability::Purge))
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
impl Allocator for System {
    fn name(&self) -> &'static str {
        "system"
    }
}
