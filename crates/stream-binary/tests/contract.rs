//! The contract that every reader keeps, over bytes, without and with what is computed of the whole.
//!
//! Any file is good here, and a cut one is a shorter good one. There is no file that is bad by its bytes.

use stream_binary::Binary;
use stream_testkit::{Contract, Difference, Random, Variation};

/// Bytes with runs of text among them.
fn mixed(n: usize) -> Vec<u8> {
    let mut random = Random::new(7);
    let mut bytes = Vec::with_capacity(n);
    while bytes.len() < n {
        bytes.extend_from_slice(&random.bits().to_le_bytes());
        bytes.extend_from_slice(b"some words\0");
    }
    bytes.truncate(n);
    bytes
}

/// What nobody can know: a cut file is a shorter one, so that all that depends on its length or end differs; a pipe's size is not
/// known before its end.
fn may_differ(d: &Difference) -> bool {
    match d.variation {
        Variation::Cut => {
            ["size", "span", "data", "media_type", "name", "complete"].contains(&d.fact.as_str())
        }
        Variation::Forward => ["size", "span"].contains(&d.fact.as_str()),
        _ => false,
    }
}

fn plain() -> Contract {
    Contract::new(&Binary)
        .good("empty", || "")
        .good("one-byte", || "x")
        .good("text.txt", || "some words\nand more of them\n")
        .good("mixed.bin", || mixed(3000))
        .long("long.bin", |n| mixed(100_000 * n))
        .may_differ(may_differ)
}

mod bytes {
    stream_testkit::contract_tests!(super::plain);
}

fn computing() -> Contract {
    plain()
        .setting("binary.digest", "xxh3,blake3")
        .setting("binary.entropy", "on")
        .setting("binary.strings", "on")
}

mod with_digests {
    stream_testkit::contract_tests!(super::computing);
}
