//! Virtual datasets: their values are those that libhdf5 reads, and what a missing source would give is an error.
#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]

use std::path::Path;
use std::sync::Arc;

use hdf5_metno::{Extent, File, Hyperslab, Selection, SimpleExtents, SliceOrIndex};
use hdf5_metno_sys::{h5d, h5p, h5s, h5t};
use stream_core::memory::Budget;
use stream_core::{
    Context, Dims, ErrorKind, FileSource, Format, Reader, ReaderExt, Request, Scratch,
};
use stream_hdf5::Hdf5;
use stream_hdf5::storage::{Part, copy_box};

fn reader(path: &Path) -> Box<dyn Reader> {
    let source = FileSource::open(path).unwrap();
    Hdf5.open(Context::new(Arc::new(source), &Budget::new("test", 64 << 20))).unwrap()
}

/// Lists all of it.
fn list(reader: &mut dyn Reader) {
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry).unwrap() {}
}

/// All values that are asked for, each chunk where its place says.
fn values(path: &Path, request: &Request) -> stream_core::Result<Vec<i32>> {
    let chunks = reader(path).chunks(request)?;
    let (plan, shape) = (chunks.plan().unwrap(), chunks.array().unwrap().shape);
    let mut all = vec![0xa5u8; usize::try_from(shape.elements().unwrap()).unwrap() * 4];
    let (zeros, ones) = (Dims::filled(shape.len(), 0), Dims::filled(shape.len(), 1));
    let mut scratch = Scratch::new();
    for index in 0..plan.len() {
        let place = plan.place(index).unwrap();
        let chunk = plan.read(index, &mut scratch)?;
        assert_eq!(chunk.shape(), &*place.shape);
        let from = Part { shape: &place.shape, start: &zeros, step: &ones };
        let to = Part { shape: &shape, start: &place.origin, step: &ones };
        copy_box(4, (chunk.bytes(), from), (&mut all, to), &place.shape).unwrap();
    }
    Ok(all.as_chunks::<4>().0.iter().map(|n| i32::from_ne_bytes(*n)).collect())
}

/// A file with one dataset `a` of 6 by 8 numbers from `first` on.
fn source(path: &Path, first: i32, chunk: Option<(usize, usize)>) {
    let file = File::create(path).unwrap();
    let mut builder = file.new_dataset::<i32>().shape((6, 8));
    if let Some(chunk) = chunk {
        builder = builder.chunk(chunk).deflate(3);
    }
    let numbers: Vec<i32> = (first..first + 48).collect();
    builder.create("a").unwrap().write_raw(&numbers).unwrap();
}

fn blocks(axes: [(usize, usize, usize, usize); 2]) -> Selection {
    let axis = |(start, step, count, block)| SliceOrIndex::SliceCount { start, step, count, block };
    Selection::Hyperslab(Hyperslab::from(axes.map(axis).to_vec()))
}

/// 13 by 9 numbers: one source above, strided; blocks of another below; the rest -1.
fn written(folder: &Path) -> std::path::PathBuf {
    source(&folder.join("one.h5"), 100, Some((4, 3)));
    source(&folder.join("two.h5"), 500, None);
    let path = folder.join("virtual.h5");
    let file = File::create(&path).unwrap();
    // rows 0, 2, ... 10 and the last eight columns
    let above = blocks([(0, 2, 6, 1), (1, 1, 1, 8)]);
    // rows 3 to 4 and 7 to 8, columns 0 to 4, from rows 0, 1, 3, 4 and every second column
    let below = blocks([(3, 4, 2, 2), (0, 1, 5, 1)]);
    let of = blocks([(0, 3, 2, 2), (1, 1, 5, 1)]);
    file.new_dataset::<i32>()
        .virtual_map("one.h5", "a", (6, 8), .., (13, 9), above)
        .virtual_map("two.h5", "a", (6, 8), of, (13, 9), below)
        .fill_value(-1i32)
        .shape((13, 9))
        .create("v")
        .unwrap();
    path
}

