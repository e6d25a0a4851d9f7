//! What the one entry and the summary say, over files and streams, whoever read the bytes.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers outside of #[test] functions

use std::io::Cursor;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use stream_binary::{Binary, Digest, Digests};
use stream_core::memory::{Budget, Pool};
use stream_core::{
    Context, ErrorKind, FileSource, Format, ForwardSource, MemorySource, Region, Request, Source,
    Summary, Value,
};

const TEXT: &[u8] = b"some words\nand \0 more";

fn context(source: Arc<dyn Source>) -> Context {
    Context::new(source, &Budget::new("b", 4 << 20))
        .with_setting("binary.digest", "xxh3,blake3")
        .with_setting("binary.entropy", "on")
        .with_setting("binary.strings", "on")
}

fn pipe(bytes: &[u8]) -> Arc<dyn Source> {
    let budget = Budget::new("pipe", 1 << 20);
    let stream = Cursor::new(bytes.to_vec());
    Arc::new(ForwardSource::new(stream, 8192, &Pool::new(&budget), &budget).unwrap())
}

fn text(summary: &Summary, key: &str) -> String {
    summary.fields.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
}

/// Walks to the end, reading `region` of the data before it.
fn summary(source: Arc<dyn Source>, region: Option<Region>) -> Summary {
    let mut reader = Binary.open(context(source)).unwrap();
    let mut entry = reader.context().entry();
    assert!(reader.read_entry(&mut entry).unwrap());
    if let Some(region) = region {
        let request = Request::entry("bytes").with_region(region).with_chunk_size(700);
        let mut chunks = reader.chunks(&request).unwrap();
        while chunks.next_chunk().unwrap().is_some() {}
    }
    assert!(!reader.read_entry(&mut entry).unwrap());
    reader.finish().unwrap()
}

#[test]
fn the_summary_tells_what_the_settings_ask() {
    let summary = summary(Arc::new(MemorySource::new(TEXT)), None);
    assert!(summary.complete);
    assert_eq!(summary.fields.get("size").and_then(|size| size.as_u64()), Some(21));
    let expected = Digest::of(Digests::ALL, TEXT);
    assert_eq!(text(&summary, "xxh3"), expected.xxh3_hex().unwrap());
    assert_eq!(text(&summary, "blake3"), expected.blake3_hex().unwrap());
    let Some(Value::Map(strings)) = summary.fields.get("strings") else { panic!("no strings") };
    let strings: Vec<_> = strings.map(|(key, value)| (key, value.as_u64().unwrap())).collect();
    assert_eq!(strings, [("count", 3), ("bytes", 19), ("longest", 10), ("longest_offset", 0)]);
}

#[test]
fn data_read_or_left_before_the_end_changes_nothing_of_the_whole() {
    let bytes: Vec<u8> = (0..50_000u32).map(|at| ((at * at) >> 9) as u8).collect();
    let expected = Digest::of(Digests::ALL, &bytes).blake3_hex().unwrap();
    let regions = [
        None,
        Some(Region::all()),
        Some(Region::range(0..10_000)),
        Some(Region::range(20_000..30_000)),
    ];
    for region in regions {
        let file = summary(Arc::new(MemorySource::new(&bytes[..])), region.clone());
        let stream = summary(pipe(&bytes), region.clone());
        assert_eq!(text(&file, "blake3"), expected, "{region:?}");
        assert_eq!(text(&stream, "blake3"), expected, "{region:?}");
        assert_eq!(stream.fields.get("size").and_then(|size| size.as_u64()), Some(50_000));
    }
}

#[test]
fn a_sparse_files_holes_are_facts_of_the_entry() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(8 << 20).unwrap();
    file.as_file().write_all_at(&[1; 4096], 1 << 20).unwrap();
    let source = FileSource::open(file.path()).unwrap();
    if source.next_data(0).unwrap() == Some(0..8 << 20) {
        // this file system knows no holes
        return;
    }
    let mut reader = Binary.open(context(Arc::new(source))).unwrap();
    let mut entry = reader.context().entry();
    reader.read_entry(&mut entry).unwrap();
    let number = |key| entry.fields().get(key).and_then(|value| value.as_u64());
    assert_eq!((number("holes"), number("hole_bytes")), (Some(2), Some((8 << 20) - 4096)));
    assert_eq!(number("size"), Some(8 << 20));
}

#[test]
fn a_file_that_shrank_is_truncated_even_if_nothing_was_read() {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(1000).unwrap();
    let source = Arc::new(FileSource::open(file.path()).unwrap());
    let mut reader = Binary.open(Context::new(source, &Budget::new("b", 1 << 20))).unwrap();
    let mut entry = reader.context().entry();
    assert!(reader.read_entry(&mut entry).unwrap());
    file.as_file().set_len(10).unwrap();
    let e = reader.read_entry(&mut entry).unwrap_err();
    assert_eq!((e.kind(), e.offset()), (ErrorKind::Truncated, Some(10)));
    assert!(!reader.finish().unwrap().complete);
}

#[test]
fn an_unknown_digest_and_an_unknown_entry_are_refused() {
    let source: Arc<dyn Source> = Arc::new(MemorySource::new(TEXT));
    let cx = context(source.clone()).with_setting("binary.digest", "md5");
    assert_eq!(Binary.open(cx).err().unwrap().kind(), ErrorKind::Request);
    let mut reader = Binary.open(context(source)).unwrap();
    let e = reader.chunks(&Request::entry("other")).err().unwrap();
    assert_eq!(e.kind(), ErrorKind::Unrecognized);
}
