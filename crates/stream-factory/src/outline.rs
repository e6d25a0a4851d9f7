//! What the factory itself knows of each format, whether its reader is compiled in or not.

use stream_core::{Descriptor, Needs};

const fn outline(
    name: &'static str,
    title: &'static str,
    extensions: &'static [&'static str],
    media_types: &'static [&'static str],
    needs: Needs,
) -> Descriptor {
    Descriptor {
        name,
        title,
        extensions,
        media_types,
        reads: "",
        needs,
        overhead: 0,
        settings: &[],
    }
}

pub(crate) static DICOM: Descriptor =
    outline("dicom", "DICOM", &["dcm", "dicom", "ima"], &["application/dicom"], Needs::Forward);
pub(crate) static FITS: Descriptor = outline(
    "fits",
    "FITS",
    &["fits", "fit", "fts", "fz"],
    &["application/fits", "image/fits"],
    Needs::Forward,
);
pub(crate) static HDF5: Descriptor =
    outline("hdf5", "HDF5", &HDF5_EXTENSIONS, &["application/x-hdf5"], Needs::Random);
const HDF5_EXTENSIONS: [&str; 8] = ["h5", "hdf5", "he5", "hdf", "h5ad", "loom", "mat", "nxs"];
pub(crate) static NETCDF: Descriptor =
    outline("netcdf", "NetCDF", &["nc", "nc4", "cdf"], &["application/x-netcdf"], Needs::Random);
pub(crate) static AUDIO: Descriptor = outline(
    "audio",
    "audio",
    &[
        "wav", "flac", "mp3", "ogg", "oga", "opus", "m4a", "aac", "aif", "aiff", "caf", "mka",
        "rf64",
    ],
    &["audio/wav", "audio/flac", "audio/mpeg", "audio/ogg", "audio/mp4", "audio/aiff"],
    Needs::Forward,
);
pub(crate) static VIDEO: Descriptor = outline(
    "video",
    "video",
    &["mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mpg", "mpeg", "flv", "ogv"],
    &["video/mp4", "video/x-matroska", "video/webm", "video/x-msvideo", "video/mp2t"],
    Needs::Random,
);
pub(crate) static VTT: Descriptor = outline(
    "vtt",
    "WebVTT",
    &["vtt", "srt"],
    &["text/vtt", "application/x-subrip"],
    Needs::Forward,
);
pub(crate) static BINARY: Descriptor = outline(
    "binary",
    "binary",
    &["bin", "raw", "dat"],
    &["application/octet-stream"],
    Needs::Forward,
);
