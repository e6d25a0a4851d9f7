//! A good reader of a toy format keeps the contract; for each promise, one that breaks it is caught.

mod bad_readers;
mod toy;

use stream_testkit::{Contract, contract_tests};
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
