//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use stream_core::Result;

use crate::fault::Doing as _;

/// What ends the name of a file that is not whole yet. No reader of tables takes it for one.
pub(crate) const UNFINISHED: &str = "tmp";

/// The name under which `path` is written until it is whole.
pub(crate) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(UNFINISHED);
    name.into()
}

/// Gives a file that was written under its [`unfinished`] name its own; both name and content last when this returns.
pub(crate) fn finish(file: &File, path: &Path) -> Result<()> {
    file.sync_all().doing(path, "writing to disk")?;
    fs::rename(unfinished(path), path).doing(path, "renaming")?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Writes a small file whole.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = File::create(unfinished(path)).doing(path, "creating")?;
    file.write_all(content).doing(path, "writing")?;
    finish(&file, path)
}

/// Makes the names in a folder last.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|f| f.sync_all()).doing(folder, "writing to disk")
}

/// Makes a folder where there is none.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).doing(folder, "creating the folder")
}
