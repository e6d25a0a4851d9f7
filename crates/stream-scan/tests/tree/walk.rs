//! What is taken.

use stream_scan::{Walk, canonical};

use crate::made::{scan, tree};

#[test]
fn globs_sizes_and_links_choose_what_is_taken() {
    let tree = tree();
    let names = |walk: Walk| {
        let out = tempfile::tempdir().unwrap();
        scan(tree.path()).with_walk(walk.with_root(tree.path())).catalogue(out.path()).unwrap();
        let lines = canonical(out.path()).unwrap();
        let files = lines.iter().filter(|line| line.contains(r#""status""#));
        let value = |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let names = files.map(|line| value(line)["path"].as_str().unwrap().to_owned());
        let root = format!("{}/", tree.path().display());
        names.map(|name| name.strip_prefix(&root).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let texts = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let vtt = Walk::new().with_only(texts(&["*.vtt"])).with_without(texts(&["[3-5].vtt", ".*"]));
    assert_eq!(names(vtt), ["a/0.vtt", "a/1.vtt", "a/2.vtt"]);
    assert_eq!(names(Walk::new().with_without(texts(&["a", ".h*"]))).len(), 3);
    assert_eq!(names(Walk::new().with_sizes(Some(500), Some(2000))), ["b/bytes.bin"]);
    let linked = names(Walk::new().following_links());
    assert!(linked.contains(&"link/0.vtt".to_owned()), "{linked:?}");
}
