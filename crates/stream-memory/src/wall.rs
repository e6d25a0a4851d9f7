//! A wall that the kernel keeps: what a process gets beyond it is a failed allocation, or its end.
//!
//! Budgets refuse; a wall is for what no budget sees, such as a C library in a worker process.
#![deny(clippy::arithmetic_side_effects)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::{Resource, Rlimit, getpid, getrlimit, setrlimit};

use crate::cgroup;
use crate::kernel::{kib_after, text};

/// What keeps a wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// `RLIMIT_DATA`: private memory that can be written to, counted in addresses. Beyond it allocations fail.
    Data {
        /// Where it stands, in bytes.
        bytes: u64,
    },
    /// `memory.max` of a control group of this process's own: memory that is really there. Beyond it the kernel ends
    /// the process.
    Group {
        /// Where it stands, in bytes.
        bytes: u64,
        /// The group's folder.
        directory: PathBuf,
    },
}

/// Limits the private memory of this process that can be written to, [`data_size`], to `bytes`, or to less where it is limited to
/// less already. Returns where the wall stands.
///
/// Never `RLIMIT_AS`: libraries map files and reserve addresses by the gigabyte, which cost no memory.
///
/// # Errors
/// Of the system.
pub fn data(bytes: u64) -> io::Result<u64> {
    let hard = getrlimit(Resource::Data).maximum;
    let wall = hard.map_or(bytes, |hard| hard.min(bytes));
    // the soft limit alone, so that it can be moved for the next file
    setrlimit(Resource::Data, Rlimit { current: Some(wall), maximum: hard })?;
    Ok(wall)
}

/// Moves this process into a control group of its own, below its present one, that may hold `bytes`. Returns the group's folder.
///
/// # Errors
/// Of the system: where groups are of version 1, or not this user's, or where its present group may not have others below it, as
/// outside of containers and services with delegation.
pub fn group(bytes: u64) -> io::Result<PathBuf> {
    let own = cgroup::groups(Path::new("/")).into_iter().find(|group| group.v2);
    let Some(own) = own else { return Err(io::ErrorKind::Unsupported.into()) };
    let directory = own.directory.join(format!("narrows-{}", getpid()));
    fs::create_dir(&directory)?;
    let fill = || {
        fs::write(directory.join("memory.max"), bytes.to_string())?;
        // memory that is moved to a disk is not held back; there may be no such file
        let _ = fs::write(directory.join("memory.swap.max"), "0");
        fs::write(directory.join("cgroup.procs"), "0")
    };
    if let Err(e) = fill() {
        // nobody is in it
        let _ = fs::remove_dir(&directory);
        return Err(e);
    }
    Ok(directory)
}

/// A wall at `bytes`: in a control group where one can be made, else by `RLIMIT_DATA`, which counts what the process had before
/// it read anything too.
///
/// # Errors
/// Of the system, where neither can be set.
pub fn here(bytes: u64) -> io::Result<Wall> {
    match group(bytes) {
        Ok(directory) => Ok(Wall::Group { bytes, directory }),
        Err(_) => data(bytes).map(|bytes| Wall::Data { bytes }),
    }
}

/// What counts towards [`data`]'s wall now, in bytes; zero where the system does not tell.
pub fn data_size() -> u64 {
    let status = text(Path::new("/proc/self/status"));
    status.and_then(|status| kib_after(status.as_bytes(), "VmData:")).unwrap_or(0)
}
