//! Every filter that is undone here, on files that h5py and hdf5plugin wrote.
//!
//! Needs a Python with both; `NARROWS_PYTHON` names it, else `python3` is tried. Without one the test says that it was skipped.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/facts.rs"]
#[allow(dead_code)]
mod facts;

use std::process::Command;

use hdf5_metno::File;
use stream_core::{DType, Request};

use facts::{context, read, stored};

const WRITE: &str = r#"
import sys, numpy as np, h5py, hdf5plugin as p
rng = np.random.default_rng(1)
f = h5py.File(sys.argv[1], "w")
kinds = {
    "deflate": dict(compression="gzip"),
    "shuffled": dict(compression="gzip", shuffle=True, fletcher32=True),
    "lzf": dict(compression="lzf", shuffle=True),
    "sum": dict(fletcher32=True),
    "lz4": p.LZ4(), "lz4_blocks": p.LZ4(nbytes=1000), "zstd": p.Zstd(),
    "bits": p.Bitshuffle(cname="none"), "bits_lz4": p.Bitshuffle(cname="lz4"),
    "bits_zstd": p.Bitshuffle(cname="zstd"), "bits_64": p.Bitshuffle(nelems=64, cname="lz4"),
}
for codec in ["blosclz", "lz4", "lz4hc", "zlib", "zstd"]:
    for shuffle in range(3):
        for level in [1, 9]:
            kinds[f"blosc_{codec}_{shuffle}_{level}"] = p.Blosc(cname=codec, clevel=level, shuffle=shuffle)
for name, kind in kinds.items():
    for i, of in enumerate(["<i4", ">i4", "<i2", "<f8", "u1", "<f4"]):
        data = np.cumsum(rng.integers(-3, 4, (150, 133)), axis=1).astype(of)
        if i == 5: data = (data + rng.random(data.shape)).astype(of)
        f.create_dataset(f"{name}/{i}", data=data, chunks=(64, 100), **kind)
        f.create_dataset(f"plain/{name}/{i}", data=data.astype(np.dtype(of).newbyteorder("=")))
    print(name)
"#;

#[test]
fn every_filter_gives_what_was_written() {
    let python = std::env::var("NARROWS_PYTHON").unwrap_or_else(|_| "python3".into());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.h5");
    let written = Command::new(&python).args(["-c", WRITE]).arg(&path).output();
    let Some(written) = written.ok().filter(|w| w.status.success()) else {
        eprintln!("skipped: no {python} with h5py and hdf5plugin");
        return;
    };
    let file = File::open(&path).unwrap();
    let cx = context(&path);
    let types = [DType::I32, DType::I32, DType::I16, DType::F64, DType::U8, DType::F32];
    for name in String::from_utf8(written.stdout).unwrap().lines() {
        for (number, dtype) in types.iter().enumerate() {
            let facts = |path: String| stored(&file.dataset(&path).unwrap(), dtype.clone());
            let filtered = facts(format!("{name}/{number}"));
            let plain = facts(format!("plain/{name}/{number}"));
            assert!(!filtered.filters.is_empty() && plain.filters.is_empty());
            for region in ["", "3:140:7,60:110"] {
                let request = Request::default().with_region(region.parse().unwrap());
                let same = read(&cx, &filtered, &request) == read(&cx, &plain, &request);
                assert!(same, "{name}/{number} {region}");
            }
        }
    }
}
