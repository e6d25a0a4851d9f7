//! Tests whose process may not survive.

use stream_testkit::apart;

#[test]
fn a_crash_of_the_process_is_not_a_failure() {
    apart("a_crash_of_the_process_is_not_a_failure", "abort", || std::process::abort());
}

mod inner {
    #[test]
    fn a_path_with_the_crates_name_finds_the_test() {
        let name = concat!(module_path!(), "::a_path_with_the_crates_name_finds_the_test");
        stream_testkit::apart(name, "nothing", || {});
    }
}

#[test]
#[should_panic(expected = "running 0 tests")]
fn a_name_that_no_test_has_fails() {
    apart("nothing_is_called_so", "nothing", || {});
}
