//! The contract that all readers pass, over netCDF-4 files that libhdf5 writes here.
//!
//! The readings of three promises flip bytes, which libhdf5 does not always survive: they run in a process of their own. A crash
//! of libhdf5 is told; a broken promise fails.
#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/netcdf4.rs"]
mod netcdf4;

use netcdf4::{many, rich_with};
use stream_netcdf::Netcdf;
use stream_testkit::{Contract, Difference, Variation, contract_tests};

/// Of a file that is cut another part of the header is known, and what cannot be read is told in its place.
fn may_differ(d: &Difference) -> bool {
    d.variation == Variation::Cut
}

fn contract() -> Contract {
    Contract::new(&Netcdf)
        .may_differ(may_differ)
        .good("a little of everything", || rich_with(4))
        .bad("cut", || {
            let mut file = rich_with(4);
            file.truncate(file.len() / 2);
            file
        })
        .bad("a signature alone", || b"\x89HDF\r\n\x1a\n".to_vec())
        // the header is held: what a variable with an attribute takes of it
        .long_with_index("variables", 40 * 2048, |n| many(40 * n))
        .limit(8 << 20)
        .final_refusals()
}

contract_tests! { contract;
    the_heap_stays_within_the_budget: Budget,
    memory_does_not_grow_with_input: Growth,
    streaming_equals_batch: Streaming,
    cancelling_takes_effect_within_one_call: Cancel,
    reading_never_writes: ReadOnly,
}

contract_tests! { contract, apart from "libhdf5";
    no_input_makes_it_panic_or_hang: Survival,
    progress_only_grows: Progress,
    errors_say_where_and_what: Errors,
}
