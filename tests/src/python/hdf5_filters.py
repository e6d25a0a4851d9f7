"""Writes files with every filter that h5py and hdf5plugin can write, over several types and chunks that do not fit their
array; a JSON line names each."""
import json
import os
import sys

import h5py
import hdf5plugin
import numpy as np

folder = sys.argv[1]
random = np.random.default_rng(1)
GZIP = {"compression": "gzip", "compression_opts": 6}
FILTERS = {
    "none": {},
    "shuffle": {"shuffle": True},
    "deflate": GZIP,
    "shuffle_deflate": GZIP | {"shuffle": True},
    "fletcher32": {"fletcher32": True},
    "shuffle_deflate_fletcher32": GZIP | {"shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf"},
    "shuffle_lzf": {"compression": "lzf", "shuffle": True},
    "lz4": hdf5plugin.LZ4(),
    "lz4_blocks": hdf5plugin.LZ4(nbytes=64),
    "zstd": hdf5plugin.Zstd(clevel=3),
    "bitshuffle": hdf5plugin.Bitshuffle(cname="none"),
    "bitshuffle_lz4": hdf5plugin.Bitshuffle(cname="lz4"),
    "bitshuffle_zstd": hdf5plugin.Bitshuffle(cname="zstd"),
    "bitshuffle_blocks": hdf5plugin.Bitshuffle(nelems=64, cname="lz4"),
}
for codec in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
    for shuffle in (0, 1, 2):
        FILTERS[f"blosc_{codec}_{shuffle}"] = hdf5plugin.Blosc(cname=codec, clevel=5, shuffle=shuffle)
if h5py.h5z.filter_avail(h5py.h5z.FILTER_SZIP):
    FILTERS["szip_nn"] = {"compression": "szip", "compression_opts": ("nn", 8)}
    FILTERS["szip_ec"] = {"compression": "szip", "compression_opts": ("ec", 16)}
INTEGERS = {"scaleoffset": {"scaleoffset": 0}}
TYPES = ("u1", "<i2", ">i2", "<i4", "<u8", "<f4", ">f8")
SHAPES = (((1000,), (300,)), ((37, 53), (10, 16)), ((5, 7, 11), (2, 7, 4)))


def data(shape, dtype):
    smooth = np.add.reduce(np.indices(shape), axis=0) % 251
    noise = random.integers(0, 4, shape)
    return (smooth + noise).astype(dtype)


# the oldest structures, those of 1.10 with its indices of chunks, and the newest that the installed library writes
VERSIONS = {"earliest": "earliest", "v110": ("v110", "v110"), "newest": "latest"}
for version, libver in VERSIONS.items():
    for name, filters in (FILTERS | INTEGERS).items():
        if name == "none" and version == "newest":
            continue
        path = f"{name}_{version}.h5"
        with h5py.File(os.path.join(folder, path), "w", libver=libver) as file:
            for dtype in TYPES:
                for shape, chunks in SHAPES:
                    where = f"{dtype.strip('<>')}{'be' if '>' in dtype else ''}_{len(shape)}"
                    if name in INTEGERS and np.dtype(dtype).kind == "f":
                        continue
                    try:
                        growing = (None,) + shape[1:] if dtype == "<i4" else None
                        file.create_dataset(
                            where, data=data(shape, dtype), chunks=chunks, maxshape=growing, **filters
                        )
                    except Exception as why:
                        print(f"{path} {where}: {why}", file=sys.stderr)
            # one chunk that was never written
            hole = file.create_dataset("hole", (90,), "<i4", chunks=(30,), fillvalue=-7, **filters)
            hole[:30] = np.arange(30)
        print(json.dumps({"file": path}))
