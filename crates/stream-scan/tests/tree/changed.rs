//! A plan that is made anew.

use std::fs;
use std::path::Path;

use stream_scan::{Renewed, Shard, canonical};

use crate::made::{copy, scan, tree};

/// Adds what is in one folder and not in the other.
fn add(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match (entry.file_type().unwrap().is_dir(), to.exists()) {
            (true, true) => add(&entry.path(), &to),
            (true, false) => copy(&entry.path(), &to),
            (false, true) => {}
            (false, false) => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[test]
fn a_plan_that_was_not_put_in_place_leaves_the_old_catalogue_whole() {
    let (tree, out, old) = (tree(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(out.path()).unwrap();
    copy(out.path(), old.path());
    let expected = canonical(old.path()).unwrap();
    fs::write(tree.path().join("a/1.vtt"), "WEBVTT\n\n00:07.000 --> 00:08.000\nother\n").unwrap();
    fs::remove_file(tree.path().join("a/2.vtt")).unwrap();
    let anew = scan(tree.path()).renewing();
    let renewed = anew.plan(out.path(), None).unwrap().renewed;
    assert_eq!(renewed, Some(Renewed { new: 0, changed: 1, gone: 1 }));
    // everything that was written, but for the page that makes it count
    add(out.path(), old.path());
    assert_eq!(canonical(old.path()).unwrap(), expected);
    // the other tree is not the plan's: nothing is read again, and what does not count goes
    assert_eq!(scan(tree.path()).catalogue(old.path()).unwrap().files, 10);
    assert_eq!(canonical(old.path()).unwrap(), expected);
    for table in ["files", "entries"] {
        let parts = fs::read_dir(old.path().join(table)).unwrap().map(Result::unwrap);
        let names: Vec<_> = parts.map(|part| part.file_name().into_string().unwrap()).collect();
        assert!(names.iter().all(|name| !name.contains("renewed")), "{names:?}");
    }
    // once more, to the end, both come to the same
    assert_eq!(anew.catalogue(old.path()).unwrap().files, 9);
    assert_eq!(scan(tree.path()).catalogue(out.path()).unwrap().files, 9);
    assert_eq!(canonical(old.path()).unwrap(), canonical(out.path()).unwrap());
    assert!(canonical(out.path()).unwrap().iter().any(|line| line.contains("other")));
}

#[test]
fn shares_of_a_plan_made_anew_give_the_same_as_one_run() {
    let (tree, one, two) = (tree(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    scan(tree.path()).catalogue(one.path()).unwrap();
    copy(one.path(), two.path());
    fs::write(tree.path().join("a/0.vtt"), "WEBVTT\n\n00:07.000 --> 00:08.000\nother\n").unwrap();
    fs::write(tree.path().join("a/6.vtt"), "WEBVTT\n").unwrap();
    let anew = scan(tree.path()).renewing();
    anew.catalogue(one.path()).unwrap();
    anew.plan(two.path(), None).unwrap();
    for share in [3, 1, 2] {
        anew.run(two.path(), Shard::new(share, 3).unwrap()).unwrap();
    }
    scan(tree.path()).catalogue(two.path()).unwrap();
    assert_eq!(canonical(two.path()).unwrap(), canonical(one.path()).unwrap());
}
