//! Groups with more members than the budget could hold.
#![allow(clippy::unwrap_used)]

use std::ffi::CString;
use std::path::Path;
use std::sync::Arc;

use hdf5_metno::{File, FileBuilder, Group};
use hdf5_metno_sys::{h5g, h5i, h5p};
use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, FileSource, Format, Kind};
use stream_hdf5::{Hdf5, Target};

const MANY: usize = 20_000;
const BUDGET: u64 = 4 << 20;

fn create(path: &Path, latest: bool) -> File {
    let mut builder = FileBuilder::new();
    builder
        .with_fapl(|access| if latest { access.libver_latest() } else { access.libver_earliest() });
    builder.create(path).unwrap()
}

/// The paths of all entries of a kind, in the order in which they come, and the number of entries.
fn listed(path: &Path, kind: Kind) -> (Vec<String>, usize) {
    let budget = Budget::new("test", BUDGET);
    let source = FileSource::open(path).unwrap();
    let mut reader = Hdf5.open(Context::new(Arc::new(source), &budget)).unwrap();
    let mut entry = reader.context().entry();
    let (mut paths, mut entries) = (Vec::new(), 0);
    while reader.read_entry(&mut entry).unwrap() {
        entries += 1;
        if entry.kind() == kind {
            paths.push(entry.path().to_owned());
        }
    }
    assert!(reader.finish().unwrap().complete);
    assert!(budget.peak() <= BUDGET);
    (paths, entries)
}

/// A group that keeps the order in which its links are made, with an index for it.
#[allow(unsafe_code)]
fn ordered_group(file: &File, name: &str) -> Group {
    let c_name = CString::new(name).unwrap();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: every identifier is valid until it is closed, and the name ends
    unsafe {
        let create = h5p::H5Pcreate(*h5p::H5P_CLS_GROUP_CREATE);
        assert!(h5p::H5Pset_link_creation_order(create, 3) >= 0);
        let none = h5p::H5P_DEFAULT;
        let group = h5g::H5Gcreate2(file.id(), c_name.as_ptr(), none, create, none);
        assert!(group >= 0);
        h5i::H5Idec_ref(group);
        h5p::H5Pclose(create);
    }
    file.group(name).unwrap()
}

#[test]
fn tens_of_thousands_of_groups_list_in_four_mebibytes() {
    for latest in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("groups.h5");
        let file = create(&path, latest);
        let group = file.create_group("g").unwrap();
        for i in 0..MANY {
            group.create_group(&format!("m{i:07}")).unwrap();
        }
        drop((group, file));
        let (mut paths, entries) = listed(&path, Kind::Group);
        assert_eq!(entries, MANY + 2);
        paths.sort_unstable();
        let expected = (0..MANY).map(|i| format!("/g/m{i:07}"));
        assert!(paths.iter().skip(2).map(String::as_str).eq(expected.collect::<Vec<_>>()));
    }
}

#[test]
fn links_that_keep_their_order_come_in_it_batch_after_batch() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("links.h5");
    let file = create(&path, true);
    // few stand in the group's header, many in a heap
    for (name, count) in [("few", 5), ("many", MANY)] {
        let group = ordered_group(&file, name);
        for i in (0..count).rev() {
            group.link_soft("/few", &format!("m{i:07}")).unwrap();
        }
    }
    drop(file);
    let (paths, entries) = listed(&path, Kind::Link);
    assert_eq!(entries, MANY + 5 + 3);
    let expected = |name, count: usize| (0..count).rev().map(move |i| format!("/{name}/m{i:07}"));
    assert!(paths.into_iter().eq(expected("few", 5).chain(expected("many", MANY))));
}

#[test]
fn soft_links_of_the_earliest_format_lead_where_the_library_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("soft.h5");
    let file = create(&path, false);
    let group = file.create_group("g").unwrap();
    group.create_group("below").unwrap().create_group("last").unwrap();
    // by name, as the group's index has them: absolute, relative, through another soft link, nowhere, and around
    for (name, target) in [
        ("a", "/g/below"),
        ("b", "below/./last"),
        ("c", "b"),
        ("d", "/g/nothing"),
        ("e", "e"),
        ("f", "/"),
        ("h", "a/last"),
        ("i", "/latest/x"),
    ] {
        group.link_soft(target, name).unwrap();
    }
    for i in 0..3000 {
        group
            .link_soft(&format!("/g/{}", if i % 2 == 0 { "a" } else { "z" }), &format!("m{i}"))
            .unwrap();
    }
    drop((group, file));
    let budget = Budget::new("test", BUDGET);
    let source = FileSource::open(&path).unwrap();
    let cx = Context::new(Arc::new(source), &budget);
    let file = stream_hdf5::File::open(cx).unwrap();
    let mut walk = stream_hdf5::Walk::new(file.root().unwrap()).unwrap();
    let mut links = Vec::new();
    while let Some(found) = walk.next_found().unwrap() {
        if let stream_hdf5::Found::Link(link) = found {
            let Target::Soft { path, leads } = link.target else { panic!("{link:?}") };
            links.push((link.path, String::from_utf8(path).unwrap(), leads));
        }
    }
    assert_eq!(links.len(), 3008);
    let few: Vec<_> = links.iter().filter(|(path, ..)| !path.starts_with("/g/m")).collect();
    let leads: Vec<_> = few.iter().map(|(path, _, leads)| (path.as_str(), *leads)).collect();
    let yes = |path| (path, true);
    let expected =
        [yes("/g/a"), yes("/g/b"), yes("/g/c"), ("/g/d", false), ("/g/e", false), yes("/g/f")];
    assert_eq!(leads[..6], expected);
    assert_eq!(leads[6..], [yes("/g/h"), ("/g/i", false)]);
    for (path, target, leads) in links.iter().filter(|(path, ..)| path.starts_with("/g/m")) {
        let even = path[4..].parse::<u32>().unwrap() % 2 == 0;
        assert_eq!((target.as_str(), *leads), (if even { "/g/a" } else { "/g/z" }, even), "{path}");
    }
    // by path too, through links, without taking the group's names into memory
    assert_eq!(
        file.object("/g/m2/last").unwrap().address(),
        file.object("/g/b").unwrap().address()
    );
    assert_eq!(file.object("/g/m1").unwrap_err().kind(), ErrorKind::Unrecognized);
}
