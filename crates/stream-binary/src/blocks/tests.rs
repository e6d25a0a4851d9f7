use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use proptest::prelude::*;
use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource, ForwardSource, MemorySource, Source};

use crate::{Block, Digest, Digests, Histogram, Options, Reader, Runs};

fn bytes(n: usize) -> Vec<u8> {
    (0..n).map(|at| ((at * at) >> 7) as u8).collect()
}

fn all() -> Options {
    Options::new().with_digests(Digests::ALL).with_whole(Digests::ALL).with_entropy().with_runs()
}

fn reader(source: Arc<dyn Source>, threads: usize, limit: u64) -> Reader {
    let cx = Context::new(source, &Budget::new("b", limit));
    Reader::open(cx.with_threads(NonZeroUsize::new(threads).unwrap())).unwrap()
}

fn memory(bytes: &[u8], threads: usize) -> Reader {
    reader(Arc::new(MemorySource::new(bytes)), threads, 1 << 20)
}

fn pipe(stream: impl Read + Send + 'static, threads: usize) -> Reader {
    let budget = Budget::new("b", 1 << 20);
    let pool = stream_core::memory::Pool::new(&budget);
    let source = ForwardSource::new(stream, 8192, &pool, &budget).unwrap();
    let cx = Context::new(Arc::new(source), &budget);
    Reader::open(cx.with_threads(NonZeroUsize::new(threads).unwrap())).unwrap()
}

/// The facts of a block as one pass over its bytes tells them.
fn naive(offset: usize, bytes: &[u8]) -> Block {
    Block {
        offset: offset as u64,
        length: bytes.len() as u64,
        hole: false,
        digest: Digest::of(Digests::ALL, bytes),
        entropy: Some(Histogram::of(bytes).entropy()),
        runs: Some(Runs::of(offset as u64, bytes)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_block_size_and_any_number_of_threads_tell_the_same(
        length in 0usize..20_000,
        size in 1usize..3000,
        threads in 1usize..5,
        forward: bool,
    ) {
        let bytes = bytes(length);
        let reader = match forward {
            true => pipe(io::Cursor::new(bytes.clone()), threads),
            false => memory(&bytes, threads),
        };
        let mut blocks = reader.blocks(&all().with_block_size(size)).unwrap();
        let found: Vec<Block> = blocks.by_ref().map(Result::unwrap).collect();
        let expected: Vec<Block> =
            bytes.chunks(size).enumerate().map(|(at, part)| naive(at * size, part)).collect();
        prop_assert_eq!(found, expected);
        let totals = blocks.finish().unwrap();
        prop_assert_eq!(totals.digest(), Digest::of(Digests::ALL, &bytes));
        prop_assert_eq!(totals.histogram(), Some(&Histogram::of(&bytes)));
        let (runs, naive) = (totals.runs().unwrap(), Runs::of(0, &bytes));
        prop_assert_eq!(
            (runs.count(), runs.bytes(), runs.longest()),
            (naive.count(), naive.bytes(), naive.longest())
        );
        prop_assert_eq!((totals.end(), reader.size()), (length as u64, Some(length as u64)));
    }
}

#[test]
fn a_range_is_cut_to_the_source() {
    let reader = memory(&bytes(1000), 2);
    let options = Options::new().with_block_size(300).with_range(500..5000);
    let places: Vec<_> = reader
        .blocks(&options)
        .unwrap()
        .map(|block| block.unwrap())
        .map(|b| (b.offset, b.length))
        .collect();
    assert_eq!(places, [(500, 300), (800, 200)]);
    let beyond = Options::new().with_range(2000..3000);
    assert_eq!(reader.blocks(&beyond).unwrap().count(), 0);
}

#[test]
fn a_source_that_ends_early_tells_all_blocks_before_and_where() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().write_all_at(&bytes(10_000), 0).unwrap();
    let reader = reader(Arc::new(FileSource::open(file.path()).unwrap()), 3, 1 << 20);
    file.as_file().set_len(4500).unwrap();
    let mut blocks = reader.blocks(&all().with_block_size(1000)).unwrap();
    let mut block = Block::default();
    for at in 0..4 {
        assert!(blocks.read_block(&mut block).unwrap());
        assert_eq!(block.offset, at * 1000);
    }
    let e = blocks.read_block(&mut block).unwrap_err();
    assert_eq!(
        (e.kind(), e.offset(), e.format()),
        (ErrorKind::Truncated, Some(4500), Some("binary"))
    );
    assert!(!blocks.read_block(&mut block).unwrap());
    assert_eq!(blocks.totals().end(), 4000);
}

#[test]
fn a_short_budget_means_fewer_threads_and_the_same_facts() {
    let bytes = bytes(1 << 20);
    let reader = reader(Arc::new(MemorySource::new(&bytes[..])), 8, 300 << 10);
    let totals = reader.blocks(&all().with_block_size(128 << 10)).unwrap().finish().unwrap();
    assert_eq!(totals.digest(), Digest::of(Digests::ALL, &bytes));
    let e = reader.blocks(&all().with_block_size(512 << 10)).unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::OverBudget, true));
}

