//! The contract that all readers pass, over classic files of each version.
#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/writer.rs"]
mod writer;

use stream_core::Request;
use stream_netcdf::Netcdf;
use stream_testkit::{Contract, Difference, Variation, contract_tests};
use writer::{File, double, rich, short, text};

/// What the root group says of its attributes, and a variable of others, is not known where the header is cut before them.
fn may_differ(d: &Difference) -> bool {
    let later = ["conventions", "coordinates"];
    d.variation == Variation::Cut && later.contains(&d.fact.as_str())
}

fn contract() -> Contract {
    Contract::new(&Netcdf)
        .may_differ(may_differ)
        .good("CDF-1 with records", || rich(1, 4).build())
        .good("CDF-2 with records", || rich(2, 3).build())
        .good("CDF-5 with records", || rich(5, 2).build())
        .good("one record variable, whose records are not padded", || {
            File::new(1, 5).dim("r", 0).dim("x", 3).var("s", &["r", "x"], short(0..15)).build()
        })
        .good("fixed variables only", || {
            File::new(2, 0).dim("x", 4).var("v", &["x"], double([1.0, 2.0, 3.0, 4.0])).build()
        })
        .good("no variables", || File::new(1, 0).att("title", text("nothing")).build())
        .long("many records", |n| rich(2, 1500 * n).build())
}

contract_tests!(contract);

/// A good file with four bytes replaced by others.
fn patched(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = rich(1, 2).build();
    let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

/// Files that something is wrong with. Their data is asked whole: the first half of what is cut short may be there.
fn broken() -> Contract {
    Contract::new(&Netcdf)
        .may_differ(may_differ)
        .request(|entry| entry.has_data().then(|| Request::entry(entry.path())))
        .good("CDF-1 with records", || rich(1, 1).build())
        .bad("data that ends early", || {
            let mut bytes = rich(1, 4).build();
            bytes.truncate(bytes.len() - 9);
            bytes
        })
        .bad("a header that ends early", || {
            let mut bytes = rich(1, 4).build();
            bytes.truncate(300);
            bytes
        })
        .bad("4 billion records", || {
            let mut bytes = rich(1, 1).build();
            bytes[4..8].copy_from_slice(&[0xff, 0xff, 0xff, 0xfe]);
            bytes
        })
        .bad("4 billion dimensions", || patched(&[0, 0, 0, 10, 0, 0, 0, 3], &[0, 0, 0, 10, 0xff]))
        .bad("a list with the wrong tag", || patched(&[0, 0, 0, 10, 0, 0, 0, 3], &[0, 0, 0, 11]))
        .bad("a name of 4 GB", || patched(b"\0\0\0\x05title", &[0xff, 0xff, 0xff, 0xf0]))
        .bad("a name that is not UTF-8", || patched(b"title", b"t\xfftle"))
        .bad("padding that is not zero", || patched(b"title\0\0\0", b"title\0\0\x01"))
        .bad("a scale factor that is text", || {
            let file = File::new(1, 0).dim("x", 1).var("v", &["x"], short([1]));
            file.att("scale_factor", text("two")).build()
        })
        .bad("a dimension of a higher number", || {
            patched(
                b"\0\0\0\x01x\0\0\0\0\0\0\x01\0\0\0\x02",
                b"\0\0\0\x01x\0\0\0\0\0\0\x01\0\0\0\x09",
            )
        })
        .bad("nothing", Vec::new)
        .bad("another version", || *b"CDF\x03\0\0\0\0")
        .any("a file that is still written", || rich(1, 3).streaming().build())
}

contract_tests! { broken;
    broken_files_stay_within_the_budget: Budget,
    broken_files_stream_alike: Streaming,
    broken_files_end_in_order: Survival,
    broken_files_say_what_is_wrong: Errors,
}
