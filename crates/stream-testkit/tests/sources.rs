//! The sources misbehave as they say, and in no other way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use stream_core::{Error, ErrorKind, MemorySource, Source};
use stream_testkit::source::{
    Counting, FailsAt, Flipped, ForwardOnly, Patched, ShortReads, Shrinking, Slow, Truncated,
};

fn bytes(n: u8) -> Arc<dyn Source> {
    Arc::new(MemorySource::new((0..n).collect::<Vec<u8>>()))
}

/// All bytes from `offset` on.
fn rest(source: &dyn Source, offset: u64) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut buf = [0; 8];
    loop {
        match source.read_at(offset + all.len() as u64, &mut buf)? {
            0 => return Ok(all),
            n => all.extend_from_slice(&buf[..n]),
        }
    }
}

#[test]
fn counting_counts_and_acts_within_the_nth_read() {
    let seen = Arc::new(AtomicU64::new(0));
    let act = seen.clone();
    let source = Counting::new(bytes(20)).acting_at(2, move || _ = act.fetch_add(1, Relaxed));
    assert_eq!(rest(&source, 4).unwrap().len(), 16);
    assert_eq!((source.reads(), source.bytes(), source.furthest()), (3, 16, 20));
    assert_eq!((seen.load(Relaxed), source.bytes_after()), (1, 0));
}

#[test]
fn a_device_that_went_away_does_not_come_back() {
    let source = FailsAt::new(bytes(20), 1);
    assert!(source.read_at(0, &mut [0; 1]).is_ok());
    for _ in 0..2 {
        let e = source.read_at(0, &mut [0; 1]).unwrap_err();
        assert_eq!(e.to_string(), FailsAt::MESSAGE);
    }
}

#[test]
fn a_pipe_knows_its_size_at_its_end_and_does_not_go_back() {
    let source = ForwardOnly::new(bytes(100), 10);
    assert_eq!(source.read_at(50, &mut [0; 8]).unwrap(), 8);
    assert_eq!(source.read_at(48, &mut [0; 8]).unwrap(), 8);
    assert_eq!(source.size(), None);
    let e = Error::from(source.read_at(47, &mut [0; 1]).unwrap_err());
    assert_eq!((e.kind(), e.offset()), (ErrorKind::Passed, Some(47)));
    assert_eq!(rest(&source, 58).unwrap().len(), 42);
    assert_eq!(source.size(), Some(100));
}

#[test]
fn patches_reach_over_the_ends_of_reads() {
    let source = Patched::new(bytes(20), 6, &[255; 4]);
    let all = rest(&source, 0).unwrap();
    assert_eq!(all[..11], [0, 1, 2, 3, 4, 5, 255, 255, 255, 255, 10]);
    let beyond = Patched::new(bytes(3), 2, &[255; 4]);
    assert_eq!(rest(&beyond, 0).unwrap(), [0, 1, 255]);
}

#[test]
fn flips_are_few_and_decided_by_the_seed() {
    let plain: Vec<u8> = (0..200).collect();
    let flip = |seed| rest(&Flipped::new(bytes(200), &plain, seed), 0).unwrap();
    for seed in 0..100 {
        let flipped = flip(seed);
        assert_eq!(flipped, flip(seed));
        let changed = flipped.iter().zip(&plain).filter(|(a, b)| a != b).count();
        assert!((1..=4).contains(&changed), "seed {seed} changes {changed} bytes");
    }
    assert_ne!(flip(1), flip(2));
    assert!(rest(&Flipped::new(bytes(0), &[], 1), 0).unwrap().is_empty());
}

#[test]
fn a_truncated_source_ends_where_it_was_cut() {
    let source = Truncated::new(bytes(100), 50);
    assert_eq!(source.size(), Some(50));
    assert_eq!(rest(&source, 45).unwrap(), [45, 46, 47, 48, 49]);
    assert_eq!(Truncated::new(bytes(10), 50).size(), Some(10));
}

#[test]
fn a_shrinking_file_keeps_its_size_and_changes_its_identity() {
    let source = Shrinking::new(bytes(100), 1, 50);
    let before = source.identity().unwrap().unwrap();
    assert_eq!(source.read_at(90, &mut [0; 8]).unwrap(), 8);
    assert_eq!(source.identity().unwrap().unwrap(), before);
    assert_eq!(source.read_at(90, &mut [0; 8]).unwrap(), 0);
    assert_eq!(source.read_at(46, &mut [0; 8]).unwrap(), 4);
    assert_eq!((source.size(), before.size), (Some(100), 100));
    assert_eq!(source.identity().unwrap().unwrap().size, 50);
}

#[test]
fn slow_and_short_sources_lose_nothing() {
    let short = Arc::new(ShortReads::of(bytes(20), 3));
    let slow = Slow::new(short, std::time::Duration::from_micros(10));
    assert_eq!(rest(&slow, 0).unwrap(), (0..20).collect::<Vec<u8>>());
}
