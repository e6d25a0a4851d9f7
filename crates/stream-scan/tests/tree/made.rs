//! A small tree, and a scan of it.

use std::fs;
use std::path::Path;

use stream_memory::Budget;
use stream_scan::Scan;
use tempfile::TempDir;

/// A tree of cues, bytes, an empty file, a broken one, a hidden one and a second name.
pub(crate) fn tree() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("a")).unwrap();
    fs::create_dir(at("b")).unwrap();
    for i in 0..6 {
        let cues: String =
            (0..=i).map(|n| format!("\n00:0{n}.000 --> 00:0{n}.500\ncue {n}\n")).collect();
        fs::write(at(&format!("a/{i}.vtt")), format!("WEBVTT\n{cues}")).unwrap();
    }
    fs::write(at("b/bytes.bin"), [7u8; 1000]).unwrap();
    fs::write(at("b/empty"), "").unwrap();
    fs::write(at("b/broken.fits"), format!("{:<80}", "SIMPLE  =                    T")).unwrap();
    fs::write(at(".hidden.vtt"), "WEBVTT\n").unwrap();
    fs::hard_link(at("b/bytes.bin"), at("b/same.bin")).unwrap();
    std::os::unix::fs::symlink(at("a"), at("link")).unwrap();
    dir
}

/// A scan of it with little memory and two threads.
pub(crate) fn scan(tree: &Path) -> Scan {
    Scan::new()
        .with_root(tree)
        .with_budget(&Budget::new("test", 64 << 20))
        .with_threads(2.try_into().unwrap())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}
