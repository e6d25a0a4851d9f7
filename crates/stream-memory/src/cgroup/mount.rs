//! Where the files of control groups are mounted.

use std::path::{Component, Path, PathBuf};

/// A line of `/proc/self/mountinfo`: `id parent device root point options … - type source super`.
pub(super) struct Mount {
    pub(super) v2: bool,
    /// The group that the mount begins at.
    root: String,
    pub(super) point: PathBuf,
}

impl Mount {
    /// `None` for mounts that have nothing to do with memory groups.
    pub(super) fn parse(line: &str) -> Option<Mount> {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, point) = (unescape(front.next()?), unescape(front.next()?));
        let mut back = back.split(' ');
        let (kind, options) = (back.next()?, back.nth(1)?);
        let v2 = kind == "cgroup2";
        let v1 = kind == "cgroup" && options.split(',').any(|option| option == "memory");
        (v1 || v2).then(|| Mount { v2, root, point: PathBuf::from(point) })
    }

    /// A group's path below the mount. Where the group is not below it (as seen from inside a
    /// container whose mount is its own group), the mount is the group.
    pub(super) fn path_inside<'a>(&self, group: &'a str) -> &'a Path {
        let inside = Path::new(group).strip_prefix(&self.root).unwrap_or(Path::new(""));
        // a namespace's outside shows as "/../..": nothing of that can be seen
        let climbs = inside.components().any(|part| part == Component::ParentDir);
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
