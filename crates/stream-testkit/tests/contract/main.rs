//! A good reader of a toy format keeps the contract; for each promise, one that breaks it is caught.

mod bad_readers;
mod toy;

use stream_testkit::{Contract, Promise, contract_tests};
use toy::{Fault, Toy};

static GOOD: Toy = Toy(Fault::None);

fn contract() -> Contract {
    toy::contract(&GOOD)
}

contract_tests!(contract);

#[test]
fn a_good_reader_keeps_all_promises() {
    contract().check();
}

#[test]
fn a_good_reader_needs_no_more_than_its_overhead() {
    let measured = contract().measured_overhead();
    assert!((1..=1024 + 16 * 1024).contains(&measured), "{measured}");
}

#[test]
fn a_contract_without_files_is_not_kept() {
    for promise in Promise::ALL {
        let violations = Contract::new(&GOOD).violations_of(promise);
        assert_eq!(violations.len(), 1, "{violations:?}");
    }
}

#[test]
fn files_of_which_nobody_knows_anything_are_read_all_the_same() {
    let any = || b"TOY1E\x08\0\0\0\0\0\0\0\0\0\0\0trailing".to_vec();
    let contract = Contract::new(&GOOD).any("trailing.toy", any);
    for promise in [Promise::Budget, Promise::Streaming, Promise::Survival, Promise::ReadOnly] {
        contract.check_promise(promise);
    }
}

#[test]
fn a_good_reader_allocates_nothing_once_it_is_warm() {
    let measured = contract().allocations_per_entry();
    assert!(measured < 0.1, "{measured}");
}
