"""Makes FITS files that no corpus has: fits_make.py FOLDER. Always the same; each line names one."""
import json
import os
import sys
import warnings

import numpy as np
from astropy.io import fits

folder = sys.argv[1]
warnings.filterwarnings("ignore")
random = np.random.default_rng(5)
smooth = np.add.outer(np.sin(np.arange(70) / 9) * 50, np.arange(90) / 3)
real = (smooth + random.normal(0, 2, smooth.shape)).astype("f4")
holes = real.copy()
holes[3:9, 5:20] = np.nan
zeros = real.copy()
zeros[20:30, :40] = 0
whole = {
    "u1": random.integers(0, 255, (70, 90)).astype("u1"),
    "i2": np.rint(real * 20).astype("i2"),
    "i4": np.rint(real * 2000).astype("i4"),
    "u2": np.rint(np.abs(real) * 200).astype("u2"),
    "u4": np.rint(np.abs(real) * 2e7).astype("u4"),
}
constant = np.full((70, 90), 7, "i4")


def write(name, data, header=None, **how):
    path = os.path.join(folder, f"{name}.fits")
    hdu = fits.CompImageHDU(data, header, **how)
    fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(path, overwrite=True)
    print(json.dumps({"name": f"{name}.fits"}))


for method, name in ((-1, "none"), (1, "one"), (2, "two")):
    for kind in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"):
        for size in ("f4", "f8"):
            for what, data in (("real", real), ("holes", holes), ("zeros", zeros)):
                if kind == "HCOMPRESS_1" and what == "holes":
                    continue
                tile = (35, 45) if kind == "HCOMPRESS_1" else (1, 90)
                how = {"compression_type": kind, "tile_shape": tile, "quantize_level": 16}
                how |= {"quantize_method": method, "dither_seed": 9990}
                write(f"{what}-{size}-{kind}-{name}", data.astype(size), **how)
for kind in ("GZIP_1", "GZIP_2"):
    for size in ("f4", "f8"):
        write(f"lossless-{size}-{kind}", holes.astype(size), compression_type=kind, quantize_level=0)
for kind in ("RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1", "NOCOMPRESS"):
    for size, data in whole.items():
        if size == "u4" and kind == "HCOMPRESS_1":
            continue
        for tile in ((1, 90), (16, 90), (32, 33)):
            if kind == "HCOMPRESS_1" and tile[0] == 1:
                continue
            write(f"{size}-{kind}-{tile[0]}x{tile[1]}", data, compression_type=kind, tile_shape=tile)
for scale in (2, 8, 60):
    for smoothed in (False, True):
        how = {"compression_type": "HCOMPRESS_1", "hcomp_scale": scale, "hcomp_smooth": int(smoothed)}
        for rows, columns in ((70, 90), (41, 37)):
            write(f"lossy-{scale}-{smoothed}-{rows}", whole["i2"], tile_shape=(rows, columns), **how)
write("mask-PLIO_1", (whole["i4"] % 5 == 0).astype("i2") * 300, compression_type="PLIO_1")
write("mask-PLIO_1-i4", np.repeat(np.arange(70, dtype="i4") * 70000, 90).reshape(70, 90), compression_type="PLIO_1")
write("constant-RICE_1", constant, compression_type="RICE_1")
cube = random.integers(-3, 3, (5, 30, 40)).astype("i2")
for tile in ((1, 1, 40), (2, 7, 11), (5, 30, 40)):
    write(f"cube-{'x'.join(map(str, tile))}", cube, compression_type="RICE_1", tile_shape=tile)
scaled = fits.Header()
scaled["BSCALE"], scaled["BZERO"], scaled["BLANK"] = 0.5, 10.0, -1
path = os.path.join(folder, "scaled.fits")
plain = fits.ImageHDU(whole["i2"])
plain.header.update(scaled)
columns = [
    fits.Column("bits", "13X", array=random.integers(0, 2, (9, 13)).astype(bool)),
    fits.Column("truth", "3L", array=random.integers(0, 2, (9, 3)).astype(bool)),
    fits.Column("text", "8A", array=np.array(["", "a", "two words", "x"] * 3)[:9]),
    fits.Column("cells", "12I", dim="(4,3)", array=random.integers(-9, 9, (9, 3, 4)).astype("i2")),
    fits.Column("scaled", "J", null=-99, array=np.array([0, 5, -99, 7, 8, 9, 10, -99, 12])),
    fits.Column("unsigned", "I", bzero=2**15, array=np.arange(9, dtype="u2") * 7000),
    fits.Column("complex", "C", array=np.arange(9) * (1 + 2j)),
    fits.Column("wide", "2M", array=np.arange(18).reshape(9, 2) * (1 - 2j)),
    fits.Column("several", "QD", array=np.array([np.arange(n, dtype="f8") for n in range(9)], dtype=object)),
    fits.Column("short", "PI", array=np.array([np.arange(n, dtype="i2") for n in range(9)], dtype=object)),
    fits.Column("words", "PA", array=np.array(["ab" * n for n in range(9)], dtype=object)),
]
ascii_columns = [
    fits.Column("whole", "I6", array=np.arange(9) * 1111 - 5000),
    fits.Column("long", "I14", array=np.arange(9, dtype="i8") * 10**10),
    fits.Column("real", "E15.7", array=np.arange(9) / 7),
    fits.Column("double", "D25.17", array=np.arange(9) / 7),
    fits.Column("name", "A5", array=np.array(["a", "bc", "def"] * 3)),
]
hdus = [
    fits.PrimaryHDU(),
    plain,
    fits.BinTableHDU.from_columns(columns, name="ALL"),
    fits.TableHDU.from_columns(ascii_columns, name="TEXT"),
]
# of stored integers, so that no writer scales them back
hdus[2].header["TSCAL5"], hdus[2].header["TZERO5"] = 0.25, -3.0
fits.HDUList(hdus).writeto(path, overwrite=True, checksum=True)
print(json.dumps({"name": "scaled.fits"}))
