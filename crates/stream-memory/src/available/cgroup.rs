//! The limits of the control groups that this process is in, versions 1 and 2 (cgroups(7)).
//!
//! `/proc/self/cgroup` says which groups those are, `/proc/self/mountinfo` where their files are. In a
//! container the mount may begin at the container's own group: then the part of the path above it is
//! neither visible nor needed. A limit anywhere on the path holds for all below, so each level is read.

use std::path::{Path, PathBuf};

use super::proc::{number_after, text};
use super::{Available, Limit};

/// Version 1 writes "no limit" as the largest multiple of a page; nobody has an exbibyte.
const NO_LIMIT: u64 = 1 << 60;

/// Every limit on the way from this process's groups to the top.
pub(super) fn limits(root: &Path) -> Vec<Available> {
    let Some(groups) = text(&root.join("proc/self/cgroup")) else { return Vec::new() };
    let mounts = text(&root.join("proc/self/mountinfo")).unwrap_or_default();
    let mut found = Vec::new();
    for group in groups.lines().filter_map(Group::parse) {
        let Some(mount) = mounts.lines().filter_map(Mount::parse).find(|mount| mount.fits(&group))
        else {
            continue;
        };
        for inside in mount.path_inside(&group).ancestors() {
            let directory = mount.point.join(inside);
            let files = root.join(directory.strip_prefix("/").unwrap_or(&directory));
            found.extend(if group.v2 { v2(&files, &directory) } else { v1(&files, &directory) });
        }
    }
    found
}

/// A line of `/proc/self/cgroup`: `hierarchy:controllers:path`.
struct Group<'a> {
    v2: bool,
    path: &'a str,
}

impl Group<'_> {
    /// `None` for hierarchies that have nothing to do with memory.
    fn parse(line: &str) -> Option<Group<'_>> {
        let mut fields = line.splitn(3, ':');
        let (hierarchy, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let v2 = hierarchy == "0" && controllers.is_empty();
        (v2 || controllers.split(',').any(|name| name == "memory")).then_some(Group { v2, path })
    }
}

/// A line of `/proc/self/mountinfo`: `id parent device root point options … - type source super`.
struct Mount {
    v2: bool,
    /// The group that the mount begins at.
    root: String,
    point: PathBuf,
}

impl Mount {
    /// `None` for mounts that have nothing to do with memory groups.
    fn parse(line: &str) -> Option<Mount> {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, point) = (unescape(front.next()?), unescape(front.next()?));
        let mut back = back.split(' ');
        let (kind, options) = (back.next()?, back.nth(1)?);
        let v2 = kind == "cgroup2";
        let v1 = kind == "cgroup" && options.split(',').any(|option| option == "memory");
        (v1 || v2).then(|| Mount { v2, root, point: PathBuf::from(point) })
    }

    fn fits(&self, group: &Group<'_>) -> bool {
        self.v2 == group.v2
    }

    /// The group's path below the mount. Where the group is not below it (as seen from inside a
    /// container whose mount is its own group), the mount is the group.
    fn path_inside<'a>(&self, group: &Group<'a>) -> &'a Path {
        let inside = Path::new(group.path).strip_prefix(&self.root).unwrap_or(Path::new(""));
        // a namespace's outside shows as "/../..": nothing of that can be seen
        let climbs = inside.components().any(|part| part == std::path::Component::ParentDir);
        if climbs { Path::new("") } else { inside }
    }
}

/// Spaces, tabs, newlines and backslashes of paths stand as octal escapes: `\040`.
fn unescape(field: &str) -> String {
    ["\\040", "\\011", "\\012", "\\134"]
        .into_iter()
        .zip([" ", "\t", "\n", "\\"])
        .fold(field.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// `memory.max` and `memory.high`, either of which may say `max`: none. The top group has neither.
fn v2(files: &Path, directory: &Path) -> Option<Available> {
    let limit = |name| text(&files.join(name))?.trim().parse::<u64>().ok();
    let total = limit("memory.max").into_iter().chain(limit("memory.high")).min()?;
    let used = used(files, "memory.current", "inactive_file ");
    let bytes = total.saturating_sub(used);
    Some(Available { source: Limit::CgroupV2(directory.to_owned()), bytes, total })
}

fn v1(files: &Path, directory: &Path) -> Option<Available> {
    let total: u64 = text(&files.join("memory.limit_in_bytes"))?.trim().parse().ok()?;
    let used = used(files, "memory.usage_in_bytes", "total_inactive_file ");
    let bytes = total.saturating_sub(used);
    let source = Limit::CgroupV1(directory.to_owned());
    (total < NO_LIMIT).then_some(Available { source, bytes, total })
}

/// What a group uses, without the file cache that the kernel drops first when the limit is reached:
/// reading a large file fills a group with it.
fn used(files: &Path, usage: &str, inactive: &str) -> u64 {
    let usage = text(&files.join(usage)).and_then(|text| text.trim().parse().ok()).unwrap_or(0u64);
    let stat = text(&files.join("memory.stat")).unwrap_or_default();
    usage.saturating_sub(number_after(&stat, inactive).unwrap_or(0))
}
