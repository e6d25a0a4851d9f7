"""What a user of these libraries would write for the work of each row."""
import os
import sys

work, path = sys.argv[1], sys.argv[2]
TAGS = (
    "PatientID PatientName StudyInstanceUID SeriesInstanceUID SOPInstanceUID Modality StudyDate"
    " SeriesNumber InstanceNumber Rows Columns PixelSpacing SliceThickness ImagePositionPatient"
    " RescaleSlope"
).split()

if work == "pydicom-list":
    import pydicom

    count = 0
    for element in pydicom.dcmread(path, stop_before_pixels=True).iterall():
        f"{element.tag} {element.VR} {element.keyword} {str(element.value)[:60]}"
        count += 1
    print(count)
elif work == "pydicom-pixels":
    from pydicom.pixels import iter_pixels

    total, low, high = 0, 1 << 30, -1
    for frame in iter_pixels(path, raw=True):
        total += int(frame.sum(dtype="u8"))
        low, high = min(low, int(frame.min())), max(high, int(frame.max()))
    print(total, low, high)
elif work == "pydicom-tags":
    import pydicom

    rows = 0
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            image = pydicom.dcmread(os.path.join(folder, name), stop_before_pixels=True)
            [str(image.get(tag, "")) for tag in TAGS]
            rows += 1
    print(rows)
elif work == "webvtt-py":
    import json

    import webvtt

    with open(sys.argv[3], "w") as out:
        for cue in webvtt.read(path):
            json.dump([cue.identifier, cue.start, cue.end, cue.raw_text], out)
            out.write("\n")
elif work == "h5py-chunks":
    import h5py

    with h5py.File(path) as file:
        data = file["grp/data"]
        print(sum(float(data[chunk].sum(dtype="f8")) for chunk in data.iter_chunks()))
elif work == "h5py-slabs":
    import h5py

    with h5py.File(path) as file:
        data = file["grp/data"]
        print(sum(float(data[at : at + 8].sum(dtype="f8")) for at in range(0, len(data), 8)))
elif work == "hidefix-sum":
    import hidefix
    import numpy as np

    data = hidefix.Index(path)["grp"]["data"]
    total, length = 0.0, data.shape()[0]
    for at in range(0, length, 64):
        total += float(np.asarray(data[at : min(at + 64, length), :, :]).sum(dtype="f8"))
    print(total)
elif work == "h5py-list":
    import h5py

    count = 0

    def visit(name, thing):
        global count
        for key, value in thing.attrs.items():
            count += 1
        if isinstance(thing, h5py.Dataset):
            (name, thing.shape, thing.dtype)

    with h5py.File(path) as file:
        file.visititems(visit)
    print(count)
elif work == "netCDF4-mean":
    import netCDF4
    import numpy as np

    with netCDF4.Dataset(path) as file:
        data = file["t2m"]
        total = data[0].astype("f8")
        for at in range(1, data.shape[0]):
            total += data[at]
        mean = total / data.shape[0]
    print(mean.shape, float(np.ma.mean(mean)))
elif work == "netCDF4-header":
    import netCDF4

    with netCDF4.Dataset(path) as file:
        print(len(str(file)) + sum(len(str(data)) for data in file.variables.values()))
elif work in ("astropy-image", "fitsio-image"):
    import numpy as np

    def pieces():
        if work == "fitsio-image":
            import fitsio

            with fitsio.FITS(path) as file:
                hdu = file[0] if file[0].has_data() else file[1]
                for at in range(0, hdu.get_dims()[0], 256):
                    yield hdu[at : at + 256, :]
        else:
            from astropy.io import fits

            with fits.open(path) as file:
                yield file[0].data if file[0].data is not None else file[1].data

    count, total, least, most = 0, 0.0, np.inf, -np.inf
    for piece in pieces():
        count, total = count + piece.size, total + float(piece.sum(dtype="f8"))
        least, most = min(least, float(piece.min())), max(most, float(piece.max()))
    print(count, f"{total / count:.6f}", least, most)
elif work == "astropy-columns":
    from astropy.io import fits

    with fits.open(path) as file:
        print(*(f"{file[1].data[name].sum(dtype='f8'):.3f}" for name in ("MAG", "RA")))
elif work == "fitsio-columns":
    import fitsio

    with fitsio.FITS(path) as file:
        print(*(f"{file[1].read_column(name).sum(dtype='f8'):.3f}" for name in ("MAG", "RA")))
elif work == "astropy-list":
    from astropy.io import fits

    with fits.open(path) as file:
        print(len(file), sum(1 for hdu in file for card in hdu.header.cards if card.value is not None))
elif work == "fitsio-list":
    import fitsio

    with fitsio.FITS(path) as file:
        print(len(file), sum(len(hdu.read_header().records()) for hdu in file))
elif work == "soundfile-rms":
    import numpy as np
    import soundfile

    count, total = 0, 0.0
    for block in soundfile.blocks(path, blocksize=2048 * 64, dtype="float32"):
        mix = block.mean(axis=1)
        whole = len(mix) // 2048 * 2048
        levels = list(np.sqrt((mix[:whole].reshape(-1, 2048) ** 2).mean(axis=1, dtype="f8")))
        if whole < len(mix):
            levels.append(np.sqrt((mix[whole:] ** 2).mean(dtype="f8")))
        count, total = count + len(levels), total + float(sum(levels))
    print(count, total / count)
elif work == "librosa-rms":
    import librosa

    count, total = 0, 0.0
    for block in librosa.stream(path, block_length=256, frame_length=2048, hop_length=2048):
        if len(block) >= 2048:
            levels = librosa.feature.rms(y=block, frame_length=2048, hop_length=2048, center=False)[0]
            count, total = count + len(levels), total + float(levels.sum())
    print(count, total / count)
elif work == "av-packets":
    import av

    count = keys = size = 0
    with av.open(path) as file:
        for packet in file.demux():
            if packet.size:
                (packet.stream_index, packet.pts, packet.dts, packet.duration, packet.pos)
                count, keys, size = count + 1, keys + packet.is_keyframe, size + packet.size
    print(count, keys, size)
else:
    sys.exit(f"no work named {work}")
