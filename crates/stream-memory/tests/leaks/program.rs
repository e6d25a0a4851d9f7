//! Programs that read one file after another, well or badly.

use std::collections::HashMap;
use std::hint::black_box;

use stream_memory::{LeakReport, Leaks, Verdict, profile};

/// Files within which a leak of 1 KiB each is to be found.
const FILES: u64 = 200;

/// Numbers without a pattern, the same each time.
fn random(seed: u64) -> u64 {
    let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
}

/// What every file needs: blocks of all sizes, freed in another order, in a span.
fn file(index: u64) {
    let _span = profile::span_of("file", "dicom");
    let mut blocks: Vec<Vec<u8>> = (0..200u64)
        .map(|block| vec![1u8; usize::try_from(random(index * 1000 + block) % 60_000).unwrap()])
        .collect();
    let middle = blocks.len() / 2;
    blocks.rotate_left(middle);
    black_box(&blocks);
}

fn watched(mut act: impl FnMut(u64)) -> LeakReport {
    profile::reset();
    profile::start();
    let mut leaks = Leaks::new();
    for index in 0..FILES {
        leaks.run(|| {
            file(index);
            act(index);
        });
    }
    profile::stop();
    leaks.report()
}

pub(crate) fn a_kibibyte_leaked_a_file_is_found() -> LeakReport {
    let mut kept = Vec::with_capacity(FILES.try_into().unwrap());
    let report = watched(|_| {
        let _span = profile::span_of("header", "dicom");
        kept.push(black_box(vec![7u8; 1024]));
    });
    assert_eq!(report.verdict, Verdict::Leaks, "{report}");
    let live = report.live.unwrap();
    assert!((900.0..1300.0).contains(&live.bytes), "{report}");
    assert!(live.lower > 500.0 && live.upper < 2000.0, "{report}");
    drop(kept);
    report
}

pub(crate) fn a_program_that_frees_all_is_not_accused() {
    let report = watched(|_| {});
    assert_ne!(report.verdict, Verdict::Leaks, "{report}");
}

/// A cache of bounded size, and a table that doubles now and then.
pub(crate) fn a_cache_that_fills_and_stays_is_not_accused() {
    let mut cache = HashMap::new();
    let report = watched(|index| {
        cache.insert(index % 50, vec![1u8; 4096]);
    });
    assert_ne!(report.verdict, Verdict::Leaks, "{report}");
}

/// Small blocks between large ones that are freed: the allocator can give hardly a page of those back.
pub(crate) fn what_the_allocator_keeps_is_not_a_leak() {
    let mut pins: Vec<Vec<u8>> = Vec::new();
    let report = watched(|index| {
        // for the first files more and more is kept by fewer and fewer live bytes
        let large: Vec<_> = (0..8).map(|_| black_box(vec![1u8; 100_000])).collect();
        pins.push(vec![1u8; 64]);
        if pins.len() > 60 {
            let one = usize::try_from(random(index)).unwrap() % pins.len();
            pins.swap_remove(one);
        }
        drop(large);
    });
    assert_ne!(report.verdict, Verdict::Leaks, "{report}");
}
