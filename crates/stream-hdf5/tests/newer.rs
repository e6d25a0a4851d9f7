//! What HDF5 2.0 writes, met by an older library.
#![cfg(not(feature = "static"))]
#![allow(clippy::unwrap_used)]

#[allow(dead_code)] // one of its files is enough here
mod support {
    pub(crate) mod write;
}

use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, MemorySource};
use stream_hdf5::{File, Found, Walk};

/// `mixed`, in whose chunked dataset the layout message says version 5.
fn newer() -> Vec<u8> {
    let mut file = support::write::mixed();
    // version 3, chunked, two axes and the element, an address, extents of four bytes each
    let is_layout =
        |bytes: &[u8]| bytes.starts_with(&[3, 2, 3]) && bytes.ends_with(&[4, 0, 0, 0, 7, 0, 0, 0]);
    let at = file.windows(19).position(is_layout).unwrap();
    file[at] = 5;
    file
}

#[test]
fn an_older_library_is_told_from_a_broken_file() {
    let source = Arc::new(MemorySource::new(newer()));
    let file = File::open(Context::new(source, &Budget::new("test", 16 << 20))).unwrap();
    let mut walk = Walk::new(file.root().unwrap()).unwrap();
    let (mut refused, mut others) = (Vec::new(), 0);
    while let Some(found) = walk.next_found().unwrap() {
        match found {
            Found::Broken { path, error } => refused.push((path, error)),
            _ => others += 1,
        }
    }
    let [(path, error)] = &refused[..] else { panic!("{refused:?}") };
    assert_eq!((path.as_str(), error.kind()), ("/g/chunked", ErrorKind::Unsupported));
    assert!(error.message().starts_with("data layout message of version 5: written by HDF5 2.0"));
    assert!(error.message().ends_with("a build with the feature `static` reads it"), "{error}");
    // the root, the group, two more datasets and three links are as they were
    assert_eq!(others, 7);
    let error = file.object("/g/chunked").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
