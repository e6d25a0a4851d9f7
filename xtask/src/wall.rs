//! A limit on memory that the kernel keeps, for a process and all that it starts.
use std::ffi::CString;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A wall: who runs into it is killed (a control group) or sees its allocations fail (`RLIMIT_DATA`).
pub struct Wall {
    bytes: u64,
    group: Option<Group>,
}

/// A control group of our own.
struct Group {
    folder: PathBuf,
    version: u8,
}

impl Wall {
    /// A wall of so many bytes: a control group (cgroup v2, then v1) where one can be made, else `RLIMIT_DATA`.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self { bytes, group: Group::unified(bytes).or_else(|| Group::memory(bytes)) }
    }

    /// What keeps it, as people call it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.group.as_ref().map(|group| group.version) {
            Some(2) => "memory.max of a control group",
            Some(_) => "memory.limit_in_bytes of a control group",
            None => "RLIMIT_DATA of each process",
        }
    }

    /// Puts the process that `command` becomes behind the wall, with all that it starts.
    ///
    /// # Errors
    /// When the group's folder has a name that no C string holds. What the kernel refuses is the error of `spawn`.
    pub fn hold(&self, command: &mut Command) -> io::Result<()> {
        let Some(group) = &self.group else {
            let limit = libc::rlimit { rlim_cur: self.bytes, rlim_max: self.bytes };
            // SAFETY: setrlimit is safe between fork and exec, and reads a value that the closure owns.
            unsafe {
                command
                    .pre_exec(move || done(libc::setrlimit(libc::RLIMIT_DATA, &raw const limit)));
            }
            return Ok(());
        };
        let members = CString::new(group.folder.join("cgroup.procs").as_os_str().as_bytes())?;
        // SAFETY: open, write and close are safe between fork and exec; the name was made before.
        unsafe {
            command.pre_exec(move || {
                let file = libc::open(members.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC);
                done(file.min(0))?;
                // 0 stands for the process that writes
                let wrote = libc::write(file, c"0".as_ptr().cast(), 1);
                let outcome = done(if wrote == 1 { 0 } else { -1 });
                libc::close(file);
                outcome
            });
        }
        Ok(())
    }
}

fn done(code: i32) -> io::Result<()> {
    if code == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

impl Group {
    fn unified(bytes: u64) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let given = std::fs::read_to_string(root.join("cgroup.subtree_control")).ok()?;
        given.split_whitespace().find(|name| *name == "memory")?;
        Self::make(root, 2, &[("memory.max", bytes), ("memory.swap.max", 0)])
    }

    fn memory(bytes: u64) -> Option<Self> {
        let limits = [("memory.limit_in_bytes", bytes), ("memory.memsw.limit_in_bytes", bytes)];
        Self::make(Path::new("/sys/fs/cgroup/memory"), 1, &limits)
    }

    /// The first limit must be taken; the others are about swap, which not every kernel counts.
    fn make(root: &Path, version: u8, limits: &[(&str, u64)]) -> Option<Self> {
        let folder = root.join(format!("narrows-wall-{}", std::process::id()));
        if std::fs::create_dir(&folder).is_err() && !folder.is_dir() {
            return None;
        }
        let group = Self { folder, version };
        for (at, (name, bytes)) in limits.iter().enumerate() {
            let written = std::fs::write(group.folder.join(name), bytes.to_string());
            if at == 0 && written.is_err() {
                return None;
            }
        }
        Some(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // a process that is still ending keeps the folder for some milliseconds
        for _ in 0..50 {
            if std::fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;
    use crate::child::{End, measure};

    /// A shell that holds some 60 MB in a variable.
    fn greedy() -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", "x=$(head -c 30000000 /dev/zero | tr '\\0' x); echo ${#x}"]);
        shell.stdout(Stdio::piped()).stderr(Stdio::null());
        shell
    }

    #[test]
    fn who_needs_more_than_the_wall_does_not_get_it_and_who_needs_less_runs() {
        for (bytes, passes) in [(16 << 20, false), (256 << 20, true)] {
            let wall = Wall::new(bytes);
            let mut shell = greedy();
            wall.hold(&mut shell).unwrap();
            let seen = measure(&mut shell, None).unwrap();
            let whole = seen.end == End::Code(0) && seen.stdout.text() == "30000000";
            assert_eq!(whole, passes, "{bytes} by {}: {seen:?}", wall.kind());
        }
    }

    #[test]
    fn a_limit_of_data_holds_where_no_group_can_be_made() {
        let wall = Wall { bytes: 16 << 20, group: None };
        let mut shell = greedy();
        wall.hold(&mut shell).unwrap();
        assert!(!measure(&mut shell, None).unwrap().success());
    }
}