/// As libhdf5 reads it.
fn library(path: &Path) -> Vec<i32> {
    File::open(path).unwrap().dataset("v").unwrap().read_raw().unwrap()
}

#[test]
fn values_are_those_of_the_sources_for_every_region_and_chunk_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let expected = library(&path);
    assert_eq!(&expected[..10], [-1, 100, 101, 102, 103, 104, 105, 106, 107, -1]);
    for size in [1, 4, 40, 100, 1 << 20] {
        let request = Request::entry("/v").with_chunk_size(size);
        assert_eq!(values(&path, &request).unwrap(), expected, "{size}");
        for (region, rows, columns) in
            [("3:9,2:7", (3, 9, 1), (2, 7, 1)), ("1::3,::2", (1, 13, 3), (0, 9, 2))]
        {
            let picked: Vec<i32> = (rows.0..rows.1)
                .step_by(rows.2)
                .flat_map(|row| (columns.0..columns.1).step_by(columns.2).map(move |c| (row, c)))
                .map(|(row, column): (usize, usize)| expected[row * 9 + column])
                .collect();
            let request = request.clone().with_region(region.parse().unwrap());
            assert_eq!(values(&path, &request).unwrap(), picked, "{region} {size}");
        }
    }
}

#[test]
fn a_missing_source_is_told_and_only_its_chunks_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let expected = library(&path);
    std::fs::remove_file(folder.path().join("two.h5")).unwrap();
    let mut reader = reader(&path);
    list(&mut *reader);
    // one row each
    let chunks = reader.chunks(&Request::entry("/v").with_chunk_size(36)).unwrap();
    let plan = chunks.plan().unwrap();
    assert_eq!(plan.len(), 13);
    let mut scratch = Scratch::new();
    for row in 0..13 {
        let read = plan.read(row, &mut scratch);
        if [3, 4, 7, 8].contains(&row) {
            let error = read.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(error.message().contains("source a of file two.h5"), "{error}");
            assert_eq!(error.entry(), Some("/v"));
        } else {
            assert_eq!(read.unwrap().as_slice::<i32>().unwrap(), &expected[row * 9..][..9]);
        }
    }
    let summary = reader.finish().unwrap();
    assert!(!summary.complete);
    let findings: Vec<String> = summary.diagnostics.kept().iter().map(|d| d.to_string()).collect();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains("two.h5") && findings[0].contains("/v"), "{findings:?}");
    let reason = summary.fields.get("incomplete_reason");
    assert!(format!("{reason:?}").contains("two.h5"), "{reason:?}");
}

#[test]
fn a_region_that_needs_no_missing_source_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let expected = library(&path);
    std::fs::remove_file(folder.path().join("two.h5")).unwrap();
    let mut reader = reader(&path);
    list(&mut *reader);
    let mut bytes = Vec::new();
    let request = Request::entry("/v").with_region("9:".parse().unwrap());
    reader.copy(&request, &mut bytes).unwrap();
    let found: Vec<i32> = bytes.as_chunks::<4>().0.iter().map(|n| i32::from_ne_bytes(*n)).collect();
    assert_eq!(found, expected[81..]);
    assert!(reader.finish().unwrap().complete);
}

#[test]
fn sources_in_the_same_file_and_virtual_ones_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path());
    let expected = library(&path);
    let file = File::open_rw(&path).unwrap();
    file.new_dataset::<i32>()
        .virtual_map(".", "v", (13, 9), .., (13, 9), ..)
        .shape((13, 9))
        .create("again")
        .unwrap();
    drop(file);
    let found = values(&path, &Request::entry("/again").with_chunk_size(100)).unwrap();
    assert_eq!(found, expected);
}

#[test]
fn a_virtual_dataset_of_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cycle.h5");
    let file = File::create(&path).unwrap();
    for (name, of) in [("a", "b"), ("b", "a")] {
        file.new_dataset::<i32>().virtual_map(".", of, 4, .., 4, ..).shape(4).create(name).unwrap();
    }
    drop(file);
    let error = values(&path, &Request::entry("/a")).unwrap_err();
    assert!(error.to_string().contains("its sources lead back to it"), "{error}");
}

