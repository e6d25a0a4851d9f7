//! Signatures at fixed places.
//!
//! Sources: the formats' own specifications where they are public (PNG 5.2, RFC 1952, RFC 8878, ISO 32000-1 7.5.2, SQLite's "Database
//! File Format" 1.3, Apache Parquet and Arrow IPC, POSIX pax, OpenType 1.9, PKWARE APPNOTE, ELF gABI, FITS 4.0, the HDF5 file
//! format 3.0, the NetCDF classic format, DICOM PS3.10 7.1), the WHATWG's "MIME Sniffing", the Library of Congress' format
//! descriptions, and the magic file of `file(1)` for the rest.

use super::{Magic, at};

struct Signature {
    offset: usize,
    bytes: &'static [u8],
    magic: Magic,
}

const fn sign(
    offset: usize,
    bytes: &'static [u8],
    media_type: &'static str,
    name: &'static str,
) -> Signature {
    Signature { offset, bytes, magic: Magic::new(media_type, name) }
}

/// The first that fits wins: the longer and surer ones come first, two-byte ones last.
static SIGNATURES: &[Signature] = &[
    // before TIFF: PS3.10 7.1 lets the preamble make a TIFF file of it as well
    sign(128, b"DICM", "application/dicom", "DICOM file"),
    // images
    sign(0, b"\x89PNG\r\n\x1a\n", "image/png", "PNG image"),
    sign(0, b"\xff\xd8\xff", "image/jpeg", "JPEG image"),
    sign(0, b"GIF87a", "image/gif", "GIF image"),
    sign(0, b"GIF89a", "image/gif", "GIF image"),
    sign(0, b"II*\0", "image/tiff", "TIFF image, little-endian"),
    sign(0, b"MM\0*", "image/tiff", "TIFF image, big-endian"),
    sign(0, b"II+\0", "image/tiff", "BigTIFF image, little-endian"),
    sign(0, b"MM\0+", "image/tiff", "BigTIFF image, big-endian"),
    sign(0, b"8BPS\0", "image/vnd.adobe.photoshop", "Photoshop document"),
    sign(0, b"\0\0\0\x0cJXL \r\n\x87\n", "image/jxl", "JPEG XL image"),
    sign(0, b"\xff\x0a", "image/jxl", "JPEG XL codestream"),
    sign(0, b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2", "JPEG 2000 image"),
    sign(0, b"\xff\x4f\xff\x51", "image/j2c", "JPEG 2000 codestream"),
    sign(0, b"\0\0\x01\0", "image/vnd.microsoft.icon", "Windows icon"),
    sign(0, b"v/1\x01", "image/x-exr", "OpenEXR image"),
    sign(0, b"#?RADIANCE\n", "image/vnd.radiance", "Radiance HDR image"),
    sign(0, b"qoif", "image/qoi", "QOI image"),
    sign(0, b"DDS ", "image/vnd.ms-dds", "DirectDraw surface"),
    // archives and compression
    sign(0, b"\x1f\x8b\x08", "application/gzip", "gzip compressed data"),
    sign(0, b"\xfd7zXZ\0", "application/x-xz", "XZ compressed data"),
    sign(0, b"\x28\xb5\x2f\xfd", "application/zstd", "Zstandard compressed data"),
    sign(0, b"BZh", "application/x-bzip2", "bzip2 compressed data"),
    sign(0, b"\x04\x22\x4d\x18", "application/x-lz4", "LZ4 frame"),
    sign(0, b"LZIP", "application/x-lzip", "lzip compressed data"),
    sign(0, b"\xff\x06\0\0sNaPpY", "application/x-snappy-framed", "Snappy framed data"),
    sign(0, b"\x1f\x9d", "application/x-compress", "compress'd data"),
    sign(0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", "7-Zip archive"),
    sign(0, b"Rar!\x1a\x07\x01\0", "application/vnd.rar", "RAR archive, version 5"),
    sign(0, b"Rar!\x1a\x07\0", "application/vnd.rar", "RAR archive"),
    sign(257, b"ustar", "application/x-tar", "tar archive"),
    sign(0, b"!<arch>\ndebian-binary", "application/vnd.debian.binary-package", "Debian package"),
    sign(0, b"!<arch>\n", "application/x-archive", "ar archive"),
    sign(0, b"\xed\xab\xee\xdb", "application/x-rpm", "RPM package"),
    sign(0, b"070701", "application/x-cpio", "cpio archive"),
    sign(0, b"070707", "application/x-cpio", "cpio archive"),
    sign(0, b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed", "Cabinet archive"),
    sign(0, b"xar!", "application/x-xar", "XAR archive"),
    sign(0, b"hsqs", "application/x-squashfs", "SquashFS image"),
    sign(0, b"QFI\xfb", "application/x-qemu-disk", "QEMU disk image"),
    // executables
    sign(0, b"\0asm", "application/wasm", "WebAssembly module"),
    sign(0, b"dex\n", "application/vnd.android.dex", "Dalvik executable"),
    sign(0, b"BC\xc0\xde", "application/x-llvm-bitcode", "LLVM bitcode"),
    // documents
    sign(0, b"%PDF-", "application/pdf", "PDF document"),
    sign(0, b"%!PS", "application/postscript", "PostScript document"),
    sign(0, b"{\\rtf", "application/rtf", "RTF document"),
    sign(
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
        "OLE compound file (Microsoft Office 97 to 2003 and others)",
    ),
    // scientific data, databases, columns
    sign(0, b"SIMPLE  =", "application/fits", "FITS file"),
    sign(0, b"\x89HDF\r\n\x1a\n", "application/x-hdf5", "HDF5 file"),
    sign(0, b"\x0e\x03\x13\x01", "application/x-hdf", "HDF4 file"),
    sign(0, b"CDF\x01", "application/x-netcdf", "NetCDF classic file"),
    sign(0, b"CDF\x02", "application/x-netcdf", "NetCDF file with 64-bit offsets"),
    sign(0, b"CDF\x05", "application/x-netcdf", "NetCDF file with 64-bit data"),
    sign(0, b"\x93NUMPY", "application/x-npy", "NumPy array"),
    sign(0, b"GRIB", "application/x-grib", "GRIB message"),
    sign(344, b"n+1\0", "application/x-nifti", "NIfTI-1 image"),
    sign(0, b"SQLite format 3\0", "application/vnd.sqlite3", "SQLite database"),
    sign(0, b"PAR1", "application/vnd.apache.parquet", "Parquet file"),
    sign(0, b"PARE", "application/vnd.apache.parquet", "Parquet file with encrypted footer"),
    sign(0, b"ARROW1\0\0", "application/vnd.apache.arrow.file", "Arrow IPC file"),
    sign(0, b"FEA1", "application/x-feather", "Feather file, version 1"),
    sign(0, b"ORC", "application/x-orc", "ORC file"),
    sign(0, b"Obj\x01", "application/avro", "Avro file"),
    sign(8, b"DUCK", "application/x-duckdb", "DuckDB database"),
    sign(4, b"Standard Jet DB", "application/vnd.ms-access", "Access database"),
    sign(0, b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap", "packet capture, little-endian"),
    sign(0, b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap", "packet capture, big-endian"),
    sign(0, b"\x0a\x0d\x0d\x0a", "application/x-pcapng", "packet capture, next generation"),
    sign(0, b"GGUF", "application/x-gguf", "GGUF tensors"),
    // fonts
    sign(0, b"wOFF", "font/woff", "WOFF font"),
    sign(0, b"wOF2", "font/woff2", "WOFF2 font"),
    sign(0, b"OTTO", "font/otf", "OpenType font with CFF outlines"),
    sign(0, b"\0\x01\0\0\0", "font/ttf", "TrueType font"),
    sign(0, b"true\0", "font/ttf", "TrueType font (Apple)"),
    sign(0, b"ttcf", "font/collection", "font collection"),
    // audio and video
    sign(0, b"fLaC", "audio/flac", "FLAC audio"),
    sign(0, b"ID3", "audio/mpeg", "MPEG audio with ID3 tag"),
    sign(0, b"MThd", "audio/midi", "MIDI file"),
    sign(0, b"#!AMR", "audio/AMR", "AMR audio"),
    sign(0, b".snd", "audio/basic", "Sun/NeXT audio"),
    sign(0, b"caff", "audio/x-caf", "Core Audio Format"),
    sign(0, b"wvpk", "audio/x-wavpack", "WavPack audio"),
    sign(0, b"MAC ", "audio/x-ape", "Monkey's Audio"),
    sign(0, b"FLV\x01", "video/x-flv", "Flash video"),
    sign(
        0,
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        "application/vnd.ms-asf",
        "ASF (Windows Media) container",
    ),
    sign(0, b"\0\0\x01\xba", "video/mpeg", "MPEG program stream"),
    sign(0, b"\0\0\x01\xb3", "video/mpeg", "MPEG video stream"),
    sign(
        0,
        b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01\x02",
        "application/mxf",
        "MXF container",
    ),
    // keys
    sign(0, b"age-encryption.org/v1\n", "application/x-age", "age encrypted data"),
];

pub(super) fn look(head: &[u8]) -> Option<Magic> {
    let found = SIGNATURES.iter().find(|s| at(head, s.offset, s.bytes));
    found.map(|s| s.magic)
}
