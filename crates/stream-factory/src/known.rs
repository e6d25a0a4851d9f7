//! The registry: all formats, and the readers of those that are compiled in.

use stream_core::{Confidence, Context, Descriptor, Error, ErrorKind, Format};

use crate::{outline, second_look, signature};

/// A format that the factory recognises; its reader may or may not be compiled in.
pub struct Known {
    outline: &'static Descriptor,
    sniff: fn(&[u8]) -> Confidence,
    probe: fn(&Context, Confidence) -> Result<Confidence, Error>,
    format: Option<&'static dyn Format>,
    has_feature: bool,
}

/// Every known format, in the order of the documentation; `binary`, which reads anything, is the last.
pub fn formats() -> &'static [Known] {
    &ALL
}

/// The readers that are compiled in.
pub fn readers() -> Vec<&'static dyn Format> {
    ALL.iter().filter_map(Known::format).collect()
}

impl Known {
    /// What the format says of itself; without its reader, what the factory knows.
    pub fn descriptor(&self) -> &'static Descriptor {
        self.format.map_or(self.outline, |f| f.descriptor())
    }

    /// Its reader, when compiled in.
    pub fn format(&self) -> Option<&'static dyn Format> {
        self.format
    }

    /// Whether a Cargo feature of the format's name exists that compiles its reader in.
    pub fn has_feature(&self) -> bool {
        self.has_feature
    }

    pub(crate) fn sniff(&self, head: &[u8]) -> Confidence {
        self.format.map_or_else(|| (self.sniff)(head), |f| f.sniff(head))
    }

    pub(crate) fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence, Error> {
        match self.format {
            Some(format) => format.probe(cx, head),
            None => (self.probe)(cx, head),
        }
    }

    /// The reader, or why there is none.
    pub(crate) fn reader(&self) -> Result<&'static dyn Format, Error> {
        self.format.ok_or_else(|| {
            let Descriptor { name, title, .. } = self.outline;
            let message = if self.has_feature {
                format!("this is {title}; rebuild with feature {name:?}")
            } else {
                format!("this is {title}, which this version has no reader for")
            };
            Error::new(ErrorKind::NotEnabled, message).with_format(name)
        })
    }
}

/// The reader of a feature, or `None` without it.
macro_rules! reader {
    ($feature:literal, $format:expr) => {{
        #[cfg(feature = $feature)]
        {
            Some(&$format)
        }
        #[cfg(not(feature = $feature))]
        {
            None
        }
    }};
}

/// Either of its features: without `netcdf` the classic formats are read, and no C library is linked.
#[cfg(feature = "netcdf")]
const NETCDF: Option<&'static dyn Format> = Some(&stream_netcdf::Netcdf);
#[cfg(not(feature = "netcdf"))]
const NETCDF: Option<&'static dyn Format> = reader!("netcdf-classic", stream_netcdf::NetcdfClassic);

/// With both features FFmpeg decodes what the reader of sound has no decoder for.
#[cfg(all(feature = "audio", feature = "video"))]
const AUDIO: Option<&'static dyn Format> = {
    static DECODING: stream_video::Decoding = stream_video::Decoding::of(&stream_audio::Audio);
    Some(&DECODING)
};
#[cfg(not(all(feature = "audio", feature = "video")))]
const AUDIO: Option<&'static dyn Format> = reader!("audio", stream_audio::Audio);

static ALL: [Known; 8] = [
    Known {
        outline: &outline::DICOM,
        sniff: signature::dicom,
        probe: second_look::none,
        format: reader!("dicom", stream_dicom::Dicom),
        has_feature: true,
    },
    Known {
        outline: &outline::FITS,
        sniff: signature::fits,
        probe: second_look::none,
        format: reader!("fits", stream_fits::Fits),
        has_feature: true,
    },
    Known {
        outline: &outline::HDF5,
        sniff: signature::hdf5,
        probe: second_look::hdf5,
        format: reader!("hdf5", stream_hdf5::Hdf5),
        has_feature: true,
    },
    Known {
        outline: &outline::NETCDF,
        sniff: signature::netcdf,
        probe: second_look::none,
        format: NETCDF,
        has_feature: true,
    },
    Known {
        outline: &outline::AUDIO,
        sniff: signature::audio,
        probe: second_look::none,
        format: AUDIO,
        has_feature: true,
    },
    Known {
        outline: &outline::VIDEO,
        sniff: signature::video,
        probe: second_look::none,
        format: reader!("video", stream_video::Video),
        has_feature: true,
    },
    Known {
        outline: &outline::VTT,
        sniff: signature::vtt,
        probe: second_look::none,
        format: reader!("vtt", stream_vtt::Vtt),
        has_feature: true,
    },
    Known {
        outline: &outline::BINARY,
        sniff: signature::anything,
        probe: second_look::none,
        format: reader!("binary", stream_binary::Binary),
        has_feature: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_outlines_agree_with_readers() {
        for (i, known) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|k| k.outline.name != known.outline.name));
            if let Some(format) = known.format {
                assert_eq!(format.descriptor().name, known.outline.name);
                assert_eq!(format.descriptor().needs, known.outline.needs);
                for e in known.outline.extensions {
                    assert!(format.descriptor().extensions.contains(e), "{e}");
                }
            }
        }
    }

    #[test]
    fn a_format_without_a_reader_says_so_by_name() {
        let known = |has_feature| Known {
            outline: &outline::DICOM,
            sniff: signature::dicom,
            probe: second_look::none,
            format: None,
            has_feature,
        };
        let e = known(true).reader().err().unwrap();
        assert_eq!(e.kind(), ErrorKind::NotEnabled);
        assert_eq!(e.message(), r#"this is DICOM; rebuild with feature "dicom""#);
        let e = known(false).reader().err().unwrap();
        assert_eq!(e.message(), "this is DICOM, which this version has no reader for");
    }
}
