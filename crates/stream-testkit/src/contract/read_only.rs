//! Promise 8: reading never writes.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stream_core::FileSource;

use super::plain::{Plain, widen};
use super::{Contract, threads};
use crate::case::{Case, Findings};
use crate::difference::Variation;
use crate::promise::Promise;

/// What a folder holds: by name the mode, the time of the last change in nanoseconds, and the bytes.
type Snapshot = BTreeMap<PathBuf, (u32, i128, Vec<u8>)>;

impl Contract {
    pub(super) fn look_at_files(&self, found: &mut Findings) {
        for plain in &self.plains(found) {
            let name = plain.name.as_str();
            self.look_at_file(name, &plain.bytes, Some(plain), found);
        }
        for (name, bytes) in self.bads() {
            self.look_at_file(name, &bytes, None, found);
        }
    }

    fn look_at_file(&self, name: &str, bytes: &[u8], plain: Option<&Plain>, found: &mut Findings) {
        if found.enough() {
            return;
        }
        let result = self.read_in_folder(name, bytes, plain, found);
        if let Err(e) = result {
            found.add(Promise::ReadOnly, name, format!("no folder to test in: {e}"));
        }
    }

    fn read_in_folder(
        &self,
        name: &str,
        bytes: &[u8],
        plain: Option<&Plain>,
        found: &mut Findings,
    ) -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join(name.replace(['/', ' '], "_"));
        fs::write(&path, bytes)?;
        // root may write all the same, which is why the folder is compared as well
        fs::set_permissions(&path, Permissions::from_mode(0o444))?;
        fs::set_permissions(folder.path(), Permissions::from_mode(0o555))?;
        let before = snapshot(folder.path())?;
        for fold in [false, true] {
            let source = FileSource::open(&path).map_err(|e| io::Error::other(e.to_string()))?;
            let label = format!("{name} as a file that cannot be written");
            let case = self.case(label.clone(), Arc::new(source), widen(bytes.len()));
            let case =
                Case { fold, threads: threads(2), sniffs: true, writes_are_counted: true, ..case };
            match plain {
                Some(plain) => drop(self.compare(plain, case, Variation::File, found)),
                None => drop(self.run(case, found)),
            }
            let after = snapshot(folder.path())?;
            // the folder itself, which sorts first, changes with every file in it
            for path in after.keys().rev().chain(before.keys().rev()) {
                let what = match (before.get(path), after.get(path)) {
                    (Some(one), Some(other)) if one == other => continue,
                    (Some(_), Some(_)) => "was changed",
                    (Some(_), None) => "is gone",
                    (None, _) => "was created",
                };
                let shown = path.strip_prefix(folder.path()).unwrap_or(path).display();
                found.add(Promise::ReadOnly, &label, format!("{shown:?} {what}"));
            }
        }
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))
    }
}

/// The folder itself and all below it.
fn snapshot(folder: &Path) -> io::Result<Snapshot> {
    let mut all = Snapshot::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        let facts = fs::symlink_metadata(&path)?;
        let mut bytes = Vec::new();
        if facts.is_dir() {
            for entry in fs::read_dir(&path)? {
                todo.push(entry?.path());
            }
        } else if facts.is_file() {
            bytes = fs::read(&path)?;
        }
        let changed = i128::from(facts.mtime()) * 1_000_000_000 + i128::from(facts.mtime_nsec());
        all.insert(path, (facts.mode(), changed, bytes));
    }
    Ok(all)
}
