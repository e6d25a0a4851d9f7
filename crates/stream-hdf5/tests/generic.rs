//! Values through the reader that all formats share: external files, user blocks, foreign byte orders, compounds, references.
#![allow(clippy::unwrap_used)]

use std::ffi::{c_char, c_int};
use std::path::Path;
use std::sync::Arc;

use hdf5_metno::{File, FileBuilder};
use hdf5_metno_sys::{h5d, h5f, h5p, h5s, h5t};
use stream_core::memory::Budget;
use stream_core::{Context, DType, ErrorKind, FileSource, Format, Reader, ReaderExt, Request};
use stream_hdf5::Hdf5;

fn reader(path: &Path) -> Box<dyn Reader> {
    let source = FileSource::open(path).unwrap();
    Hdf5.open(Context::new(Arc::new(source), &Budget::new("test", 64 << 20))).unwrap()
}

fn bytes(path: &Path, entry: &str) -> stream_core::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader(path).copy(&Request::entry(entry), &mut bytes)?;
    Ok(bytes)
}

/// A file with a dataset of ten numbers in two external files.
#[allow(unsafe_code)]
fn external(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("external.h5");
    let file = File::create(&path).unwrap();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: every identifier is valid until it is closed, names end, and arrays are as long as said
    unsafe {
        let create = h5p::H5Pcreate(*h5p::H5P_CLS_DATASET_CREATE);
        assert!(h5p::H5Pset_external(create, c"first.raw".as_ptr(), 3, 16) >= 0);
        assert!(h5p::H5Pset_external(create, c"second.raw".as_ptr(), 0, 24) >= 0);
        let space = h5s::H5Screate_simple(1, [10].as_ptr(), std::ptr::null());
        let dataset = h5d::H5Dcreate2(
            file.id(),
            c"e".as_ptr(),
            *h5t::H5T_STD_I32BE,
            space,
            h5p::H5P_DEFAULT,
            create,
            h5p::H5P_DEFAULT,
        );
        assert!(dataset >= 0);
        h5d::H5Dclose(dataset);
        h5s::H5Sclose(space);
        h5p::H5Pclose(create);
    }
    let numbers: Vec<u8> = (100..110i32).flat_map(i32::to_be_bytes).collect();
    let (first, second) = numbers.split_at(16);
    std::fs::write(folder.join("first.raw"), [b"xyz", first].concat()).unwrap();
    std::fs::write(folder.join("second.raw"), second).unwrap();
    path
}

#[test]
fn external_files_follow_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = external(folder.path());
    let expected: Vec<u8> = (100..110i32).flat_map(i32::to_ne_bytes).collect();
    assert_eq!(bytes(&path, "/e").unwrap(), expected);
}

#[test]
fn a_missing_external_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = external(folder.path());
    std::fs::remove_file(folder.path().join("second.raw")).unwrap();
    let mut reader = reader(&path);
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry).unwrap() {}
    let error = reader.copy(&Request::entry("/e"), &mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.message().contains("external file second.raw"), "{error}");
    let summary = reader.finish().unwrap();
    assert!(!summary.complete);
    let reason = format!("{:?}", summary.fields.get("incomplete_reason"));
    assert!(reason.contains("second.raw"), "{reason}");
}