#[test]
fn sources_elsewhere_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    source(&folder.path().join("sub/one.h5"), 0, None);
    let path = folder.path().join("virtual.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset::<i32>()
        .virtual_map("sub/one.h5", "a", (6, 8), .., (6, 8), ..)
        .shape((6, 8))
        .create("v")
        .unwrap();
    drop(file);
    let error = values(&path, &Request::entry("/v")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("same directory"), "{error}");
}

/// Unlimited selections and numbered names, in the files of libhdf5's own tests; the sums are those that h5py gives.
#[test]
fn unlimited_and_numbered_sources_reach_as_far_as_they_do_now() {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS is not set");
        return;
    };
    let folder = Path::new(&corpus).join("hdf5/good/hdf5-1.10.8/tools/testfiles/vds");
    let files: [(&str, &str, [u64; 3], i64); 8] = [
        ("1_vds.h5", "/vds_dset", [5, 18, 8], 27840),
        ("2_vds.h5", "/vds_dset", [6, 8, 14], 23100),
        ("3_1_vds.h5", "/vds_dset", [5, 25, 8], 25320),
        ("3_2_vds.h5", "/vds_dset", [6, 13, 19], 15810),
        ("4_vds.h5", "/vds_dset", [9, 4, 4], 3024),
        ("5_vds.h5", "/vds_dset", [9, 4, 4], 3024),
        ("vds-eiger.h5", "/VDS-Eiger", [5, 10, 10], 0),
        ("vds-percival-unlim-maxmin.h5", "/VDS-Percival-unlim-maxmin", [32, 10, 10], 34000),
    ];
    for (name, dataset, shape, sum) in files {
        let path = folder.join(name);
        let mut reader = reader(&path);
        let entry = reader.find(dataset).unwrap().unwrap();
        assert_eq!(&*entry.array().unwrap().shape, shape, "{name}");
        drop(reader);
        let file = File::open(&path).unwrap();
        let expected: Vec<i32> = file.dataset(dataset).unwrap().read_raw().unwrap();
        let found = values(&path, &Request::entry(dataset).with_chunk_size(300)).unwrap();
        assert_eq!(found, expected, "{name}");
        assert_eq!(found.iter().map(|&n| i64::from(n)).sum::<i64>(), sum, "{name}");
    }
}

/// Two sources of two columns each that may grow, side by side; as many rows as the longer one has.
#[allow(unsafe_code)]
fn growing(folder: &Path) -> std::path::PathBuf {
    let open = |rows, columns| {
        SimpleExtents::new(vec![Extent::new(rows, None), Extent::new(columns, Some(columns))])
    };
    for (name, first, rows) in [("short.h5", 10, 2), ("long.h5", 20, 3)] {
        let file = File::create(folder.join(name)).unwrap();
        let builder = file.new_dataset::<i32>().chunk((1, 2)).shape(open(rows, 2));
        let numbers: Vec<i32> = (first..).take(rows * 2).collect();
        builder.create("a").unwrap().write_raw(&numbers).unwrap();
    }
    let path = folder.join("growing.h5");
    let file = File::create(&path).unwrap();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: every identifier is valid until it is closed, names end, and arrays are as long as the rank
    unsafe {
        let every = h5s::H5S_UNLIMITED;
        let space = |columns: u64, first: u64| {
            let space = h5s::H5Screate_simple(2, [1, columns].as_ptr(), [every, columns].as_ptr());
            let set = h5s::H5S_seloper_t::H5S_SELECT_SET;
            let (start, one, count, block) = ([0, first], [1, 1], [every, 1], [1, 2]);
            let status = h5s::H5Sselect_hyperslab(
                space,
                set,
                start.as_ptr(),
                one.as_ptr(),
                count.as_ptr(),
                block.as_ptr(),
            );
            assert!(status >= 0);
            space
        };
        let create = h5p::H5Pcreate(*h5p::H5P_CLS_DATASET_CREATE);
        let fill = -1i32;
        h5p::H5Pset_fill_value(create, *h5t::H5T_NATIVE_INT32, (&raw const fill).cast());
        for (name, first) in [(c"short.h5", 0), (c"long.h5", 2)] {
            let (place, from) = (space(4, first), space(2, 0));
            let status = h5p::H5Pset_virtual(create, place, name.as_ptr(), c"a".as_ptr(), from);
            assert!(status >= 0);
            h5s::H5Sclose(place);
            h5s::H5Sclose(from);
        }
        let (all, none) = (space(4, 0), h5p::H5P_DEFAULT);
        let of = *h5t::H5T_NATIVE_INT32;
        let dataset = h5d::H5Dcreate2(file.id(), c"v".as_ptr(), of, all, none, create, none);
        assert!(dataset >= 0);
        h5d::H5Dclose(dataset);
        h5s::H5Sclose(all);
        h5p::H5Pclose(create);
    }
    path
}

