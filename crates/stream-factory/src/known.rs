//! The registry: all formats, and the readers of those that are compiled in.

use stream_core::{Confidence, Descriptor, Error, ErrorKind, Format};

use crate::{outline, signature};

/// A format that the factory recognises; its reader may or may not be compiled in.
pub struct Known {
    outline: &'static Descriptor,
    sniff: fn(&[u8]) -> Confidence,
    format: Option<&'static dyn Format>,
    has_feature: bool,
}

/// Every known format, in the order of the documentation; `binary`, which reads anything, is the last.
pub fn formats() -> &'static [Known] {
    &ALL
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

const fn planned(outline: &'static Descriptor, sniff: fn(&[u8]) -> Confidence) -> Known {
    Known { outline, sniff, format: None, has_feature: false }
}

static ALL: [Known; 8] = [
    Known {
        outline: &outline::DICOM,
        sniff: signature::dicom,
        format: reader!("dicom", stream_dicom::Dicom),
        has_feature: true,
    },
    Known {
        outline: &outline::FITS,
        sniff: signature::fits,
        format: reader!("fits", stream_fits::Fits),
        has_feature: true,
    },
    Known {
        outline: &outline::HDF5,
        sniff: signature::hdf5,
        format: reader!("hdf5", stream_hdf5::Hdf5),
        has_feature: true,
    },
    Known {
        outline: &outline::NETCDF,
        sniff: signature::netcdf,
        // either of its features: without `netcdf` it reads the classic formats
        format: reader!("netcdf-classic", stream_netcdf::Netcdf),
        has_feature: true,
    },
    planned(&outline::AUDIO, signature::audio),
    planned(&outline::VIDEO, signature::video),
    Known {
        outline: &outline::VTT,
        sniff: signature::vtt,
        format: reader!("vtt", stream_vtt::Vtt),
        has_feature: true,
    },
    Known {
        outline: &outline::BINARY,
        sniff: signature::anything,
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
        let e = planned(&outline::AUDIO, signature::audio).reader().err().unwrap();
        assert_eq!(e.kind(), ErrorKind::NotEnabled);
        assert_eq!(e.message(), "this is audio, which this version has no reader for");
        let dicom = Known { format: None, ..planned(&outline::DICOM, signature::dicom) };
        let dicom = Known { has_feature: true, ..dicom };
        let e = dicom.reader().err().unwrap();
        assert_eq!(e.message(), r#"this is DICOM; rebuild with feature "dicom""#);
    }
}
