use std::num::NonZeroUsize;

use super::{Basis, Choice, Estimate, Facts, PastPeaks, Situation, Strategy, Tier, Tiers};
use crate::allocator::Purging;

const MB: u64 = 1_000_000;
const MIB: u64 = 1 << 20;

fn situation(size: u64, available: u64) -> Situation {
    Situation {
        size: Some(size),
        available,
        budget: 64 * MIB,
        threads: NonZeroUsize::new(2).unwrap(),
        tiers: Tiers::default(),
    }
}

fn chosen(size: u64, available: u64) -> (Strategy, Strategy, Tier) {
    let Choice { strategy, by_ratio, tier, .. } = situation(size, available).choose();
    (by_ratio, strategy, tier)
}

#[test]
fn the_ratio_decides_and_the_tier_only_lowers() {
    use Strategy::{Aggressive, Balanced, Conservative};
    use Tier::{Chunked, Streamed, Whole};
    assert_eq!(chosen(9 * MB, 100 * MB), (Aggressive, Aggressive, Whole));
    assert_eq!(chosen(10 * MB, 100 * MB), (Aggressive, Aggressive, Chunked));
    assert_eq!(chosen(50 * MB, 151 * MB), (Aggressive, Aggressive, Chunked));
    assert_eq!(chosen(50 * MB, 150 * MB), (Balanced, Balanced, Chunked));
    assert_eq!(chosen(51 * MB, 1000 * MB), (Aggressive, Balanced, Streamed));
    assert_eq!(chosen(100 * MB, 100 * MB), (Balanced, Balanced, Streamed));
    assert_eq!(chosen(100 * MB, 99 * MB), (Conservative, Conservative, Streamed));
    // a tier never raises
    assert_eq!(chosen(9 * MB, 8 * MB), (Conservative, Conservative, Whole));
    assert_eq!(chosen(0, 0), (Conservative, Conservative, Whole));
    let unknown = Situation { size: None, ..situation(0, 1 << 40) }.choose();
    assert_eq!((unknown.strategy, unknown.tier), (Balanced, Streamed));
}

#[test]
fn each_strategy_sets_chunks_prefetch_threads_read_ahead_and_decay() {
    let set = |size, available| {
        let t = situation(size, available).choose().tuning;
        (t.chunk, t.prefetch.get(), t.threads.get(), t.read_ahead, t.purging)
    };
    assert_eq!(set(20 * MB, 100 * MB), (8 << 20, 4, 2, 20 * MB, Purging::LAZY));
    assert_eq!(set(100 * MB, 200 * MB), (8 << 20, 2, 2, 8 * MIB, Purging::STEADY));
    assert_eq!(set(100 * MB, 50 * MB), (1 << 20, 1, 2, MIB, Purging::EAGER));
    // a small file is one chunk
    assert_eq!(set(1000, 100 * MB), (1000, 4, 2, 1000, Purging::LAZY));
}

#[test]
fn where_the_budget_has_no_room_fewer_threads_work() {
    let threads = NonZeroUsize::new(64).unwrap();
    let tight = Situation { budget: 4 * MIB, threads, ..situation(100 * MB, 200 * MB) };
    let tuning = tight.choose().tuning;
    assert_eq!((tuning.chunk, tuning.threads.get()), (256 << 10, 4));
    let none = Situation { budget: 0, ..tight }.choose().tuning;
    assert_eq!((none.chunk, none.threads.get()), (256 << 10, 1));
}

#[test]
fn a_choice_says_why() {
    let why = |size, available| situation(size, available).choose().to_string();
    assert_eq!(why(40 * MIB, 80 * MIB), "80.0 MiB available, 2.0 times the file: balanced");
    assert_eq!(
        why(100 * MIB, 400 * MIB),
        "400.0 MiB available, 4.0 times the file: aggressive; balanced since it is streamed"
    );
    assert_eq!(why(1, MIB), "1.0 MiB available, over 1000 times the file: aggressive");
}

#[test]
fn an_estimate_says_peak_whole_and_saving() {
    let choice = situation(1000 * MIB, 2000 * MIB).choose();
    let facts = Facts {
        format: "fits",
        size: 1000 * MIB,
        decoded: Some(4000 * MIB),
        overhead: MIB,
        idle: 10 * MIB,
    };
    let mut past = PastPeaks::new();
    let estimate = Estimate::of(&facts, &choice, &past);
    // two threads with four chunks of 8 MiB each fill the budget
    let expected =
        Estimate { peak: 75 * MIB, whole: 4011 * MIB, saving: 3936 * MIB, basis: Basis::Model };
    assert_eq!(estimate, expected);
    past.note("fits", 900 * MIB, 40 * MIB);
    let learned = Estimate::of(&facts, &choice, &past);
    assert_eq!((learned.peak, learned.saving), (40 * MIB, 3971 * MIB));
    assert!(matches!(learned.basis, Basis::Past(past) if past.runs == 1));
    // a small file has no more in flight than itself, and streaming it saves nothing
    let small = Facts { size: 1000, decoded: None, ..facts };
    let estimate = Estimate::of(&small, &situation(1000, 2000 * MIB).choose(), &PastPeaks::new());
    assert_eq!((estimate.peak, estimate.saving), (11 * MIB + 1000, 0));
}
