"""What astropy reads of a FITS file: a JSON line for each HDU with its cards, and for each image, table and column the values
packed as our chunks are, and what is left of them after scaling."""
import json
import struct
import sys
import warnings
import zlib

import numpy as np
from astropy.io import fits

LARGEST = 64 << 20
TOP = {"u1": (-128.0, 0x80), "i2": (2.0**15, 0x8000), "i4": (2.0**31, 1 << 31), "i8": (2.0**63, 1 << 63)}
warnings.filterwarnings("ignore")


def plain(value):
    if isinstance(value, fits.card.Undefined):
        return None
    if isinstance(value, (np.bool_, bool)):
        return bool(value)
    if isinstance(value, complex):
        return [value.real, value.imag]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value if isinstance(value, (int, float, str)) else str(value)


def cards(header):
    found = []
    for card in header.cards:
        try:
            found.append([card.keyword, plain(card.value), card.comment])
        except Exception as why:
            found.append([None, f"{type(why).__name__}", ""])
    return found


def stored(array, scale, zero):
    """In little-endian order, with the offset that changes the sign of integers."""
    array = np.ascontiguousarray(array)
    array = array.astype(array.dtype.newbyteorder("<"))
    offset, top = TOP.get(array.dtype.str[1:], (None, 0))
    if scale == 1 and zero == offset:
        array = array.view(f"u{array.dtype.itemsize}") ^ np.array(top, f"u{array.dtype.itemsize}")
    return array


def digest(raw, **more):
    return {"bytes": len(raw), "crc32": zlib.crc32(raw)} | more


def scaled(array):
    """Count, sum, least and greatest of what is not missing."""
    left = np.asarray(array, "f8").reshape(-1)
    left = left[np.isfinite(left)]
    if left.size == 0:
        return [0, 0.0, None, None]
    return [left.size, float(left.sum()), float(left.min()), float(left.max())]


def image(path, hdu, as_read):
    header = hdu.header
    scale, zero = header.get("BSCALE", 1), header.get("BZERO", 0)
    scale, zero = (hdu._orig_bscale, hdu._orig_bzero) if hasattr(hdu, "_orig_bscale") else (scale, zero)
    raw = stored(hdu.data, scale, zero).tobytes()
    print(json.dumps({"path": path, "shape": hdu.data.shape, "scaled": scaled(as_read.data)} | digest(raw)))


def number(text, null):
    text = text.strip()
    if null is not None and text == null.strip():
        return None
    return text.replace(b"D", b"E").replace(b"d", b"e").replace(b" ", b"")


def ascii_field(column, raw):
    letter, width = column.format[0], int(column.format[1:].split(".")[0] or 1)
    if letter == "A":
        return np.asarray(raw), None
    null = str(column.null).encode() if column.null is not None else None
    texts = [number(bytes(text), null) for text in raw]
    if letter == "I":
        kind = "<i4" if width <= 9 else "<i8"
        array = np.array([int(text) if text else 0 for text in texts], kind)
    else:
        array = np.array([np.nan if text is None else float(text or 0) for text in texts], "<f8")
    missing = np.array([text is None for text in texts], bool)
    scale, zero = column.bscale or 1, column.bzero or 0
    return array, np.where(missing, np.nan, array.astype("f8") * scale + zero)