#[test]
fn addresses_count_from_behind_a_user_block() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("block.h5");
    let mut builder = FileBuilder::new();
    builder.with_fcpl(|create| create.userblock(1024));
    let file = builder.create(&path).unwrap();
    let plain = file.new_dataset::<u16>().shape(5).create("plain").unwrap();
    plain.write_raw(&[1u16, 2, 3, 4, 5]).unwrap();
    let chunked = file.new_dataset::<u16>().chunk(2).deflate(1).shape(5).create("chunked").unwrap();
    chunked.write_raw(&[5u16, 4, 3, 2, 1]).unwrap();
    drop((plain, chunked, file));
    let native = |numbers: [u16; 5]| numbers.map(u16::to_ne_bytes).concat();
    assert_eq!(bytes(&path, "/plain").unwrap(), native([1, 2, 3, 4, 5]));
    assert_eq!(bytes(&path, "/chunked").unwrap(), native([5, 4, 3, 2, 1]));
    let mut reader = reader(&path);
    let span = reader.find("/plain").unwrap().unwrap().span().unwrap();
    let file = std::fs::read(&path).unwrap();
    let start = usize::try_from(span.offset).unwrap();
    assert_eq!(file[start..start + 10], [1u16, 2, 3, 4, 5].map(u16::to_le_bytes).concat());
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry).unwrap() {}
    let block = format!("{:?}", reader.finish().unwrap().fields.get("user_block"));
    assert!(block.contains("1024"), "{block}");
}

/// A big-endian compound with padding, and references to objects.
#[allow(unsafe_code)]
fn compounds(path: &Path) {
    let file = File::create(path).unwrap();
    file.create_group("g").unwrap();
    let none = h5p::H5P_DEFAULT;
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: every identifier is valid until it is closed, names end, and buffers hold what is written
    unsafe {
        let of = h5t::H5Tcreate(h5t::H5T_class_t::H5T_COMPOUND, 16);
        h5t::H5Tinsert(of, c"a".as_ptr(), 1, *h5t::H5T_STD_I16BE);
        h5t::H5Tinsert(of, c"b".as_ptr(), 8, *h5t::H5T_IEEE_F64BE);
        let space = h5s::H5Screate_simple(1, [2].as_ptr(), std::ptr::null());
        let dataset = h5d::H5Dcreate2(file.id(), c"c".as_ptr(), of, space, none, none, none);
        let mut stored = [[0xeeu8; 16]; 2];
        for (stored, (a, b)) in stored.iter_mut().zip([(-2i16, 1.5f64), (300, -0.25)]) {
            stored[1..3].copy_from_slice(&a.to_be_bytes());
            stored[8..].copy_from_slice(&b.to_be_bytes());
        }
        let all = h5s::H5S_ALL;
        assert!(h5d::H5Dwrite(dataset, of, all, all, none, stored.as_ptr().cast()) >= 0);
        h5d::H5Dclose(dataset);
        h5t::H5Tclose(of);
        let mut references = [0u64; 2];
        // 1.12 gave the kinds other names: 0 is an object
        unsafe extern "C" {
            fn H5Rcreate(to: *mut u64, at: i64, name: *const c_char, kind: c_int, of: i64)
            -> c_int;
        }
        assert!(H5Rcreate(references.as_mut_ptr(), file.id(), c"/g".as_ptr(), 0, -1) >= 0);
        let of = *h5t::H5T_STD_REF_OBJ;
        let dataset = h5d::H5Dcreate2(file.id(), c"r".as_ptr(), of, space, none, none, none);
        assert!(h5d::H5Dwrite(dataset, of, all, all, none, references.as_ptr().cast()) >= 0);
        h5d::H5Dclose(dataset);
        h5s::H5Sclose(space);
        h5f::H5Fflush(file.id(), h5f::H5F_scope_t::H5F_SCOPE_GLOBAL);
    }
}

#[test]
fn compounds_are_packed_in_native_order_and_references_are_paths() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("compound.h5");
    compounds(&path);
    let one = |a: i16, b: f64| [&a.to_ne_bytes()[..], &b.to_ne_bytes()[..]].concat();
    assert_eq!(bytes(&path, "/c").unwrap(), [one(-2, 1.5), one(300, -0.25)].concat());
    let text = |path: &str| [&(path.len() as u32).to_ne_bytes()[..], path.as_bytes()].concat();
    assert_eq!(bytes(&path, "/r").unwrap(), [text("/g"), text("")].concat());
    let entry = reader(&path).find("/r").unwrap().unwrap();
    assert_eq!(entry.array().unwrap().dtype, DType::Ref);
}
