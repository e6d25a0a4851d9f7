"""Makes the array files that are raced over: arrays.py GROUP FOLDER SHARE. Always the same values; a JSON line says what
they add up to. Values are multiples of 1/64, so that every order of adding them up gives the same sum."""
import json
import os
import sys

import numpy as np

group, folder, share = sys.argv[1], sys.argv[2], int(sys.argv[3])


def field(random, lines, columns, step):
    down = np.linspace(0, 6, lines, dtype="f4")[:, None]
    across = np.linspace(0, 9, columns, dtype="f4")[None, :]
    smooth = 280 + 15 * np.sin(across + step * 0.01) * np.cos(down)
    noise = random.standard_normal((lines, columns), "f4") * 0.5
    return (np.rint((smooth + noise) * 64) / 64).astype("f4")


def fresh(name):
    path = os.path.join(folder, name)
    if os.path.exists(path):
        os.remove(path)
    return path


def chunk_list(dataset, path):
    with open(path, "w") as out:
        for at in range(dataset.id.get_num_chunks()):
            info = dataset.id.get_chunk_info(at)
            print(info.byte_offset, info.size, file=out)


def hdf5():
    import h5py

    slabs, side = max(8, 1024 // share // 8 * 8), 512
    shape, chunks = (slabs, side, side), (8, 128, 128)
    total = 0.0
    random = np.random.default_rng(3)
    deflated = fresh("deflated.h5")
    kind = {"chunks": chunks, "compression": "gzip", "compression_opts": 4, "shuffle": True}
    with h5py.File(deflated, "w") as one, h5py.File(fresh("contiguous.h5"), "w") as other:
        first = one.create_dataset("grp/data", shape, "<f4", **kind)
        second = other.create_dataset("grp/data", shape, "<f4")
        first.attrs["units"] = second.attrs["units"] = "K"
        for at in range(0, slabs, 8):
            block = np.stack([field(random, side, side, at + step) for step in range(8)])
            first[at : at + 8] = second[at : at + 8] = block
            total += float(block.sum(dtype="f8"))
        chunk_list(first, os.path.join(folder, "deflated.chunks"))
    # ten times as large: the same stored chunks again and again
    with h5py.File(deflated) as one, h5py.File(fresh("deflated10.h5"), "w") as other:
        first = one["grp/data"]
        second = other.create_dataset("grp/data", (slabs * 10, side, side), "<f4", **kind)
        for at in range(first.id.get_num_chunks()):
            origin = first.id.get_chunk_info(at).chunk_offset
            mask, raw = first.id.read_direct_chunk(origin)
            for again in range(10):
                place = (origin[0] + again * slabs,) + origin[1:]
                second.id.write_direct_chunk(place, raw, mask)
    groups, each = 200 // share, 100
    random = np.random.default_rng(4)
    with h5py.File(fresh("tree.h5"), "w") as file:
        for number in range(groups):
            inner = file.create_group(f"group_{number:03d}")
            inner.attrs["index"] = number
            for item in range(each):
                dtype = [np.int32, np.float64, np.uint8, np.float32][item % 4]
                data = inner.create_dataset(
                    f"ds_{item:03d}", data=random.integers(0, 100, (4, 5)).astype(dtype)
                )
                data.attrs["units"] = "m/s"
                data.attrs["long_name"] = f"dataset {item} of group {number}"
                data.attrs["scale"] = 1.5 * item
                data.attrs["range"] = np.array([0, item], np.float32)
    return {"sum": total, "datasets": groups * each}


def netcdf():
    import netCDF4

    times, lines, columns = max(10, 500 // share), 361, 720
    facts = {}
    sizes = [("deflated.nc", "NETCDF4", 1), ("classic.nc", "NETCDF3_64BIT_OFFSET", 1)]
    for name, kind, copies in sizes + [("classic10.nc", "NETCDF3_64BIT_OFFSET", 10)]:
        random = np.random.default_rng(5)
        total = 0.0
        with netCDF4.Dataset(fresh(name), "w", format=kind) as file:
            file.title, file.Conventions = "made for measuring", "CF-1.8"
            file.createDimension("time", None)
            file.createDimension("lat", lines)
            file.createDimension("lon", columns)
            time = file.createVariable("time", "f8", ("time",))
            time.units, time.calendar = "days since 2000-01-01", "standard"
            lat = file.createVariable("lat", "f4", ("lat",))
            lon = file.createVariable("lon", "f4", ("lon",))
            lat.units, lon.units = "degrees_north", "degrees_east"
            how = {"zlib": True, "complevel": 4, "shuffle": True, "chunksizes": (1, lines, columns)}
            how = how if kind == "NETCDF4" else {}
            data = file.createVariable(
                "t2m", "f4", ("time", "lat", "lon"), fill_value=np.float32(-9999), **how
            )
            data.units, data.long_name = "K", "2 metre temperature"
            lat[:], lon[:] = np.linspace(-90, 90, lines), np.arange(columns) * 0.5
            data.set_auto_maskandscale(False)
            for at in range(times * copies):
                if at < times or copies == 1:
                    values = field(random, lines, columns, at)
                    values[:20, :] = -9999
                    total += float(values[20:].sum(dtype="f8"))
                data[at] = values
                time[at] = at
        facts[name] = total
    return {"sum": facts["deflated.nc"], "times": times}


def fits():
    from astropy.io import fits as io

    side = max(512, 8192 // share // 512 * 512)
    random = np.random.default_rng(11)
    image = np.concatenate([field(random, 512, side, at) for at in range(0, side, 512)])
    io.PrimaryHDU(image).writeto(fresh("image.fits"))
    # noise of ten around a thousand: as much as a camera has
    counts = np.rint(random.normal(1000, 10, (side, side))).astype("i2")
    tiles = io.CompImageHDU(counts, compression_type="RICE_1", tile_shape=(1, side))
    io.HDUList([io.PrimaryHDU(), tiles]).writeto(fresh("rice.fits"))
    rows = 5_000_000 // share
    table = np.zeros(rows, [("ID", ">i8"), ("RA", ">f8"), ("DEC", ">f8"), ("MAG", ">f4"), ("FLAGS", ">i2"), ("NAME", "S8")])
    table["ID"] = np.arange(rows)
    table["RA"] = np.arange(rows) % 23040 / 64
    table["MAG"] = np.rint(random.random(rows) * 640) / 64 + 10
    io.HDUList([io.PrimaryHDU(), io.BinTableHDU(table, name="CAT")]).writeto(fresh("table.fits"))
    hdus = [io.PrimaryHDU()]
    for at in range(500 // share):
        hdu = io.ImageHDU(np.zeros((32, 32), "i2"), name=f"E{at}")
        for card in range(40):
            hdu.header[f"KEY{card}"] = (card * 1.5, "a value")
        hdus.append(hdu)
    io.HDUList(hdus).writeto(fresh("hdus.fits"))
    whole = {"count": image.size, "mean": float(image.mean(dtype="f8"))}
    restored = {"mean": float(counts.mean(dtype="f8"))}
    columns = [float(table[name].sum(dtype="f8")) for name in ("MAG", "RA")]
    return {"image": whole, "rice": restored, "columns": columns, "hdus": len(hdus)}


print(json.dumps({"hdf5": hdf5, "netcdf": netcdf, "fits": fits}[group]()))