def heap_field(form, raw, heap):
    """Elements of each row as we pack them: how many, and then they."""
    kind = form.lstrip("0123456789")[1]
    types = {"B": "u1", "I": ">i2", "J": ">i4", "K": ">i8", "E": ">f4", "D": ">f8", "C": ">c8", "M": ">c16"}
    out = []
    for count, offset in raw.astype("i8"):
        if kind == "X":
            bits = np.unpackbits(np.frombuffer(heap, "u1", (count + 7) // 8, offset))[:count]
            item = bits.tobytes()
        elif kind in "LA":
            item = bytes(heap[offset : offset + count])
            if kind == "L":
                item = bytes(byte == ord("T") for byte in item)
            else:
                item = bytes(byte if byte < 128 else ord("?") for byte in item.split(b"\0")[0])
                count = len(item)
        else:
            array = np.frombuffer(heap, types[kind], count, offset) if count else np.zeros(0, types[kind])
            item = array.astype(array.dtype.newbyteorder("<")).tobytes()
        out.append(struct.pack("<I", count) + item)
    return out


def field(column, raw, heap):
    """The bytes of each row, and scaled values where they are numbers."""
    form = column.format
    letters = str(form).lstrip("0123456789")
    if letters[0] in "PQ":
        return heap_field(str(form), raw, heap), None
    rows = len(raw)
    if letters[0] == "X":
        repeat = int(str(form)[: -len(letters)] or 1)
        bits = np.unpackbits(raw.reshape(rows, -1), axis=1)[:, :repeat]
        return np.ascontiguousarray(bits), None
    if letters[0] == "L":
        return (raw.view("u1").reshape(raw.shape) == ord("T")).astype("u1"), None
    if letters[0] == "A":
        return np.asarray(raw), None
    scale = 1 if column.bscale in (None, "") else column.bscale
    zero = 0 if column.bzero in (None, "") else column.bzero
    packed = stored(raw, scale, zero)
    if letters[0] in "CM":
        return packed, None
    values = np.asarray(raw, "f8") * scale + zero
    if letters[0] in "BIJK" and column.null not in (None, ""):
        values = np.where(np.asarray(raw) == int(column.null), np.nan, values)
    return packed, values


def rows_of(array):
    """The bytes of each row, those of texts to their full width."""
    whole = np.ascontiguousarray(array).tobytes()
    width = len(whole) // len(array) if len(array) else 0
    return [whole[at * width : (at + 1) * width] for at in range(len(array))]


def table(path, hdu):
    columns, data = hdu.columns, hdu.data
    names = list(columns.names)
    raw = data.view(np.ndarray)
    heap = b""
    if hasattr(data, "_get_heap_data") and any(str(c.format).lstrip("0123456789")[:1] in "PQ" for c in columns):
        heap = data._get_heap_data().tobytes()
    every = []
    for at, column in enumerate(columns):
        name = names[at]
        hidden = not hdu.header.get(f"TTYPE{at + 1}", "").strip() or name.isdigit() or names.count(name) > 1
        line = {"path": f"{path}/column/{at + 1 if hidden else name}"}
        try:
            own = raw[raw.dtype.names[at]]
            if isinstance(hdu, fits.TableHDU):
                packed, values = ascii_field(column, own)
            else:
                packed, values = field(column, own, heap)
            cells = packed if isinstance(packed, list) else rows_of(packed)
            every.append(cells)
            line |= digest(b"".join(cells))
            if values is not None:
                line["scaled"] = scaled(values)
        except Exception as why:
            every.append(None)
            line["error"] = f"{type(why).__name__}: {why}"
        print(json.dumps(line))
    if None not in every and len(raw) * len(every) < 100_000:
        print(json.dumps({"path": path} | digest(b"".join(cell for row in zip(*every) for cell in row))))


def groups(path, hdu):
    data = hdu.data
    raw = data.view(np.ndarray)
    for at, name in enumerate(raw.dtype.names):
        own = raw[name]
        label = "DATA" if at == len(raw.dtype.names) - 1 else at + 1
        root = ("BSCALE", "BZERO") if label == "DATA" else (f"PSCAL{label}", f"PZERO{label}")
        scale, zero = (hdu.header.get(keyword, default) for keyword, default in zip(root, (1, 0)))
        line = digest(stored(own, scale, zero).tobytes(), scaled=scaled(own.astype("f8") * scale + zero))
        print(json.dumps({"path": f"{path}/column/{label}", "number": at + 1} | line))


quiet = {"do_not_scale_image_data": True, "uint": False, "memmap": False}
with fits.open(sys.argv[1], **quiet) as file, fits.open(sys.argv[1], uint=True, memmap=False) as again:
    at = 0
    while True:
        try:
            hdu = file[at]
            as_read = again[at]
        except IndexError:
            break
        path = f"hdu/{at}"
        line = {"hdu": at, "kind": type(hdu).__name__, "name": hdu.name, "cards": cards(hdu.header)}
        print(json.dumps(line))
        try:
            if hdu.is_image and not isinstance(hdu, fits.GroupsHDU):
                if hdu.data is not None and hdu.data.nbytes <= LARGEST:
                    image(path, hdu, as_read)
            elif isinstance(hdu, fits.GroupsHDU):
                groups(path, hdu)
            elif hdu.data is not None:
                table(path, hdu)
        except Exception as why:
            print(json.dumps({"path": path, "error": f"{type(why).__name__}: {why}"}))
        at += 1
