//! Walls that the kernel keeps, each in a process of its own: a wall cannot be taken down.
#![cfg(all(not(loom), target_os = "linux"))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use stream_memory::wall::{self, Wall};

const MIB: u64 = 1 << 20;
/// Tells the child how many MiB it is to fill.
const CHILD: &str = "STREAM_MEMORY_FILL";

/// Runs a test of this program again in a process that fills so much.
fn child(name: &str, mebibytes: u64) -> Output {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([name, "--exact", "--nocapture"]).env(CHILD, mebibytes.to_string());
    child.output().unwrap()
}

/// What the child is to fill; `None` in the parent.
fn told() -> Option<u64> {
    std::env::var(CHILD).ok().map(|text| text.parse().unwrap())
}

/// Where the groups of this process are, by the kernel's list.
fn places() -> String {
    fs::read_to_string("/proc/self/cgroup").unwrap()
}

/// Fills memory page by page; false where the allocator gets none.
fn fill(mebibytes: u64) -> bool {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for _ in 0..mebibytes {
        let mut block: Vec<u8> = Vec::new();
        if block.try_reserve_exact(1 << 20).is_err() {
            return false;
        }
        block.resize(1 << 20, 1);
        all.push(std::hint::black_box(block));
    }
    true
}

#[test]
fn a_wall_here_lets_through_what_is_within_and_nothing_beyond() {
    let name = "a_wall_here_lets_through_what_is_within_and_nothing_beyond";
    if let Some(mebibytes) = told() {
        let before = wall::data_size();
        // a group counts from nothing, a limit of data what there was before
        let stands = wall::here(before + 96 * MIB).unwrap();
        match &stands {
            Wall::Data { bytes } => {
                assert_eq!(*bytes, before + 96 * MIB);
                println!("data");
            }
            Wall::Group { bytes, directory } => {
                assert_eq!(*bytes, before + 96 * MIB);
                println!("group {}", directory.display());
            }
        }
        println!("{}", if fill(mebibytes) { "filled" } else { "refused" });
        return;
    }
    for (mebibytes, fits) in [(32, true), (300, false)] {
        let ended = child(name, mebibytes);
        let said = String::from_utf8_lossy(&ended.stdout).into_owned();
        // libtest's own words may stand before what the child says
        let says = |what: &str| said.lines().any(|line| line.ends_with(what));
        assert_eq!(says("filled"), fits, "{mebibytes} MiB: {said}");
        let group = said.split_once("group /").map(|(_, rest)| rest.lines().next().unwrap());
        match group {
            // beyond a group's limit the kernel ends the process
            Some(_) => assert_eq!(ended.status.success(), fits, "{said}"),
            None => assert!(ended.status.success() && says("refused") != fits, "{said}"),
        }
        if let Some(directory) = group {
            fs::remove_dir(Path::new("/").join(directory)).unwrap();
        }
    }
}

#[test]
fn a_group_is_made_whole_or_leaves_nothing_behind() {
    let name = "a_group_is_made_whole_or_leaves_nothing_behind";
    if told().is_some() {
        let before = places();
        let own = format!("narrows-{}", std::process::id());
        match wall::group(64 * MIB) {
            Ok(directory) => {
                assert!(directory.ends_with(&own));
                assert!(places().lines().any(|line| line.ends_with(&own)), "{}", places());
                let limit = fs::read_to_string(directory.join("memory.max")).unwrap();
                assert_eq!(limit.trim(), (64 * MIB).to_string());
                println!("group {}", directory.display());
            }
            Err(e) => {
                assert_eq!(places(), before, "it was not moved");
                assert_eq!(groups_named(&own), Vec::<PathBuf>::new());
                println!("no group: {e}");
            }
        }
        return;
    }
    let ended = child(name, 0);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}{}", String::from_utf8_lossy(&ended.stderr));
    match said.split_once("group /") {
        Some((_, rest)) => {
            fs::remove_dir(Path::new("/").join(rest.lines().next().unwrap())).unwrap();
        }
        None => assert!(said.contains("no group: "), "{said}"),
    }
}

/// Control groups of that name, however deep.
fn groups_named(name: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            // symbolic links lead to what is met anyway
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if entry.file_name().to_str() == Some(name) {
                    found.push(entry.path());
                }
                folders.push(entry.path());
            }
        }
    }
    found
}
