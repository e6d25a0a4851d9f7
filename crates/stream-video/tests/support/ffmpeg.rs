//! Files that the ffmpeg command makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Has ffmpeg make a file from what the arguments name; `None`, and said so, where it cannot.
pub(crate) fn made(
    folder: &Path,
    name: &str,
    inputs: &[&str],
    options: &[&str],
) -> Option<PathBuf> {
    let path = folder.join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]).args(inputs).args(options).arg(&path);
    let done = command.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !done {
        println!("skipped: ffmpeg does not make {name}");
    }
    done.then_some(path)
}
