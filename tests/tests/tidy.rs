//! The rules of the source tree.
#[test]
fn the_source_tree_keeps_its_rules() {
    let broken = xtask::tidy::violations().unwrap();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
