//! Limits of scopes, and walls.
#![cfg(not(loom))]

use stream_memory::{Budget, limit, wall};

#[test]
fn a_reservation_over_the_limit_fails_inside_its_scope_only() {
    let budget = Budget::new("memory", 1000);
    let scope = limit::scope(&budget, 100);
    let held = limit::effective(&budget).reserve(80).unwrap();
    let refusal = limit::effective(&budget).reserve(21).unwrap_err();
    assert!(refusal.to_string().starts_with("budget \"scope\" refuses 21 B"), "{refusal}");
    assert_eq!(budget.used(), 80, "what the scope holds is its parent's too");
    let elsewhere = std::thread::scope(|threads| {
        let reserved = threads.spawn(|| limit::effective(&budget).reserve(500).map(|_| ()));
        reserved.join().unwrap()
    });
    assert!(elsewhere.is_ok(), "another thread is not in the scope");
    std::thread::scope(|threads| {
        let limited = scope.budget().clone();
        let refused = threads.spawn(move || limited.reserve(21).is_err());
        assert!(refused.join().unwrap(), "unless it is given its budget");
    });
    drop(scope);
    assert!(limit::effective(&budget).reserve(900).is_ok());
    drop(held);
}

#[test]
fn scopes_nest_and_end_in_any_order() {
    let budget = Budget::new("memory", 1000);
    let outer = limit::scope(&budget, 100);
    let inner = limit::scope(&budget, 500);
    let refusal = limit::effective(&budget).reserve(101).unwrap_err();
    assert_eq!(refusal.budget(), "scope");
    assert!(inner.budget().parent().is_some_and(|parent| parent.ptr_eq(outer.budget())));
    drop(outer);
    assert!(limit::effective(&budget).ptr_eq(inner.budget()));
    drop(inner);
    assert!(limit::effective(&budget).ptr_eq(&budget));
}

#[test]
fn other_budgets_are_not_limited() {
    let (one, other) = (Budget::new("one", 1000), Budget::new("other", 1000));
    limit::within(&one, 10, |limited| {
        assert!(limited.reserve(11).is_err());
        assert!(limit::effective(&other).reserve(11).is_ok());
    });
}

#[test]
fn a_scope_ends_with_a_panic_in_it() {
    let budget = Budget::new("memory", 1000);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        limit::within(&budget, 10, |_| panic!("on purpose"));
    }));
    assert!(panicked.is_err());
    assert!(limit::effective(&budget).ptr_eq(&budget));
}

/// Run again as a process of its own: a wall cannot be taken down.
#[test]
fn beyond_a_wall_allocations_fail_and_the_process_goes_on() {
    const CHILD: &str = "STREAM_MEMORY_WALL";
    let name = "beyond_a_wall_allocations_fail_and_the_process_goes_on";
    if std::env::var_os(CHILD).is_none() {
        let this = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new(this);
        let ended = child.args([name, "--exact"]).env(CHILD, "1").status().unwrap();
        assert!(ended.success());
        return;
    }
    let before = wall::data_size();
    assert!(before > 0);
    let stands = wall::data(before + (64 << 20)).unwrap();
    assert_eq!(stands, before + (64 << 20));
    let mut small: Vec<u8> = Vec::new();
    assert!(small.try_reserve_exact(32 << 20).is_ok());
    let mut large: Vec<u8> = Vec::new();
    assert!(large.try_reserve_exact(80 << 20).is_err());
    drop(small);
    // and moved again for the next file
    wall::data(before + (256 << 20)).unwrap();
    assert!(large.try_reserve_exact(80 << 20).is_ok());
}
