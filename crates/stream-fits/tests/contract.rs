//! The contract that all readers pass, over files of every kind.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/build.rs"]
mod build;

use build::{File, ascii, be, card, every_column, groups, many};
use stream_core::Request;
use stream_fits::Fits;
use stream_testkit::{Contract, Difference, Variation, contract_tests};

/// A file may end behind any of its HDUs: nothing tells that one is missing. What a stream has passed cannot be read again.
fn may_differ(d: &Difference) -> bool {
    let whole =
        d.variation == Variation::Cut && d.fact == "complete" && d.size.is_multiple_of(2880);
    whole || d.variation == Variation::Forward && d.fact == "data" && d.found.contains("Passed")
}

fn contract() -> Contract {
    Contract::new(&Fits)
        .may_differ(may_differ)
        .good("a table with every kind of column", || every_column().0)
        .good("an ASCII table", || ascii().0)
        .good("random groups", || groups().0)
        .good("several HDUs", || many().0)
        .good("scaled integers", || {
            let more = [card("BSCALE", 0.1), card("BZERO", 7), card("BLANK", -1)];
            File::image(32, &[5, 4, 3], &more, &be(&[-1i32; 60], i32::to_be_bytes)).0
        })
        .long("an image", |n| File::image(16, &[64, 1000 * n as u64], &[], &vec![3; 128_000 * n]).0)
        .long("many HDUs", |n| {
            (0..16 * n)
                .fold(File::empty(), |file, i| {
                    let data = be(&[i as i32; 30], i32::to_be_bytes);
                    file.extension("IMAGE", 32, &[5, 6], &[card("EXTVER", i)], &data)
                })
                .0
        })
        .long("a table", |n| {
            let rows: Vec<Vec<u8>> =
                (0..4000 * n as u32).map(|i| [i.to_be_bytes(), [9; 4]].concat()).collect();
            File::empty().table(&[("A", "1J", &[]), ("B", "4B", &[])], &rows, &[], &[]).0
        })
}

contract_tests!(contract);

/// Files that something is wrong with. Their data is asked whole: the first half of what is cut short may be there.
fn broken() -> Contract {
    let patched = |from: &'static str, to: &'static str| {
        move || {
            let mut bytes = many().0;
            let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
            bytes
        }
    };
    Contract::new(&Fits)
        .may_differ(may_differ)
        .request(|entry| entry.has_data().then(|| Request::entry(entry.path())))
        .good("several HDUs", || many().0)
        .bad("data cut short", || {
            let mut bytes = many().0;
            bytes.truncate(2890);
            bytes
        })
        .bad("padding cut short", || {
            let mut bytes = many().0;
            bytes.truncate(bytes.len() - 100);
            bytes
        })
        .bad("a header cut short", || {
            let mut bytes = many().0;
            bytes.truncate(3 * 2880 + 500);
            bytes
        })
        .bad("bytes behind the last HDU", || {
            let mut bytes = many().0;
            bytes.extend([1; 3000]);
            bytes
        })
        .bad(
            "an image of 2^62 pixels",
            patched("NAXIS1  =                    2", "NAXIS1  =  4611686018427387904"),
        )
        .bad(
            "an image of 2^40 pixels",
            patched("NAXIS1  =                    2", "NAXIS1  =        1099511627776"),
        )
        .bad(
            "negative extents",
            patched("NAXIS1  =                    2", "NAXIS1  =                   -2"),
        )
        .bad("no BITPIX", patched("BITPIX  =", "BITPAX  ="))
        .bad(
            "BITPIX 17",
            patched("BITPIX  =                   16", "BITPIX  =                   17"),
        )
        .bad("no END", patched("END     ", "EMD     "))
        .bad(
            "SIMPLE = F",
            patched("SIMPLE  =                    T", "SIMPLE  =                    F"),
        )
        .bad("a descriptor beyond the heap", || {
            let row = [5u32.to_be_bytes(), 1_000_000u32.to_be_bytes()].concat();
            File::empty().table(&[("H", "1PE(5)", &[])], &[row], &[0; 20], &[]).0
        })
        .bad("fields beyond their row", || {
            File::empty().table(&[("A", "100D", &[]), ("B", "1J", &[])], &[vec![0; 16]], &[], &[]).0
        })
        .bad("no SIMPLE", || *b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0")
        .bad("nothing", Vec::new)
}

contract_tests! { broken;
    broken_files_stay_within_the_budget: Budget,
    broken_files_stream_alike: Streaming,
    broken_files_end_in_order: Survival,
    broken_files_say_what_is_wrong: Errors,
}
