//! The packages, by what needs them.

/// What a package is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Building and testing.
    Build,
    /// Comparing with other tools.
    Integration,
    /// Measuring other tools.
    Bench,
    /// Fuzzing.
    Fuzz,
}

impl Need {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Integration => "integration",
            Self::Bench => "bench",
            Self::Fuzz => "fuzz",
        }
    }
}

/// What is there when a package is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Probe {
    /// A program on `PATH`.
    Program(&'static str),
    /// A file.
    File(&'static str),
    /// A library that `pkg-config` knows.
    PkgConfig(&'static str),
    /// A library in the folder of one of LLVM's versions.
    Llvm(&'static str),
    /// A module that `python3` finds.
    Module(&'static str),
}

/// One package of Debian and Ubuntu.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) needs: &'static [Need],
    /// What is there when the package is.
    pub(super) probe: Probe,
    pub(super) reason: &'static str,
}

pub(super) const PACKAGES: &[Package] = &[
    Package {
        name: "gcc",
        needs: &[Need::Build],
        probe: Probe::Program("cc"),
        reason: "links every Rust program, and compiles the allocator jemalloc",
    },
    Package {
        name: "libc6-dev",
        needs: &[Need::Build],
        probe: Probe::File("/usr/include/stdio.h"),
        reason: "the C library's headers, for the same two",
    },
    Package {
        name: "make",
        needs: &[Need::Build],
        probe: Probe::Program("make"),
        reason: "jemalloc is built by its own makefile",
    },
    Package {
        name: "libhdf5-dev",
        needs: &[Need::Build],
        probe: Probe::Program("h5cc"),
        reason: "libhdf5 and its headers, which the readers of HDF5 and netCDF-4 stand on",
    },
    Package {
        name: "libavformat-dev",
        needs: &[Need::Build],
        probe: Probe::PkgConfig("libavformat"),
        reason: "FFmpeg's demuxers, which the reader of video stands on",
    },
    Package {
        name: "libavcodec-dev",
        needs: &[Need::Build],
        probe: Probe::PkgConfig("libavcodec"),
        reason: "FFmpeg's decoders, for frames on request",
    },
    Package {
        name: "libswscale-dev",
        needs: &[Need::Build],
        probe: Probe::PkgConfig("libswscale"),
        reason: "FFmpeg's scaler, for frames on request",
    },
    Package {
        name: "libclang-dev",
        needs: &[Need::Build],
        probe: Probe::Llvm("libclang.so"),
        reason: "reads FFmpeg's headers when its bindings are built",
    },
    Package {
        name: "libopus-dev",
        needs: &[Need::Build],
        probe: Probe::PkgConfig("opus"),
        reason: "libopus, which decodes Opus",
    },
    Package {
        name: "pkg-config",
        needs: &[Need::Build],
        probe: Probe::Program("pkg-config"),
        reason: "says where libhdf5, FFmpeg and libopus are",
    },
    Package {
        name: "hdf5-tools",
        needs: &[Need::Integration, Need::Bench],
        probe: Probe::Program("h5dump"),
        reason: "h5dump's description of HDF5 files is compared with ours, and its time",
    },
    Package {
        name: "netcdf-bin",
        needs: &[Need::Integration, Need::Bench],
        probe: Probe::Program("ncdump"),
        reason: "ncdump's description of netCDF files is compared with ours, and its time",
    },
    Package {
        name: "nco",
        needs: &[Need::Bench],
        probe: Probe::Program("ncra"),
        reason: "NCO is a peer for means of netCDF variables",
    },
    Package {
        name: "libcfitsio-dev",
        needs: &[Need::Bench],
        probe: Probe::File("/usr/include/fitsio.h"),
        reason: "cfitsio is a peer for FITS, in small C programs",
    },
    Package {
        name: "dcmtk",
        needs: &[Need::Integration, Need::Bench],
        probe: Probe::Program("dcmdump"),
        reason: "dcmdump's element list is compared with ours, and its time",
    },
    Package {
        name: "libimage-exiftool-perl",
        needs: &[Need::Bench],
        probe: Probe::Program("exiftool"),
        reason: "exiftool is a peer for the tags of many DICOM files",
    },
    Package {
        name: "ffmpeg",
        needs: &[Need::Integration, Need::Bench],
        probe: Probe::Program("ffmpeg"),
        reason: "ffprobe's account of audio and video is compared with ours, and its time; ffmpeg makes inputs",
    },
    Package {
        name: "xxhash",
        needs: &[Need::Bench],
        probe: Probe::Program("xxhsum"),
        reason: "xxhsum is a peer for digests",
    },
    Package {
        name: "ent",
        needs: &[Need::Bench],
        probe: Probe::Program("ent"),
        reason: "ent is a peer for entropy",
    },
    Package {
        name: "python3-venv",
        needs: &[Need::Integration, Need::Bench],
        probe: Probe::Module("ensurepip"),
        reason: "a place of their own for h5py, netCDF4, astropy and the other peers in Python",
    },
    Package {
        name: "g++",
        needs: &[Need::Fuzz],
        probe: Probe::Program("g++"),
        reason: "libFuzzer is C++",
    },
];
