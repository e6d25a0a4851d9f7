//! What a worker may reach, as far as the kernel can keep it there.

use std::fmt;

/// What of the file system a worker may read. Whatever it may read, it writes nothing, runs nothing, and makes no TCP
/// connection. Kept by Landlock where the kernel has it; see [`Landlock::here`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// Everything that its user may.
    Off,
    /// The file that it was given, and no other.
    File,
    /// That file, and what lies in its directory: files that it refers to.
    #[default]
    Directory,
}

impl Sandbox {
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Off => 0,
            Self::File => 1,
            Self::Directory => 2,
        }
    }

    /// What a parent sent; nothing that is not known may be reached.
    pub(crate) fn from_number(number: u8) -> Self {
        match number {
            0 => Self::Off,
            2 => Self::Directory,
            _ => Self::File,
        }
    }
}

/// What this kernel's Landlock keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landlock {
    version: u32,
}

/// Asks for the version instead of a set of rules.
const VERSION: libc::c_uint = 1;

impl Landlock {
    /// That of the running kernel; `None` before Linux 5.13, and where it is switched off.
    pub fn here() -> Option<Self> {
        let nothing = std::ptr::null::<libc::c_void>();
        // SAFETY: with this flag the call reads no memory and only gives a number.
        let version =
            unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, nothing, 0usize, VERSION) };
        u32::try_from(version).ok().filter(|version| *version > 0).map(|version| Self { version })
    }

    /// Its version (ABI).
    pub fn version(self) -> u32 {
        self.version
    }

    /// Whether it keeps a worker from making TCP connections: from version 4 on. Other protocols it does not know.
    pub fn has_network(self) -> bool {
        self.version >= 4
    }
}

impl fmt::Display for Landlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let network = if self.has_network() { " and TCP" } else { ", not the network" };
        write!(f, "Landlock {}: files{network}", self.version)
    }
}
