"""The values of every dataset of an HDF5 file as libhdf5 reads them, packed as our chunks are: little-endian, no
padding; texts, references and sequences as a count of 32 bits and the content. A JSON line with length and CRC for each."""
import json
import os
import struct
import sys
import zlib

import h5py
import hdf5plugin  # noqa: F401 (registers the filters)
import numpy as np

LARGEST = 64 << 20


def has_objects(dtype):
    if dtype.subdtype:
        return has_objects(dtype.subdtype[0])
    if dtype.fields:
        return any(has_objects(field[0]) for field in dtype.fields.values())
    return dtype.kind == "O"


def packed(dtype):
    if dtype.subdtype:
        return np.dtype((packed(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.fields:
        return np.dtype([(name, packed(dtype.fields[name][0])) for name in dtype.names])
    if dtype.kind == "f" and dtype.itemsize > 8:
        return np.dtype("<f8")
    return dtype.newbyteorder("<")


def copy(array, dtype):
    """Member by member: a cast of a whole struct goes by position too, and fails on some."""
    if dtype.fields is None:
        return array.astype(dtype)
    out = np.zeros(array.shape, dtype)
    for name in dtype.names:
        out[name] = copy(array[name], dtype.fields[name][0].base)
    return out


def count(number):
    return struct.pack("<I", number)


def text(value):
    raw = value if isinstance(value, bytes) else str(value).encode("utf8", "surrogateescape")
    return count(len(raw)) + raw


def path_of(file, reference):
    if not reference:
        return text("")
    name = file[reference].name
    return text(name if name is not None else "")


def one(file, value, dtype):
    """A single element."""
    if dtype.subdtype:
        base = dtype.subdtype[0]
        return b"".join(one(file, item, base) for item in np.asarray(value).reshape(-1))
    if dtype.fields:
        return b"".join(one(file, value[name], dtype.fields[name][0]) for name in dtype.names)
    if dtype.kind != "O":
        return np.asarray(value, dtype=dtype).astype(packed(dtype)).tobytes()
    if h5py.check_string_dtype(dtype) is not None:
        return text(value if value is not None and not isinstance(value, int) else b"")
    if h5py.check_ref_dtype(dtype) is not None:
        return path_of(file, value)
    base = h5py.check_vlen_dtype(dtype)
    items = np.asarray(value if value is not None else [], dtype=base).reshape(-1)
    return count(len(items)) + b"".join(one(file, item, base) for item in items)


def values(file, dataset):
    dtype = dataset.dtype
    array = np.asarray(dataset[()])
    if not has_objects(dtype):
        return copy(array, packed(dtype.base)).tobytes()
    return b"".join(one(file, item, dtype.base) for item in array.reshape(-1))


def shown(name):
    return name.encode("utf8", "surrogateescape").decode("utf8", "replace")


def walk(file, group, path, seen):
    for name in sorted(group, key=lambda name: name.encode("utf8", "surrogateescape")):
        kind = group.id.links.get_info(name.encode("utf8", "surrogateescape")).type
        if kind != h5py.h5l.TYPE_HARD:
            continue
        where = f"{path}/{name}"
        try:
            info = h5py.h5o.get_info(group.id, name.encode("utf8", "surrogateescape"))
            if info.addr in seen:
                continue
            seen.add(info.addr)
            thing = group[name]
        except Exception as why:
            print(json.dumps({"path": shown(where), "error": str(why)}))
            continue
        if isinstance(thing, h5py.Group):
            walk(file, thing, where, seen)
        elif isinstance(thing, h5py.Dataset):
            line = {"path": shown(where)}
            try:
                if thing.shape is None:
                    line["skipped"] = "a null dataspace"
                elif thing.size * max(thing.dtype.itemsize, 1) > LARGEST:
                    line["skipped"] = "too large for a test"
                else:
                    raw = values(file, thing)
                    line |= {"shape": thing.shape, "bytes": len(raw), "crc32": zlib.crc32(raw)}
            except Exception as why:
                line["error"] = f"{type(why).__name__}: {why}"
            print(json.dumps(line))


# sources in other files are named relative to this one
os.environ["HDF5_EXTFILE_PREFIX"] = "${ORIGIN}"
with h5py.File(sys.argv[1], "r", locking=False) as file:
    root = h5py.h5o.get_info(file.id, b"/")
    walk(file, file["/"], "", {root.addr})
