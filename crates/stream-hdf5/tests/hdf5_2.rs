//! Files of HDF5 2.x: layout messages of version 5, 64 bits for sizes of chunks, complex numbers. The library that writes them is the
//! one that the feature `static` builds.
#![allow(clippy::unwrap_used, unsafe_code)]

use std::ffi::{CStr, c_int};
use std::path::Path;
use std::sync::Arc;

use hdf5_metno::{File, FileBuilder};
use hdf5_metno_sys::{h5d, h5p, h5s, h5t};
use stream_core::memory::Budget;
use stream_core::{Context, DType, FileSource, Format, ReaderExt, Request, ordered};
use stream_hdf5::{Hdf5, Layout, Way};

/// A file in which everything is written as HDF5 2.0 does.
fn create(path: &Path) -> File {
    unsafe extern "C" {
        fn H5Fset_libver_bounds(file: i64, low: c_int, high: c_int) -> c_int;
    }
    let mut builder = FileBuilder::new();
    builder.with_fapl(|access| access.libver_latest());
    let file = builder.create(path).unwrap();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: an open file; 5 is H5F_LIBVER_V200
    assert!(unsafe { H5Fset_libver_bounds(file.id(), 5, 5) } >= 0);
    file
}

fn context(path: &Path) -> Context {
    Context::new(Arc::new(FileSource::open(path).unwrap()), &Budget::new("test", 16 << 20))
}

fn bytes(path: &Path, entry: &str) -> Vec<u8> {
    let mut reader = Hdf5.open(context(path)).unwrap();
    let cx = reader.context().clone();
    let mut chunks = ordered(reader.chunks(&Request::entry(entry)).unwrap(), &cx);
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        bytes.extend_from_slice(chunk.bytes());
    }
    bytes
}

#[test]
fn chunks_of_every_index_are_read_without_the_library() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latest.h5");
    let file = create(&path);
    let values: Vec<i32> = (0..40 * 30).map(|n| n * n % 9973).collect();
    let new = || file.new_dataset::<i32>();
    // fixed array, extensible array, version 2 b-tree, a single chunk, all chunks in a row
    let one = new().chunk((7, 8)).shuffle().deflate(6).shape((40, 30)).create("fixed").unwrap();
    let two = new().chunk((7, 8)).deflate(6).shape((40.., 30)).create("extensible").unwrap();
    let three = new().chunk((7, 8)).fletcher32().shape((40.., 30..)).create("tree").unwrap();
    let four = new().chunk((40, 30)).deflate(1).shape((40, 30)).create("single").unwrap();
    let all = [one, two, three, four];
    for dataset in &all {
        dataset.write_raw(&values).unwrap();
    }
    drop((all, file));
    let raw = std::fs::read(&path).unwrap();
    let expected: Vec<u8> = values.iter().flat_map(|n| n.to_ne_bytes()).collect();
    // layout messages of filtered chunks: version 5, chunked, flags, two axes and the element
    let newest = |four: &[u8]| matches!(four, [5, 2, _, 3]);
    assert!(raw.windows(4).filter(|four| newest(four)).count() >= 3);
    let opened = stream_hdf5::File::open(context(&path)).unwrap();
    for name in ["/fixed", "/extensible", "/tree", "/single"] {
        let dataset = opened.object(name).unwrap().into_dataset().unwrap();
        assert_eq!(dataset.way(), Way::Own, "{name}");
        assert!(matches!(dataset.layout(), Layout::Chunked { .. }), "{name}");
        assert!(bytes(&path, name) == expected, "{name}");
    }
}

/// Complex numbers of `of`, whose elements stand in `stored`.
fn complex(file: &File, name: &CStr, of: i64, stored: &[u8]) {
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: every identifier is valid until it is closed, and `stored` holds three elements
    unsafe {
        let complex = h5t::H5Tcomplex_create(of);
        let space = h5s::H5Screate_simple(1, [3].as_ptr(), std::ptr::null());
        let none = h5p::H5P_DEFAULT;
        let dataset = h5d::H5Dcreate2(file.id(), name.as_ptr(), complex, space, none, none, none);
        let all = h5s::H5S_ALL;
        assert!(h5d::H5Dwrite(dataset, complex, all, all, none, stored.as_ptr().cast()) >= 0);
        h5d::H5Dclose(dataset);
        h5s::H5Sclose(space);
        h5t::H5Tclose(complex);
    }
}

#[test]
fn complex_numbers_are_complex_in_native_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("complex.h5");
    let file = create(&path);
    let values = [1.5f64, -2.0, 0.25, 3.0, -0.5, 1e9];
    let big: Vec<u8> = values.iter().flat_map(|x| x.to_be_bytes()).collect();
    let little: Vec<u8> = values.iter().flat_map(|x| (*x as f32).to_le_bytes()).collect();
    let (double, single) = {
        let _library = hdf5_metno_sys::LOCK.lock();
        (*h5t::H5T_IEEE_F64BE, *h5t::H5T_IEEE_F32LE)
    };
    complex(&file, c"double", double, &big);
    complex(&file, c"single", single, &little);
    drop(file);
    let native: Vec<u8> = values.iter().flat_map(|x| x.to_ne_bytes()).collect();
    assert_eq!(bytes(&path, "/double"), native);
    let native: Vec<u8> = values.iter().flat_map(|x| (*x as f32).to_ne_bytes()).collect();
    assert_eq!(bytes(&path, "/single"), native);
    let mut reader = Hdf5.open(context(&path)).unwrap();
    let mut dtype = |path| reader.find(path).unwrap().unwrap().array().unwrap().dtype.clone();
    assert_eq!((dtype("/double"), dtype("/single")), (DType::C128, DType::C64));
    let opened = stream_hdf5::File::open(context(&path)).unwrap();
    let dataset = opened.object("/double").unwrap().into_dataset().unwrap();
    assert_eq!(
        (dataset.way(), dataset.datatype().to_string().as_str()),
        (Way::Own, "H5T_COMPLEX_IEEE_F64BE")
    );
}

#[test]
fn the_library_is_of_the_version_that_the_feature_promises() {
    assert!(Hdf5.library().is_some_and(|text| text.starts_with("libhdf5 2.")));
}
