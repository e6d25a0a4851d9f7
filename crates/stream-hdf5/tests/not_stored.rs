//! With `verify` on, what is stored is read, and nothing else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{File, FileBuilder};
use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Format, ReaderExt, Request};
use stream_hdf5::Hdf5;

/// Element ranges of the chunks that come, and the extents of the array.
fn chunks(path: &std::path::Path, request: &Request) -> (Vec<(u64, u64)>, Vec<u64>) {
    let source = FileSource::open(path).unwrap();
    let cx = Context::new(Arc::new(source), &Budget::new("test", 8 << 20));
    let mut reader = Hdf5.open(cx.with_setting("verify", "on")).unwrap();
    assert!(reader.find(&request.entries[0]).unwrap().is_some());
    let mut chunks = reader.chunks(request).unwrap();
    let shape = chunks.array().unwrap().shape.to_vec();
    let mut found = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        found.push((chunk.origin()[0], chunk.elements()));
    }
    (found, shape)
}

#[test]
fn chunks_that_are_not_stored_are_not_read_to_verify_them() {
    const MANY: usize = 1 << 32;
    for latest in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sparse.h5");
        let mut builder = FileBuilder::new();
        builder.with_fapl(|access| if latest { access.libver_latest() } else { access });
        let file = builder.create(&path).unwrap();
        // few large chunks are kept in another table than many small ones
        for (name, chunk) in [("small", 1000), ("large", 1 << 20)] {
            file.new_dataset::<i32>().chunk(chunk).shape(MANY).create(name).unwrap();
            let some = format!("some_{name}");
            let some = file.new_dataset::<i32>().chunk(chunk).shape(MANY).create(&*some).unwrap();
            let at = 3 * chunk + 1;
            some.write_slice(&[1, 2], at..at + 2).unwrap();
        }
        file.new_dataset::<u8>().shape(MANY).create("plain").unwrap();
        file.new_dataset::<VarLenUnicode>().chunk(8).shape(MANY).create("texts").unwrap();
        drop(file);
        let start = Instant::now();
        for name in ["/small", "/large", "/plain", "/texts"] {
            assert_eq!(chunks(&path, &Request::entry(name)), (vec![], vec![1 << 32]), "{name}");
        }
        assert_eq!(chunks(&path, &Request::entry("/some_small")).0, [(3000, 1000)]);
        assert_eq!(chunks(&path, &Request::entry("/some_large")).0, [(3 << 20, 1 << 20)]);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
        // a region is what was asked for, stored or not
        let region = Request::entry("/small").with_region("1500:3500".parse().unwrap());
        assert_eq!(chunks(&path, &region).0, [(1500, 500), (2000, 1000), (3000, 500)]);
    }
}

#[test]
fn a_chunk_that_is_stored_last_is_read_with_its_own_values() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("edge.h5");
    let file = File::create(&path).unwrap();
    let set = file.new_dataset::<u8>().chunk((2, 3)).shape((5, 7)).create("d").unwrap();
    set.write_slice(&ndarray::arr2(&[[9u8]]), (4..5, 6..7)).unwrap();
    drop((set, file));
    let source = FileSource::open(&path).unwrap();
    let cx = Context::new(Arc::new(source), &Budget::new("test", 8 << 20));
    let mut reader = Hdf5.open(cx.with_setting("verify", "on")).unwrap();
    let mut chunks = reader.chunks(&Request::entry("/d")).unwrap();
    let chunk = chunks.next_chunk().unwrap().unwrap();
    assert_eq!(
        (chunk.origin(), chunk.shape(), chunk.bytes()),
        (&[4, 6][..], &[1, 1][..], &[9u8][..])
    );
    assert!(chunks.next_chunk().unwrap().is_none());
}
