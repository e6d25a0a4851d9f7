//! Walls of files around the worker's threads, by Landlock.
//!
//! A wall once made holds for the thread that made it and those it starts, and is never taken down. So there are two: one for the
//! process, made before it has threads, and one for each directory, made by a thread that reads files of that one alone.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::sandbox::{Landlock, Sandbox};

const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ_DIR: u64 = 1 << 3;
/// Removing and making, of all kinds.
const CHANGES: u64 = 0x1ff0;
/// From version 2 on.
const REFER: u64 = 1 << 13;
/// From version 3 on.
const TRUNCATE: u64 = 1 << 14;
/// Binding and connecting TCP sockets, from version 4 on.
const TCP: u64 = 3;
/// Abstract sockets and signals beyond the process, from version 6 on.
const SCOPES: u64 = 3;

/// `struct landlock_ruleset_attr`.
#[repr(C)]
struct Handled {
    files: u64,
    network: u64,
    scopes: u64,
}

/// `struct landlock_path_beneath_attr`.
#[repr(C, packed)]
struct Beneath {
    allowed: u64,
    parent: i32,
}

const PATH_BENEATH: libc::c_int = 1;

/// What libraries open when they come to it: messages and time zones, plug-ins, what the processor can, nothing.
const SYSTEM: [&str; 14] = [
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/dev/null",
    "/dev/zero",
    "/dev/random",
    "/dev/urandom",
];
/// Variables that name more folders of libraries and plug-ins.
const FOLDERS: [&str; 2] = ["LD_LIBRARY_PATH", "HDF5_PLUGIN_PATH"];

/// The wall around the process: nothing is written, run or connected to. To be made while there is one thread.
pub(super) fn around_process() {
    let Some(landlock) = Landlock::here() else { return };
    let from = |version, bits| if landlock.version() >= version { bits } else { 0 };
    let files = EXECUTE | WRITE_FILE | CHANGES | from(2, REFER) | from(3, TRUNCATE);
    let handled = Handled { files, network: from(4, TCP), scopes: from(6, SCOPES) };
    // where it cannot be made the walls of memory and time still stand
    let _ = Rules::new(&handled).and_then(|rules| {
        let null = path_only(Path::new("/dev/null"))?;
        rules.allow(null.as_fd(), WRITE_FILE)?;
        rules.restrict()
    });
}

/// Which files a thread may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The directory, by number, and where it lies.
    directory: Option<(u64, u64, PathBuf)>,
    /// The file, where it does not lie there.
    file: Option<(u64, u64)>,
}

impl Place {
    /// That of a file which came from `path`; `None` where there is no wall.
    pub(super) fn of(sandbox: Sandbox, path: &Path, file: BorrowedFd<'_>) -> Option<Self> {
        if sandbox == Sandbox::Off || Landlock::here().is_none() {
            return None;
        }
        let number = |fd: BorrowedFd<'_>| {
            let found = rustix::fs::fstat(fd).ok()?;
            Some((found.st_dev, found.st_ino))
        };
        if sandbox == Sandbox::File {
            return Some(Self { directory: None, file: number(file) });
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        let directory = path_only(parent).ok().and_then(|directory| {
            let (device, inode) = number(directory.as_fd())?;
            Some((device, inode, name(directory.as_fd())?))
        });
        let real = name(file);
        let inside = directory.as_ref().is_some_and(|(.., directory)| {
            real.as_deref().and_then(Path::parent) == Some(directory.as_path())
        });
        let file = if inside { None } else { number(file) };
        Some(Self { directory, file })
    }

    /// Makes the wall around the calling thread: it reads this place, `file`, and what libraries open by themselves.
    pub(super) fn enclose(&self, file: BorrowedFd<'_>) {
        let handled = Handled { files: READ_FILE | READ_DIR, network: 0, scopes: 0 };
        let _ = Rules::new(&handled).and_then(|rules| {
            rules.allow(file, READ_FILE)?;
            if let Some((device, inode, path)) = &self.directory {
                let directory = path_only(path)?;
                let found = File::from(directory.try_clone()?).metadata()?;
                // moved away meanwhile: then it is not this one
                if (found.dev(), found.ino()) == (*device, *inode) {
                    rules.allow(directory.as_fd(), READ_FILE | READ_DIR)?;
                }
            }
            let folders = FOLDERS.iter().filter_map(std::env::var_os);
            let folders: Vec<_> =
                folders.flat_map(|all| std::env::split_paths(&all).collect::<Vec<_>>()).collect();
            for path in SYSTEM.iter().map(Path::new).chain(folders.iter().map(PathBuf::as_path)) {
                // what is not there cannot be opened
                if let Ok(fd) = path_only(path) {
                    rules.allow_readable(fd.as_fd())?;
                }
            }
            rules.restrict()
        });
    }
}

/// Where an open file lies.
fn name(fd: BorrowedFd<'_>) -> Option<PathBuf> {
    std::fs::read_link(format!("/proc/self/fd/{}", fd.as_raw_fd())).ok()
}

/// A descriptor that names a path and reads nothing.
fn path_only(path: &Path) -> io::Result<OwnedFd> {
    let mut options = File::options();
    options.read(true).custom_flags(libc::O_PATH);
    Ok(options.open(path)?.into())
}

/// A set of rules in the making.
struct Rules(OwnedFd);

impl Rules {
    fn new(handled: &Handled) -> io::Result<Self> {
        let size = size_of::<Handled>();
        // SAFETY: the structure is that of the kernel, and outlives the call; fields that an older kernel does not know are zero,
        // which it accepts.
        let fd = unsafe {
            libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::from_ref(handled), size, 0)
        };
        let fd =
            i32::try_from(fd).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
        // SAFETY: a descriptor that the kernel has just made for this call alone.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    fn allow(&self, parent: BorrowedFd<'_>, allowed: u64) -> io::Result<()> {
        let rule = Beneath { allowed, parent: parent.as_raw_fd() };
        let (set, rule) = (self.0.as_raw_fd(), std::ptr::from_ref(&rule));
        // SAFETY: the structure is that of the kernel, and outlives the call, as do both descriptors.
        let done =
            unsafe { libc::syscall(libc::SYS_landlock_add_rule, set, PATH_BENEATH, rule, 0) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// A file or a folder, whichever it is.
    fn allow_readable(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.allow(fd, READ_FILE | READ_DIR).or_else(|_| self.allow(fd, READ_FILE))
    }

    fn restrict(self) -> io::Result<()> {
        // SAFETY: takes no memory; from here on no program that is run gains rights, and none is.
        if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: takes no memory; the descriptor is open.
        let done =
            unsafe { libc::syscall(libc::SYS_landlock_restrict_self, self.0.as_raw_fd(), 0) };
        if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}
