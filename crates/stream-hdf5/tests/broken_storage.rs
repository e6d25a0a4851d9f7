//! Files whose bytes were changed or cut: every way to the data ends, with values or with an error that says where.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/facts.rs"]
#[allow(dead_code)]
mod facts;

use std::sync::Arc;

use hdf5_metno::{Extent, Extents, FileBuilder, SimpleExtents};
use stream_core::memory::Budget;
use stream_core::{Context, DType, ErrorKind, MemorySource, Request, Scratch};
use stream_hdf5::storage::{Stored, locate, plan};

/// Files with one dataset each: every chunk index, filtered, and the plain layouts.
fn files() -> Vec<(&'static str, Vec<u8>, Stored)> {
    let fixed = |n: usize| Extents::from((n, 5));
    let open = |n: usize, second: Option<usize>| {
        Extents::from(SimpleExtents::new(vec![Extent::new(n, None), Extent::new(5, second)]))
    };
    let kinds = [
        ("b-tree 1", false, fixed(150), Some((2, 3))),
        ("fixed array", true, fixed(40), Some((2, 3))),
        ("extensible array", true, open(150, Some(5)), Some((2, 3))),
        ("b-tree 2", true, open(150, None), Some((2, 3))),
        ("single", true, fixed(20), Some((20, 5))),
        ("contiguous", false, fixed(20), None),
    ];
    let dir = tempfile::tempdir().unwrap();
    let made = kinds.into_iter().map(|(name, latest, shape, chunk)| {
        let path = dir.path().join(name);
        let mut builder = FileBuilder::new();
        builder.with_fapl(|p| if latest { p.libver_latest() } else { p.libver_earliest() });
        let file = builder.create(&path).unwrap();
        let mut builder = file.new_dataset_builder();
        if let Some(chunk) = chunk {
            builder = builder.chunk(chunk).shuffle().deflate(6).fletcher32();
        }
        let dataset = builder.empty::<i32>().shape(shape).create("a").unwrap();
        let values: Vec<i32> = (0..dataset.size() as i32).collect();
        dataset.write_raw(&values).unwrap();
        file.flush().unwrap();
        let stored = facts::stored(&dataset, DType::I32);
        drop((dataset, file));
        (name, std::fs::read(&path).unwrap(), stored)
    });
    made.collect()
}

/// Reads everything, and gives the first error.
fn read(bytes: &[u8], stored: &Stored) -> stream_core::Result<()> {
    let cx = Context::new(Arc::new(MemorySource::new(bytes)), &Budget::new("b", 4 << 20));
    let layout = Arc::new(locate(&cx, stored)?);
    let plan = plan(&cx, stored, &layout, 0, &Request::default())?;
    let mut scratch = Scratch::new();
    (0..plan.len()).try_for_each(|index| plan.read(index, &mut scratch).map(drop))
}

fn check(name: &str, result: stream_core::Result<()>) {
    if let Err(e) = result {
        let told = matches!(
            e.kind(),
            ErrorKind::Malformed
                | ErrorKind::Truncated
                | ErrorKind::OverBudget
                | ErrorKind::Unsupported
        );
        assert!(told, "{name}: {e:?}");
        let placed = e.offset().is_some() || e.kind() != ErrorKind::Malformed;
        assert!(placed, "{name}: {e:?}");
    }
}

#[test]
fn any_changed_byte_ends_in_values_or_in_an_error_with_its_place() {
    for (name, bytes, stored) in files() {
        assert!(read(&bytes, &stored).is_ok(), "{name}");
        let mut changed = bytes.clone();
        // one bit low, one high, or all, at every fifth byte: 5 and 3 share no factor, so that all three meet every kind of field
        for (number, at) in (0..bytes.len()).step_by(5).enumerate() {
            changed[at] ^= [0x01, 0x80, 0xff][number % 3];
            check(name, read(&changed, &stored));
            changed[at] = bytes[at];
        }
    }
}

#[test]
fn a_file_cut_anywhere_is_said_to_be_cut() {
    for (name, bytes, stored) in files() {
        for length in (0..bytes.len()).step_by(7) {
            check(name, read(&bytes[..length], &stored));
        }
    }
}
