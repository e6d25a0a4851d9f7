//! What a governor allows reaches a worker that has a file open.

use std::num::NonZeroUsize;

use stream_core::{Reader, Request};
use stream_factory::Options;
use stream_memory::{Budget, Level, Limits, Throttle};
use stream_worker::Remote;

use crate::{Test, worker};

pub(crate) const ALL: &[Test] = &[
    ("what_a_governor_allows_is_seen_by_the_next_step_of_an_open_worker", seen),
    ("chunks_shrink_and_grow_again_while_the_file_is_open", chunks),
];

const TIGHT: Limits = Limits {
    level: Level::High,
    chunk: Some(256 << 10),
    threads: 50,
    ahead: Some(1),
    admits: true,
};

/// A file of 4 MiB, open in a worker.
fn open(throttle: &Throttle, act: impl FnOnce(Remote, &[u8])) {
    let bytes: Vec<u8> = (0..4u32 << 20).map(|n| ((n * 31) >> 5) as u8).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.bin");
    std::fs::write(&path, &bytes).unwrap();
    let options = Options::new()
        .with_budget(&Budget::new("test", 256 << 20))
        .with_threads(NonZeroUsize::new(4).unwrap())
        .with_throttle(throttle)
        .with_format("binary");
    let mut worker = worker();
    act(worker.open(&path, &options).unwrap(), &bytes);
}

fn seen() {
    let throttle = Throttle::new();
    throttle.set(TIGHT);
    open(&throttle, |mut reader, _| {
        let mut limits = || String::from_utf8(reader.call("limits", b"").unwrap()).unwrap();
        assert_eq!(limits(), "2 of 4, 262144", "as it was when the file was opened");
        throttle.set(Limits { threads: 1, chunk: Some(1 << 20), ..TIGHT });
        assert_eq!(limits(), "1 of 4, 1048576");
        throttle.set(Limits::NONE);
        let free = limits();
        assert!(free.starts_with("4 of 4, ") && free != "4 of 4, 1048576", "{free}");
    });
}

fn chunks() {
    let throttle = Throttle::new();
    open(&throttle, |mut reader, bytes| {
        let mut entry = reader.context().entry();
        assert!(reader.read_entry(&mut entry).unwrap());
        let mut sizes = || {
            let mut chunks = reader.chunks(&Request::entry("bytes")).unwrap();
            let (mut all, mut most) = (Vec::new(), 0);
            while let Some(chunk) = chunks.next_chunk().unwrap() {
                all.extend_from_slice(chunk.bytes());
                most = most.max(chunk.bytes().len());
            }
            assert!(all == bytes, "the same bytes, whatever their chunks");
            most
        };
        let usual = sizes();
        assert!(usual > 256 << 10, "{usual}");
        throttle.set(TIGHT);
        assert_eq!(sizes(), 256 << 10);
        throttle.set(Limits::NONE);
        assert_eq!(sizes(), usual);
    });
}
