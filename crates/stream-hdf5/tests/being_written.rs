//! Files that someone writes: they open, without a lock, and say that they are marked.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;
use std::sync::Arc;

use hdf5_metno::{File, FileBuilder};
use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource, Format, MemorySource, ReaderExt, Request};
use stream_hdf5::Hdf5;

fn context(source: impl stream_core::Source + 'static) -> Context {
    Context::new(Arc::new(source), &Budget::new("test", 64 << 20))
}

/// The numbers of `/d`, and what the root and the summary say of the mark.
fn read(cx: Context) -> stream_core::Result<(Vec<u8>, String, String)> {
    let mut reader = Hdf5.open(cx)?;
    let mut entry = reader.context().entry();
    assert!(reader.read_entry(&mut entry)?);
    let flags = format!("{:?}", entry.fields().get("consistency_flags"));
    while reader.read_entry(&mut entry)? {}
    let mut bytes = Vec::new();
    reader.copy(&Request::entry("/d"), &mut bytes)?;
    let summary = reader.finish()?;
    assert!(summary.complete);
    let found = summary.diagnostics.kept().iter().map(|one| one.rule).collect::<Vec<_>>();
    Ok((bytes, flags, found.join(" ")))
}

/// A file that is still open, with what has been written to it so far in the file system.
fn still_open(path: &Path, user_block: u64) -> File {
    let mut builder = FileBuilder::new();
    builder.with_fapl(|access| access.libver_latest());
    builder.with_fcpl(|create| create.userblock(user_block));
    let file = builder.create(path).unwrap();
    let dataset = file.new_dataset::<u16>().chunk(2).shape(5).create("d").unwrap();
    dataset.write_raw(&[1u16, 2, 3, 4, 5]).unwrap();
    drop(dataset);
    file.flush().unwrap();
    file
}

fn expected() -> Vec<u8> {
    [1u16, 2, 3, 4, 5].map(u16::to_ne_bytes).concat()
}

#[test]
fn a_file_that_is_open_for_writing_is_read_and_says_so() {
    for user_block in [0, 1024] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("open.h5");
        let file = still_open(&path, user_block);
        let copy = std::fs::read(&path).unwrap();
        let start = usize::try_from(user_block).unwrap();
        assert_eq!((copy[start + 8], copy[start + 11]), (3, 1), "version 3, open for writing");
        let (bytes, flags, found) = read(context(MemorySource::new(copy))).unwrap();
        assert_eq!(bytes, expected());
        assert!(flags.contains("write_access") && !flags.contains("swmr"), "{flags}");
        assert_eq!(found, "still_open");
        // the file itself, which its writer has locked
        assert_eq!(read(context(FileSource::open(&path).unwrap())).unwrap().0, expected());
        drop(file);
        let (bytes, flags, found) = read(context(FileSource::open(&path).unwrap())).unwrap();
        assert_eq!((bytes, flags.as_str(), found.as_str()), (expected(), "None", ""));
    }
}

#[test]
#[allow(unsafe_code)]
fn a_copy_of_a_file_that_is_written_while_others_read_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("swmr.h5");
    let file = still_open(&path, 0);
    let library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: an open file
    assert!(unsafe { hdf5_metno_sys::h5f::H5Fstart_swmr_write(file.id()) } >= 0);
    drop(library);
    let copy = folder.path().join("copy.h5");
    std::fs::copy(&path, &copy).unwrap();
    let refused = File::open(&copy).unwrap_err().to_string();
    assert!(refused.contains("open for"), "{refused}");
    let (bytes, flags, _) = read(context(FileSource::open(&copy).unwrap())).unwrap();
    assert_eq!(bytes, expected());
    assert!(flags.contains("write_access") && flags.contains("swmr_access"), "{flags}");
}

#[test]
fn the_mark_of_an_old_superblock_is_told_and_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.h5");
    let mut builder = FileBuilder::new();
    builder.with_fapl(|access| access.libver_earliest());
    let file = builder.create(&path).unwrap();
    file.new_dataset::<u16>().shape(5).create("d").unwrap().write_raw(&[1u16, 2, 3, 4, 5]).unwrap();
    drop(file);
    let mut bytes = std::fs::read(&path).unwrap();
    assert_eq!((bytes[8], bytes[20]), (0, 0));
    bytes[20] = 1;
    let (data, flags, found) = read(context(MemorySource::new(bytes))).unwrap();
    assert_eq!(data, expected());
    assert!(flags.contains("write_access"), "{flags}");
    assert_eq!(found, "still_open");
}

#[test]
fn a_superblock_with_a_wrong_checksum_stays_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open.h5");
    let _file = still_open(&path, 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[44] ^= 1;
    let error = read(context(MemorySource::new(bytes))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
}

#[test]
fn reading_takes_no_lock_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("closed.h5");
    drop(still_open(&path, 0));
    let mut only_read = std::fs::metadata(&path).unwrap().permissions();
    only_read.set_readonly(true);
    std::fs::set_permissions(&path, only_read).unwrap();
    let before =
        (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
    let mut reader = Hdf5.open(context(FileSource::open(&path).unwrap())).unwrap();
    let mut entry = reader.context().entry();
    while reader.read_entry(&mut entry).unwrap() {}
    let mut bytes = Vec::new();
    reader.copy(&Request::entry("/d"), &mut bytes).unwrap();
    // a lock of ours would be in the way of this one
    let other = std::fs::File::open(&path).unwrap();
    other.try_lock().unwrap();
    other.unlock().unwrap();
    drop(reader);
    assert_eq!(bytes, expected());
    let after =
        (std::fs::read(&path).unwrap(), std::fs::metadata(&path).unwrap().modified().unwrap());
    assert!(before == after);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
