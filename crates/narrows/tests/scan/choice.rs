//! Which files are taken: lists, globs, sizes, links; in which order.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::run::{cues, narrows_fed, tempdir};
use crate::{names, scan};

fn tree(at: &Path) {
    for folder in ["b", "a/deep", "skipped"] {
        fs::create_dir_all(at.join(folder)).unwrap();
    }
    fs::write(at.join("b/1.vtt"), cues(1)).unwrap();
    fs::write(at.join("a/deep/2.vtt"), cues(2)).unwrap();
    fs::write(at.join("a/3.bin"), [3; 300]).unwrap();
    fs::write(at.join("skipped/4.vtt"), cues(4)).unwrap();
    fs::write(at.join(".5.vtt"), cues(5)).unwrap();
    fs::hard_link(at.join("a/3.bin"), at.join("b/again.bin")).unwrap();
    symlink(at.join("b"), at.join("link")).unwrap();
    symlink(at.join("nowhere"), at.join("dangling")).unwrap();
}

#[test]
fn files_come_by_name_folder_by_folder_hard_links_once_and_links_by_choice() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    tree(&at);
    let taken = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let code = scan(&at, &out, more).code;
        (code, names(&out))
    };
    let all = [".5.vtt", "3.bin", "2.vtt", "1.vtt", "4.vtt"].map(str::to_owned).to_vec();
    assert_eq!(taken("one", &["--threads", "1"]), (0, all.clone()));
    assert_eq!(taken("four", &["--threads", "4"]), (0, all));
    // a link that leads nowhere has a row that says so
    let (code, followed) = taken("followed", &["--follow"]);
    assert_eq!(code, 1);
    let expected = [".5.vtt", "3.bin", "2.vtt", "1.vtt", "dangling", "1.vtt", "4.vtt"];
    assert_eq!(followed, expected);
    let globs = ["--only", "*.vtt", "--without", "skipped", "--without", ".*"];
    assert_eq!(taken("globs", &globs).1, ["2.vtt", "1.vtt"]);
    assert_eq!(taken("paths", &["--only", "**/deep/*"]).1, ["2.vtt"]);
    assert_eq!(taken("sizes", &["--min-size", "290", "--max-size", "1KiB"]).1, ["3.bin"]);
    let wrong = scan(&at, &dir.path().join("wrong"), &["--only", "[a"]);
    assert_eq!(wrong.code, 2, "{}", wrong.err);
}

#[test]
fn paths_come_from_standard_input_one_a_line() {
    let dir = tempdir();
    let at = dir.path().join("tree");
    tree(&at);
    let list = format!("{0}/b/1.vtt\n{0}/a\n\n{0}/no such file\n{0}/b/again.bin", at.display());
    let out = dir.path().join("out");
    let words = ["scan".as_ref(), "-".as_ref(), "-o".as_ref(), out.as_os_str()];
    let run = narrows_fed(list.as_bytes(), words);
    assert_eq!(run.code, 1, "{}", run.err);
    // in the order of the list; a second name of a file that was taken has no row
    assert_eq!(names(&out), ["1.vtt", "3.bin", "2.vtt", "no such file"]);
}
