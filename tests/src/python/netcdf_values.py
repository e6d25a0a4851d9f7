"""The values of every variable of a netCDF file as netCDF-C reads them, packed as our chunks are, and what is left of them
after scaling and masking. A JSON line for each."""
import json
import struct
import sys
import warnings
import zlib

import netCDF4
import numpy as np

LARGEST = 64 << 20
warnings.filterwarnings("ignore")


def packed(dtype):
    if dtype.subdtype:
        return np.dtype((packed(dtype.subdtype[0]), dtype.subdtype[1]))
    if dtype.fields:
        return np.dtype([(name, packed(dtype.fields[name][0])) for name in dtype.names])
    return dtype.newbyteorder("<")


def copy(array, dtype):
    if dtype.fields is None:
        return array.astype(dtype)
    out = np.zeros(array.shape, dtype)
    for name in dtype.names:
        out[name] = copy(array[name], dtype.fields[name][0].base)
    return out


def count(number):
    return struct.pack("<I", number)


def values(variable):
    array = np.asarray(variable[...])
    if isinstance(variable.datatype, netCDF4.VLType):
        items = [np.asarray(item) for item in array.reshape(-1)]
        base = np.dtype(variable.datatype.dtype).newbyteorder("<")
        return b"".join(count(item.size) + item.astype(base).tobytes() for item in items)
    if variable.dtype is str:
        texts = [str(item).encode("utf8", "surrogateescape") for item in array.reshape(-1)]
        return b"".join(count(len(text)) + text for text in texts)
    return copy(array, packed(array.dtype)).tobytes()


def scaled(variable):
    """Count, sum, least and greatest of what is not missing."""
    array = np.ma.asarray(variable[...])
    if array.dtype.kind not in "iuf":
        return None
    left = np.ma.masked_invalid(array.astype("f8")).compressed()
    if left.size == 0:
        return [0, 0.0, None, None]
    return [left.size, float(left.sum()), float(left.min()), float(left.max())]


def walk(group, path):
    for name, variable in group.variables.items():
        line = {"path": f"{path}/{name}"}
        try:
            variable.set_auto_chartostring(False)
            variable.set_auto_maskandscale(False)
            if variable.size * 8 > LARGEST:
                line["skipped"] = "too large for a test"
            else:
                raw = values(variable)
                line |= {"shape": variable.shape, "bytes": len(raw), "crc32": zlib.crc32(raw)}
                variable.set_auto_maskandscale(True)
                try:
                    line["scaled"] = scaled(variable)
                except Exception as why:
                    line["unscaled"] = f"{type(why).__name__}: {why}"
        except Exception as why:
            line["error"] = f"{type(why).__name__}: {why}"
        print(json.dumps(line))
    for name, inner in group.groups.items():
        walk(inner, f"{path}/{name}")


with netCDF4.Dataset(sys.argv[1]) as file:
    walk(file, "")
