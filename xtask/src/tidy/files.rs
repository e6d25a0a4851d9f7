//! Rules for single files.
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::project;

/// A file longer than this holds two ideas.
const LINES: usize = 400;
/// A crate's root says what the crate is; the rest is elsewhere. What all formats share has more to say.
const ROOT_LINES: usize = 100;
/// The root of a format crate.
const FORMAT_ROOT_LINES: usize = 60;
/// What is larger is made by a program when it is needed.
const BYTES: u64 = 1 << 20;

/// Words that promise later work, and folders of one machine. Written in halves, so that this file
/// does not break its own rule.
const WORDS: [(&str, &str); 9] = [
    (concat!("to", "do!("), "promises later work"),
    (concat!("unimple", "mented!("), "promises later work"),
    (concat!("FIX", "ME"), "promises later work"),
    (concat!("for ", "now"), "promises later work"),
    (concat!("place", "holder"), "promises later work"),
    (concat!("#[ign", "ore]"), "a test that does not run and does not say why"),
    (concat!("/wo", "rk/"), "a path of one machine"),
    (concat!("/ro", "ot/"), "a path of one machine"),
    (concat!("/ho", "me/"), "a path of one machine"),
];

/// Every rule that a tracked file breaks.
pub(super) fn violations() -> Result<Vec<String>> {
    let root = project::root();
    let mut broken = Vec::new();
    for path in tracked(&root)? {
        let shown = path.display().to_string();
        let full = root.join(&path);
        // tracked and deleted, or a link to nothing: nothing to judge
        let Ok(facts) = std::fs::symlink_metadata(&full) else { continue };
        if facts.len() > BYTES {
            broken.push(format!("{shown}: {} bytes; make it by a program instead", facts.len()));
            continue;
        }
        if let Ok(text) = std::fs::read_to_string(&full) {
            judge(&shown, &text, &mut broken);
        }
    }
    Ok(broken)
}

fn judge(path: &str, text: &str, broken: &mut Vec<String>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let rust = name.ends_with(".rs");
    let lines = text.lines().count();
    if rust && lines > LINES {
        broken.push(format!("{path}: {lines} lines; past {LINES} it is two ideas"));
    }
    let format = super::crates::FORMATS.iter().any(|name| path.contains(&format!("/{name}/")));
    let most = if format { FORMAT_ROOT_LINES } else { ROOT_LINES };
    if name == "lib.rs" && path.starts_with("crates/") && lines > most {
        broken.push(format!("{path}: {lines} lines; this crate's root has at most {most}"));
    }
    if name == "mod.rs" {
        broken.push(format!("{path}: name it after its folder, beside the folder"));
    }
    if name == "Cargo.lock" {
        return;
    }
    for (number, line) in (1..).zip(text.lines()) {
        for (word, why) in WORDS {
            if contains_word(line, word) {
                broken.push(format!("{path}:{number}: `{word}`: {why}"));
            }
        }
    }
}

/// Whether `word` stands in `line` with no letter directly behind or before it.
fn contains_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let letter = |other: Option<char>| other.is_some_and(char::is_alphabetic);
        let path = word.starts_with('/');
        (path || !letter(before)) && (word.ends_with(['/', '(']) || !letter(after))
    })
}

/// The files that git tracks; where this is no checkout, all but what is built.
fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(root).args(["ls-files", "-z"]);
    if let Ok(list) = project::output(&mut git) {
        let names = list.split('\0').filter(|name| !name.is_empty());
        return Ok(names.map(PathBuf::from).collect());
    }
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let built = entry.file_name() == "target" || entry.file_name() == ".git";
            if entry.file_type()?.is_dir() && !built {
                folders.push(path);
            } else if entry.file_type()?.is_file() {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(path: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        judge(path, text, &mut found);
        found
    }

    #[test]
    fn long_files_and_long_roots_are_named() {
        assert_eq!(broken("crates/x/src/a.rs", &"x\n".repeat(401)).len(), 1);
        assert_eq!(broken("crates/stream-vtt/src/lib.rs", &"x\n".repeat(61)).len(), 1);
        assert_eq!(broken("crates/x/src/lib.rs", &"x\n".repeat(101)).len(), 1);
        assert!(broken("crates/x/src/lib.rs", &"x\n".repeat(61)).is_empty());
        assert_eq!(broken("crates/x/src/a/mod.rs", "").len(), 1);
    }

    #[test]
    fn promises_and_machine_paths_are_named_and_words_around_them_are_not() {
        assert_eq!(broken("a.md", concat!("it is so for ", "now.")).len(), 1);
        assert!(broken("a.md", concat!("asked for ", "nowhere")).is_empty());
        assert_eq!(broken("a.rs", concat!("fn x() { to", "do!() }")).len(), 1);
        assert_eq!(broken("a.md", concat!("see /wo", "rk/main")).len(), 1);
    }
}
