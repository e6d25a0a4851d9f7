//! The control groups that this process is in, versions 1 and 2 (cgroups(7)): where their files are, and what
//! these say.
//!
//! `/proc/self/cgroup` says which groups those are, `/proc/self/mountinfo` where their files are. In a
//! container the mount may begin at the container's own group: then the part of the path above it is
//! neither visible nor needed. A limit anywhere on the path holds for all below, so each level is a group here.

mod files;
mod mount;

use std::path::{Path, PathBuf};

pub use self::files::Events;
pub(crate) use self::files::Files;
use self::mount::Mount;
use crate::kernel::text;

/// A control group that counts memory.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) v2: bool,
    /// Where it is, as the system names it.
    pub(crate) directory: PathBuf,
    /// Where its files are read: the same below another root.
    files: PathBuf,
}

/// Every group from this process's own to the top, the own one first.
pub(crate) fn groups(root: &Path) -> Vec<Group> {
    let Some(lines) = text(&root.join("proc/self/cgroup")) else { return Vec::new() };
    let mounts = text(&root.join("proc/self/mountinfo")).unwrap_or_default();
    let mut found = Vec::new();
    for member in lines.lines().filter_map(Membership::parse) {
        let fits = |mount: &Mount| mount.v2 == member.v2;
        let Some(mount) = mounts.lines().filter_map(Mount::parse).find(fits) else { continue };
        for inside in mount.path_inside(member.path).ancestors() {
            // joining nothing would leave a slash at the end
            let top = inside.as_os_str().is_empty();
            let directory = if top { mount.point.clone() } else { mount.point.join(inside) };
            let files = root.join(directory.strip_prefix("/").unwrap_or(&directory));
            found.push(Group { v2: member.v2, directory, files });
        }
    }
    found
}

/// A line of `/proc/self/cgroup`: `hierarchy:controllers:path`.
struct Membership<'a> {
    v2: bool,
    path: &'a str,
}

impl Membership<'_> {
    /// `None` for hierarchies that have nothing to do with memory.
    fn parse(line: &str) -> Option<Membership<'_>> {
        let mut fields = line.splitn(3, ':');
        let (hierarchy, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let v2 = hierarchy == "0" && controllers.is_empty();
        let named = controllers.split(',').any(|name| name == "memory");
        (v2 || named).then_some(Membership { v2, path })
    }
}
