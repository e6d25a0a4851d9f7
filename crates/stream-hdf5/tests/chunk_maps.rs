//! Every index kind and layout: the places of chunks are those that the library tells, and the values those that it reads.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/facts.rs"]
mod facts;

use std::path::PathBuf;

use hdf5_metno::{Dataset, DatasetBuilder, Extents, File, FileBuilder};
use stream_core::{DType, Request};
use stream_hdf5::storage::{IndexKind, Layout, locate};

use facts::{context, library, read, same_chunks, stored, table};

/// A file, in the newest format that the linked library writes, or the oldest.
fn file(name: &str, latest: bool) -> (tempfile::TempDir, PathBuf, File) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    let mut builder = FileBuilder::new();
    builder.with_fapl(|p| if latest { p.libver_latest() } else { p.libver_earliest() });
    let file = builder.create(&path).unwrap();
    (dir, path, file)
}

/// Regions that cut chunks in every way.
const REGIONS: [&str; 6] = ["", "1:,2:5", "::3", ":,::2", "2,3", "::7,1::4"];

/// Writes numbers to a dataset made by `with` and compares places and values.
fn check(
    latest: bool,
    shape: impl Into<Extents>,
    kind: IndexKind,
    with: impl Fn(DatasetBuilder) -> DatasetBuilder,
) {
    let (_dir, path, file) = file("a.h5", latest);
    let dataset = with(file.new_dataset_builder()).empty::<i32>().shape(shape).create("a").unwrap();
    let numbers: Vec<i32> = (0..dataset.size()).map(|n| (n * n / 7) as i32).collect();
    dataset.write_raw(&numbers).unwrap();
    file.flush().unwrap();
    let facts = stored(&dataset, DType::I32);
    let cx = context(&path);
    let table = table(&cx, &facts);
    assert_eq!(table.index(), kind);
    assert_eq!(table.stored(), table.grid().cells());
    // the library's own iteration over an extensible array forgets that its first axis was moved (seen with 1.10.8): it tells
    // wrong coordinates there, though it reads the right values
    let unlimited = facts.max_shape.iter().position(|&n| n == u64::MAX);
    if kind != IndexKind::ExtensibleArray || unlimited == Some(0) {
        assert_eq!(same_chunks(&dataset, &table), table.grid().cells());
    }
    let all = library(&dataset);
    for region in REGIONS {
        let request = Request::default().with_region(region.parse().unwrap());
        assert!(read(&cx, &facts, &request) == picked(&all, &facts.shape, &request), "{region}");
    }
}

/// What a region selects of all values of 4 bytes.
fn picked(all: &[u8], shape: &[u64], request: &Request) -> Vec<u8> {
    let extents = request.region.resolve(shape).unwrap();
    let mut places = vec![0u64];
    for (e, &extent) in extents.iter().zip(shape) {
        places = places
            .iter()
            .flat_map(|&p| (0..e.count).map(move |n| p * extent + e.start + n * e.step))
            .collect();
    }
    places.iter().flat_map(|&p| all[p as usize * 4..][..4].iter().copied()).collect()
}

/// Extents that may grow where the second of a pair is `None`.
fn growing(axes: &[(usize, Option<usize>)]) -> Extents {
    let axes: Vec<hdf5_metno::Extent> =
        axes.iter().map(|&(dim, max)| hdf5_metno::Extent::new(dim, max)).collect();
    Extents::from(hdf5_metno::SimpleExtents::new(axes))
}

#[test]
fn version_1_b_trees_of_several_levels() {
    check(false, (70, 45), IndexKind::BTree1, |b| b.chunk((1, 3)));
    check(false, (10, 7), IndexKind::BTree1, |b| b.chunk((4, 4)).shuffle().deflate(4));
    check(false, (10, 7, 3), IndexKind::BTree1, |b| b.chunk((4, 4, 2)).deflate(1).fletcher32());
}

#[test]
fn a_single_chunk_filtered_or_not() {
    check(true, (10, 7), IndexKind::Single, |b| b.chunk((10, 7)));
    check(true, (10, 7), IndexKind::Single, |b| b.chunk((10, 7)).shuffle().deflate(9));
}

#[test]
fn implicit_indices_have_their_chunks_in_a_row() {
    let early = |b: DatasetBuilder| {
        b.chunk((4, 3)).alloc_time(Some(hdf5_metno::plist::dataset_create::AllocTime::Early))
    };
    check(true, (10, 7), IndexKind::Implicit, early);
}

#[test]
fn fixed_arrays_with_and_without_pages() {
    check(true, (10, 7), IndexKind::FixedArray, |b| b.chunk((4, 3)));
    check(true, (10, 7), IndexKind::FixedArray, |b| b.chunk((4, 3)).shuffle().deflate(4));
    // 3150 chunks: pages of 1024
    check(true, (70, 45), IndexKind::FixedArray, |b| b.chunk((1, 1)));
    check(true, (70, 45), IndexKind::FixedArray, |b| b.chunk((1, 1)).fletcher32());
    // numbered over the maximum extents
    let shape = growing(&[(10, Some(30)), (7, Some(21))]);
    check(true, shape, IndexKind::FixedArray, |b| b.chunk((4, 3)));
}