#[test]
fn left_early_it_stops_its_threads_and_gives_its_memory_back() {
    let budget = Budget::new("b", 1 << 20);
    let bytes = bytes(1 << 20);
    let cx = Context::new(Arc::new(MemorySource::new(&bytes[..])), &budget);
    let reader = Reader::open(cx.with_threads(NonZeroUsize::new(4).unwrap())).unwrap();
    let mut blocks = reader.blocks(&all().with_block_size(4096)).unwrap();
    assert!(blocks.next().unwrap().is_ok());
    drop(blocks);
    reader.context().pool().trim();
    assert_eq!(budget.used(), 0);
}

/// Fails if it is read: holes are not.
struct Unreadable(FileSource);

impl Source for Unreadable {
    fn size(&self) -> Option<u64> {
        self.0.size()
    }
    fn access(&self) -> stream_core::Access {
        self.0.access()
    }
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= 4096 {
            return Err(io::Error::other("a hole is read"));
        }
        self.0.read_at(offset, buf)
    }
    fn identity(&self) -> io::Result<Option<stream_core::Identity>> {
        self.0.identity()
    }
    fn next_data(&self, offset: u64) -> io::Result<Option<std::ops::Range<u64>>> {
        self.0.next_data(offset)
    }
}

#[test]
fn holes_are_hashed_and_counted_without_being_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let stored = bytes(64 << 10);
    file.as_file().write_all_at(&stored, 1 << 20).unwrap();
    file.as_file().set_len(4 << 20).unwrap();
    let mut whole = vec![0; 4 << 20];
    whole[1 << 20..(1 << 20) + stored.len()].copy_from_slice(&stored);
    let source = Arc::new(FileSource::open(file.path()).unwrap());
    if source.next_data(0).unwrap() == Some(0..4 << 20) {
        // this file system knows no holes
        return;
    }
    let on_disk = reader(source, 2, 1 << 20);
    assert_eq!(on_disk.extents().unwrap().holes(), 2);
    assert_eq!(on_disk.extents().unwrap().stored_bytes(), 64 << 10);
    let options = all().with_block_size(100_000);
    let mut blocks = on_disk.blocks(&options).unwrap();
    let found: Vec<Block> = blocks.by_ref().map(Result::unwrap).collect();
    assert_eq!(found.iter().filter(|block| !block.hole).count(), 2);
    for block in &found {
        let at = block.offset as usize;
        let part = &whole[at..at + block.length as usize];
        let expected = Block { hole: block.hole, ..naive(at, part) };
        assert_eq!(
            (block.digest, block.entropy, block.hole),
            (expected.digest, expected.entropy, expected.hole)
        );
    }
    let totals = blocks.finish().unwrap();
    assert_eq!(totals.digest(), Digest::of(Digests::ALL, &whole));
    assert_eq!(totals.histogram(), Some(&Histogram::of(&whole)));
}

#[test]
fn a_sparse_file_of_20_gb_is_counted_at_once_and_one_that_shrank_is_not_taken_for_a_hole() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(20_000_000_000).unwrap();
    let source = FileSource::open(file.path()).unwrap();
    if source.next_data(0).unwrap().is_some() {
        return;
    }
    let huge = reader(Arc::new(Unreadable(source)), 2, 1 << 20);
    let options = Options::new().with_entropy().with_runs();
    let totals = huge.blocks(&options).unwrap().finish().unwrap();
    assert_eq!((totals.length(), totals.entropy()), (20_000_000_000, Some(0.0)));
    assert_eq!(totals.histogram().unwrap().counts()[0], 20_000_000_000);

    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(1 << 20).unwrap();
    let shrinks = reader(Arc::new(FileSource::open(file.path()).unwrap()), 1, 1 << 20);
    file.as_file().set_len(1000).unwrap();
    let e = shrinks.blocks(&options).unwrap().finish().unwrap_err();
    assert_eq!((e.kind(), e.offset()), (ErrorKind::Truncated, Some(1000)));
}

#[test]
fn cancelled_in_a_hole_it_stops_and_can_go_on_from_there() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(1 << 30).unwrap();
    let reader = reader(Arc::new(FileSource::open(file.path()).unwrap()), 1, 1 << 20);
    let options = Options::new().with_block_size(1 << 16).with_entropy();
    let mut blocks = reader.blocks(&options).unwrap();
    assert_eq!(blocks.by_ref().take(10).filter(Result::is_ok).count(), 10);
    reader.context().cancel().cancel();
    let e = blocks.next().unwrap().unwrap_err();
    assert_eq!((e.kind(), e.resumable()), (ErrorKind::Cancelled, true));
    let end = blocks.totals().end();
    assert_eq!(end, 10 << 16);
    reader.context().cancel().reset();
    let rest = reader.blocks(&options.with_range(end..u64::MAX)).unwrap().finish().unwrap();
    assert_eq!(rest.end(), 1 << 30);
}