#[test]
fn a_missing_source_of_unlimited_extents_is_no_fill_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = growing(folder.path());
    let expected = library(&path);
    assert_eq!(expected, [10, 11, 20, 21, 12, 13, 22, 23, -1, -1, 24, 25]);
    assert_eq!(values(&path, &Request::entry("/v")).unwrap(), expected);
    std::fs::remove_file(folder.path().join("short.h5")).unwrap();
    let mut reader = reader(&path);
    list(&mut *reader);
    let summary = reader.finish().unwrap();
    let reason = format!("{:?}", summary.fields.get("incomplete_reason"));
    assert!(!summary.complete && reason.contains("source a of file short.h5"), "{reason}");
    let error = values(&path, &Request::entry("/v")).unwrap_err();
    assert!(error.message().contains("source a of file short.h5"), "{error}");
    // what does not need it is read
    let request = Request::entry("/v").with_region(":,2:".parse().unwrap());
    assert_eq!(values(&path, &request).unwrap(), [20, 21, 22, 23, 24, 25]);
}

#[test]
fn more_sources_than_fit_the_budget_are_read_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("virtual.h5");
    let file = File::create(&path).unwrap();
    let mut builder = file.new_dataset::<i32>().shape((20, 6, 8));
    for number in 0..20usize {
        let name = format!("{number}.h5");
        source(&folder.path().join(&name), number as i32 * 48, None);
        let axis = |start, block| SliceOrIndex::SliceCount { start, step: 1, count: 1, block };
        let place = Hyperslab::from(vec![axis(number, 1), axis(0, 6), axis(0, 8)]);
        builder =
            builder.virtual_map(&name, "a", (6, 8), .., (20, 6, 8), Selection::Hyperslab(place));
    }
    builder.create("v").unwrap();
    drop((builder, file));
    // a file takes 1.5 MiB here, and the virtual one's own as much
    let source = FileSource::open(&path).unwrap();
    let cx = Context::new(Arc::new(source), &Budget::new("test", 4 << 20));
    let mut bytes = Vec::new();
    let mut reader = Hdf5.open(cx).unwrap();
    reader.copy(&Request::entry("/v").with_chunk_size(1000), &mut bytes).unwrap();
    let found = bytes.as_chunks::<4>().0.iter().map(|n| i32::from_ne_bytes(*n));
    assert!(found.eq(0..960));
}

#[test]
fn selections_of_different_shapes_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    source(&folder.path().join("one.h5"), 0, None);
    let path = folder.path().join("virtual.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset::<i32>()
        .virtual_map("one.h5", "a", (6, 8), .., (8, 6), ..)
        .shape((8, 6))
        .create("v")
        .unwrap();
    drop(file);
    let error = values(&path, &Request::entry("/v")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("selections of different shapes"), "{error}");
}
