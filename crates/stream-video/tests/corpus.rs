//! Every file of the corpus (`NARROWS_CORPUS`): good ones as ffprobe reads them, bad ones to some end.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod ffprobe;
}

use std::path::{Path, PathBuf};

use support::ffprobe::{differences, ffprobe};

/// The files below `folder`; none where there is no corpus, which is said.
fn files(folder: &str) -> Vec<PathBuf> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        println!("skipped: NARROWS_CORPUS is not set");
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut open = vec![Path::new(&corpus).join("video").join(folder)];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn every_good_file_is_read_as_ffprobe_reads_it() {
    let mut wrong = 0;
    for path in files("good") {
        let Some(expected) = ffprobe(&path) else {
            println!("skipped: no ffprobe for {}", path.display());
            continue;
        };
        let differences = differences(&path, &expected);
        if !differences.is_empty() {
            wrong += 1;
            println!("{}:", path.display());
            differences.iter().take(12).for_each(|d| println!("    {d}"));
        }
    }
    assert_eq!(wrong, 0);
}
