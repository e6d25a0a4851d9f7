"""Shape and statistics of arrays as other people's modules read them: of the datasets of HDF5 files, of the pixels of DICOM files
after the modality's scaling. A JSON line for each, and one for each file that could not be read. The first argument is the format."""
import json
import os
import sys
import warnings

import numpy as np

LARGEST = 64 << 20
warnings.filterwarnings("ignore")


def statistics(array):
    """Of the finite numbers, in extended precision."""
    array = np.asarray(array).reshape(-1)
    missing = int(np.isnan(array).sum()) if array.dtype.kind == "f" else 0
    if array.dtype.kind == "f":
        array = array[np.isfinite(array)]
    if array.size == 0:
        return {"count": 0, "missing": missing}
    wide = array.astype(np.longdouble)
    mean = wide.mean()
    return {
        "count": int(array.size),
        "missing": missing,
        "min": float(array.min()),
        "max": float(array.max()),
        "mean": float(mean),
        "sd": float(np.sqrt(((wide - mean) ** 2).mean())),
    }


def tell(file, **what):
    print(json.dumps({"file": file} | what), flush=True)


def hdf5(name):
    import h5py
    import hdf5plugin  # noqa: F401 (registers the filters)

    os.environ["HDF5_EXTFILE_PREFIX"] = "${ORIGIN}"

    def walk(file, group, path, seen):
        for key in group:
            raw = key.encode("utf8", "surrogateescape")
            if group.id.links.get_info(raw).type != h5py.h5l.TYPE_HARD:
                continue
            where = f"{path}/{key}"
            shown = where.encode("utf8", "surrogateescape").decode("utf8", "replace")
            try:
                info = h5py.h5o.get_info(group.id, raw)
                if info.addr in seen:
                    continue
                seen.add(info.addr)
                thing = group[key]
                if isinstance(thing, h5py.Group):
                    walk(file, thing, where, seen)
                elif isinstance(thing, h5py.Dataset) and thing.shape is not None and thing.dtype.kind in "iuf":
                    if thing.size * thing.dtype.itemsize > LARGEST:
                        continue
                    tell(name, path=shown, shape=thing.shape, **statistics(thing[()]))
            except Exception as why:
                tell(name, path=shown, error=f"{type(why).__name__}: {why}")

    with h5py.File(name, "r", locking=False) as file:
        root = h5py.h5o.get_info(file.id, b"/")
        walk(file, file["/"], "", {root.addr})


def dicom(name):
    import pydicom
    from pydicom.pixels import apply_modality_lut

    data = pydicom.dcmread(name, force=True)
    if "PixelData" in data:
        array = apply_modality_lut(data.pixel_array, data)
        tell(name, path="(7FE0,0010)", shape=array.shape, color=data.PhotometricInterpretation, **statistics(array))


def each(read, files):
    for file in files:
        # a library may crash: what it takes down is a copy
        child = os.fork()
        if child == 0:
            try:
                read(file)
            except Exception as why:
                tell(file, error=f"{type(why).__name__}: {why}")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            tell(file, error=f"ends with {status}")


each({"hdf5": hdf5, "dicom": dicom}[sys.argv[1]], sys.argv[2:])