#[test]
fn extensible_arrays_with_all_kinds_of_blocks() {
    let shape = || growing(&[(10, None), (7, Some(7))]);
    check(true, shape(), IndexKind::ExtensibleArray, |b| b.chunk((4, 3)));
    check(true, shape(), IndexKind::ExtensibleArray, |b| b.chunk((4, 3)).shuffle().deflate(4));
    // the unlimited axis is not the first
    let shape = growing(&[(7, Some(9)), (50, None)]);
    check(true, shape, IndexKind::ExtensibleArray, |b| b.chunk((2, 3)));
    // secondary blocks
    let shape = growing(&[(900, None), (2, Some(2))]);
    check(true, shape, IndexKind::ExtensibleArray, |b| b.chunk((1, 1)));
}

#[test]
fn extensible_arrays_have_pages_in_blocks_beyond_chunk_131_000() {
    let (_dir, path, file) = file("a.h5", true);
    let builder = file.new_dataset_builder().chunk(1).fill_value(3i32);
    let shape = growing(&[(150_000, None)]);
    let dataset = builder.empty::<i32>().shape(shape).create("a").unwrap();
    for start in [7usize, 40_000, 131_500, 140_000, 149_990] {
        let values = ndarray::Array1::from_elem(9, start as i32);
        dataset.write_slice(&values, start..start + 9).unwrap();
    }
    file.flush().unwrap();
    let (cx, facts) = (context(&path), stored(&dataset, DType::I32));
    let table = table(&cx, &facts);
    assert_eq!(same_chunks(&dataset, &table), 45);
    let all = library(&dataset);
    for region in ["5:20", "39995:40020", "131490:131520", "139990:140020", "149980:"] {
        let request = Request::default().with_region(region.parse().unwrap());
        assert!(read(&cx, &facts, &request) == picked(&all, &facts.shape, &request), "{region}");
    }
}

#[test]
fn version_2_b_trees_of_several_levels() {
    let shape = |n| growing(&[(n, None), (7, None)]);
    check(true, shape(10), IndexKind::BTree2, |b| b.chunk((4, 3)));
    check(true, shape(500), IndexKind::BTree2, |b| b.chunk((1, 2)));
    check(true, shape(100), IndexKind::BTree2, |b| b.chunk((1, 2)).shuffle().deflate(4));
}

#[test]
fn chunks_that_were_never_written_are_the_fill_value() {
    for latest in [false, true] {
        let (_dir, path, file) = file("a.h5", latest);
        let build = |name: &str, shape: Extents| -> Dataset {
            let builder = file.new_dataset_builder().chunk((2, 2)).fill_value(-7i32);
            builder.empty::<i32>().shape(shape).create(name).unwrap()
        };
        let shapes = [
            growing(&[(9, Some(9)), (9, Some(9))]),
            growing(&[(9, None), (9, Some(9))]),
            growing(&[(9, None), (9, None)]),
        ];
        for (name, shape) in ["a", "b", "c"].into_iter().zip(shapes) {
            let dataset = build(name, shape);
            file.flush().unwrap();
            let cx = context(&path);
            let facts = stored(&dataset, DType::I32);
            assert_eq!(table(&cx, &facts).stored(), 0);
            assert_eq!(read(&cx, &facts, &Request::default()), library(&dataset));
            // a box that meets six chunks
            let values = ndarray::Array2::from_elem((2, 3), 9i32);
            dataset.write_slice(&values, (3..5, 5..8)).unwrap();
            file.flush().unwrap();
            let cx = context(&path);
            assert_eq!(same_chunks(&dataset, &table(&cx, &facts)), 4);
            assert_eq!(read(&cx, &facts, &Request::default()), library(&dataset));
        }
    }
}

#[test]
fn plain_layouts_are_read_where_they_stand() {
    for latest in [false, true] {
        let (_dir, path, file) = file("a.h5", latest);
        let numbers: Vec<i32> = (0..70).collect();
        let new = || file.new_dataset_builder();
        let contiguous = new().empty::<i32>().shape((10, 7)).create("contiguous").unwrap();
        contiguous.write_raw(&numbers).unwrap();
        let compact = new().layout(hdf5_metno::plist::dataset_create::Layout::Compact);
        let compact = compact.empty::<i32>().shape((10, 7)).create("compact").unwrap();
        compact.write_raw(&numbers).unwrap();
        let never = new().fill_value(5i32).empty::<i32>().shape((10, 7)).create("never").unwrap();
        file.flush().unwrap();
        let cx = context(&path);
        for (dataset, class) in
            [(contiguous, "contiguous"), (compact, "compact"), (never, "unallocated")]
        {
            let facts = stored(&dataset, DType::I32);
            let layout = locate(&cx, &facts).unwrap();
            assert_eq!(layout.class(), class);
            if let Layout::Contiguous(span) = layout {
                assert_eq!((Some(span.offset), span.length), (dataset.offset(), 280));
            }
            let all = library(&dataset);
            for region in REGIONS {
                for size in [1, 8, 40, 1 << 20] {
                    let request = Request::default().with_region(region.parse().unwrap());
                    let request = request.with_chunk_size(size);
                    let expected = picked(&all, &facts.shape, &request);
                    assert!(read(&cx, &facts, &request) == expected, "{class} {region} {size}");
                }
            }
        }
    }
}
