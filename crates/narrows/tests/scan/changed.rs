//! A tree that changes between scans.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::run::{cues, narrows, tempdir};
use crate::{rows, scan};

fn tree(at: &Path) {
    fs::create_dir_all(at.join("b")).unwrap();
    for i in 0..5 {
        fs::write(at.join(format!("{i}.vtt")), cues(i + 1)).unwrap();
        fs::write(at.join(format!("b/{i}.bin")), vec![7; i * 100 + 1]).unwrap();
    }
}

/// Adds, removes and changes files, one of them in its time alone.
fn change(at: &Path) {
    fs::write(at.join("aa.vtt"), cues(9)).unwrap();
    fs::write(at.join("2.vtt"), cues(20)).unwrap();
    fs::remove_file(at.join("b/1.bin")).unwrap();
    fs::write(at.join("b/3.bin"), vec![8; 301]).unwrap();
    let later = SystemTime::now() + Duration::from_secs(100);
    File::options().write(true).open(at.join("b/3.bin")).unwrap().set_modified(later).unwrap();
}

/// Each file's row with those of its entries, by path, without the numbers of files.
fn by_path(out: &Path) -> Vec<(String, Vec<Value>)> {
    let (files, entries) = rows(out);
    let mut all: Vec<_> = files
        .into_iter()
        .map(|mut file| {
            let id = file.as_object_mut().unwrap().remove("id").unwrap();
            let own = entries.iter().filter(|entry| entry["file"] == id).cloned();
            let mut own: Vec<Value> = own.collect();
            own.iter_mut().for_each(|entry| drop(entry.as_object_mut().unwrap().remove("file")));
            let path = file["path"].as_str().unwrap().to_owned();
            own.insert(0, file);
            (path, own)
        })
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

#[test]
fn a_tree_that_changed_is_read_again_where_it_did_and_comes_to_the_same_rows_as_anew() {
    let dir = tempdir();
    let (at, out, anew) = (dir.path().join("tree"), dir.path().join("out"), dir.path().join("new"));
    tree(&at);
    let first = scan(&at, &out, &["--digest", "xxh3", "--threads", "1"]);
    assert_eq!(first.code, 0, "{}", first.err);
    let ids = |out: &Path| {
        let (files, _) = rows(out);
        files.iter().map(|f| (f["path"].to_string(), f["id"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    let before = ids(&out);
    change(&at);
    // without the flag nothing is looked at again
    let same = scan(&at, &out, &["--digest", "xxh3", "--json"]);
    let same: Value = serde_json::from_str(same.out.trim()).unwrap();
    assert_eq!(same["scanned"]["files"], 10);
    let run = scan(&at, &out, &["--digest", "xxh3", "--changed", "--progress", "json", "--json"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let lines: Vec<Value> = run.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines[0], serde_json::json!({ "renewed": { "new": 1, "changed": 2, "gone": 1 } }));
    assert_eq!(lines[1]["scanned"]["files"], 10);
    // three were read, seven kept
    assert!(run.err.contains(r#""done":7"#), "{}", run.err);
    scan(&at, &anew, &["--digest", "xxh3"]);
    assert_eq!(by_path(&out), by_path(&anew));
    for (path, id) in ids(&out) {
        let known = before.iter().find(|(known, _)| *known == path);
        assert_eq!(known.map_or(10, |(_, id)| *id), id, "{path}");
    }
    // the tables hold no row of before: what any reader of the folder sees is what there is
    let parts = fs::read_dir(out.join("files")).unwrap().count();
    assert_eq!(fs::read_dir(out.join("entries")).unwrap().count(), parts);
    let again = scan(&at, &out, &["--digest", "xxh3", "--changed"]);
    assert!(again.out.starts_with("walked again: 0 new, 0 changed, 0 gone"), "{}", again.out);
    assert_eq!(by_path(&out), by_path(&anew));
    // and once more
    fs::remove_file(at.join("aa.vtt")).unwrap();
    fs::write(at.join("0.vtt"), cues(3)).unwrap();
    fs::write(at.join("zz.vtt"), cues(3)).unwrap();
    let third = scan(&at, &out, &["--digest", "xxh3", "--changed"]);
    assert!(third.out.starts_with("walked again: 1 new, 1 changed, 1 gone"), "{}", third.out);
    let anew = dir.path().join("third");
    scan(&at, &anew, &["--digest", "xxh3"]);
    assert_eq!(by_path(&out), by_path(&anew));
    // a number is never used again
    assert!(ids(&out).iter().any(|(path, id)| path.ends_with("zz.vtt\"") && *id == 11));
}

#[test]
fn a_scan_that_is_not_done_can_be_planned_anew_in_steps() {
    let dir = tempdir();
    let (at, out, anew) = (dir.path().join("tree"), dir.path().join("out"), dir.path().join("new"));
    tree(&at);
    let (tree, catalogue) = (at.to_str().unwrap(), out.to_str().unwrap());
    let step = |words: &[&str]| {
        let run = narrows(["scan"].iter().chain(words).copied());
        (run.code, run.out, run.err)
    };
    assert_eq!(step(&["plan", tree, "-o", catalogue]).0, 0);
    assert_eq!(step(&["run", catalogue, "--shard", "1/2"]).0, 0);
    change(&at);
    let (code, said, _) = step(&["plan", tree, "-o", catalogue, "--changed"]);
    assert_eq!(code, 0);
    assert!(said.starts_with("walked again: 1 new, 2 changed, 1 gone\nplanned 10 files"), "{said}");
    assert_eq!(step(&["commit", catalogue]).0, 2);
    assert_eq!(step(&["run", catalogue, "--shard", "2/3"]).0, 0);
    assert_eq!(step(&["run", catalogue]).0, 0);
    let (code, _, said) = step(&["commit", catalogue]);
    assert_eq!(code, 0, "{said}");
    scan(&at, &anew, &[]);
    assert_eq!(by_path(&out), by_path(&anew));
}
