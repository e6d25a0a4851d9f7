//! How much memory this process may use, and who says so.

mod proc;

use std::fmt;
use std::path::{Path, PathBuf};

use crate::cgroup::{self, Group};
use crate::kernel::{Buffer, ROOM};

pub(crate) use self::proc::{data_total, memory};

/// The least of what is left here: by control groups, by the process's own limit, by the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Available {
    /// Who limits it.
    pub source: Limit,
    /// What may still be used, in bytes.
    pub bytes: u64,
    /// The limit itself, in bytes: what could be used if nothing were in use.
    pub total: u64,
}

/// Who limits the memory of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A control group of version 2: the lower of its `memory.max` and `memory.high`.
    CgroupV2(PathBuf),
    /// A control group of version 1: its `memory.limit_in_bytes`.
    CgroupV1(PathBuf),
    /// The process's own `RLIMIT_DATA`.
    DataLimit,
    /// The memory of the machine, by `/proc/meminfo`.
    System,
    /// Nothing could be read: [`Available::UNKNOWN`] is assumed.
    Unknown,
}

impl Available {
    /// What is assumed where nothing can be read: 256 MiB, a small container's worth.
    pub const UNKNOWN: u64 = 256 << 20;

    /// Asks the running system.
    pub fn here() -> Available {
        Available::under(Path::new("/"))
    }

    /// Asks the files under another root, which has its own `proc/self`, `proc/meminfo` and `sys`.
    ///
    /// Files that are missing or say nothing that is understood do not limit; at most 1 MiB of each is
    /// read.
    pub fn under(root: &Path) -> Available {
        let mut buffer = [0; ROOM];
        let groups = cgroup::groups(root);
        let limits = groups.iter().filter_map(|group| Available::in_group(group, &mut buffer));
        let limits = limits.chain(proc::data_limit(root));
        limits.chain(proc::system(root)).min_by_key(|limit| limit.bytes).unwrap_or(Available {
            source: Limit::Unknown,
            bytes: Self::UNKNOWN,
            total: Self::UNKNOWN,
        })
    }

    fn in_group(group: &Group, buffer: &mut Buffer) -> Option<Available> {
        let files = group.open();
        let total = files.limit(buffer)?;
        let bytes = total.saturating_sub(files.used(buffer));
        Some(Available { source: Limit::of(group), bytes, total })
    }
}

impl Limit {
    /// That of a group.
    pub(crate) fn of(group: &Group) -> Limit {
        let directory = group.directory.clone();
        if group.v2 { Limit::CgroupV2(directory) } else { Limit::CgroupV1(directory) }
    }
}

/// The least budget that is chosen unasked, in bytes: 64 MiB. Large enough for full speed on two cores;
/// where even this is too much, the user knows, and says so.
pub const MIN_DEFAULT: u64 = 64 << 20;

/// The budget for a user who gave none: a quarter of what is left, so that he and others can go on
/// working, but at least [`MIN_DEFAULT`].
pub fn default_limit(available: &Available) -> u64 {
    (available.bytes / 4).max(MIN_DEFAULT)
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::CgroupV2(path) => write!(f, "cgroup v2 {}", path.display()),
            Limit::CgroupV1(path) => write!(f, "cgroup v1 {}", path.display()),
            Limit::DataLimit => f.write_str("RLIMIT_DATA"),
            Limit::System => f.write_str("system"),
            Limit::Unknown => f.write_str("unknown"),
        }
    }
}
