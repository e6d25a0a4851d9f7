//! The contract that all readers pass, over files that libhdf5 writes here.
//!
//! The readings of three promises flip bytes, which libhdf5 does not always survive: they run in a process of their own, as the
//! command reads such files in a worker process. A crash of libhdf5 is told; a broken promise fails.
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod write;
}

use stream_hdf5::Hdf5;
use stream_testkit::{Contract, Difference, Variation, contract_tests};
use support::write::{groups, mixed, names};

/// An object whose header or whose group's names are lost is told in its place, and the listing goes on.
fn may_differ(d: &Difference) -> bool {
    d.variation == Variation::Cut
}

fn contract() -> Contract {
    Contract::new(&Hdf5)
        .may_differ(may_differ)
        .good("a little of everything", mixed)
        .bad("cut", || {
            let mut file = mixed();
            file.truncate(file.len() / 2);
            file
        })
        .bad("no signature", || "hello\n")
        .bad("nothing", || "")
        .bad("a signature alone", || b"\x89HDF\r\n\x1a\n".to_vec())
        // a group is remembered in 32 to 64 bytes and its path, and what the table's growth takes for a moment
        .long_with_index("groups", 40 * 400, |n| groups(40 * n))
        // nothing is kept of a dataset; a batch of names and the library's cache fill up, to 600 KiB at this limit
        .long_with_index("datasets", 6 << 10, |n| names(40 * n))
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
