//! What netCDF is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::classic;

/// netCDF as a [`stream_core::Format`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Netcdf;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "netcdf",
    title: "NetCDF",
    extensions: &["nc", "nc4", "cdf"],
    media_types: &["application/x-netcdf"],
    reads: if cfg!(feature = "hdf5") {
        "NetCDF classic (CDF-1, CDF-2, CDF-5) and netCDF-4, with the CF conventions 1.11"
    } else {
        "NetCDF classic (CDF-1, CDF-2, CDF-5), with the CF conventions 1.11"
    },
    needs: Needs::Random,
    overhead: 32 * 1024,
    settings: &[Setting {
        name: "netcdf.value_limit",
        about: "keeps attribute values up to this many bytes as field `value` (default 65536)",
    }],
};

/// HDF5 file format 3.0, II.A: at 0, 512, 1024, 2048 and so on.
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";
/// Where a signature is looked for: behind user blocks of up to 64 KiB.
const PLACES: [u64; 9] = [0, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536];

pub(crate) fn has_hdf5_signature(cx: &Context) -> Result<bool> {
    let mut found = [0; SIGNATURE.len()];
    for place in PLACES {
        if cx.read_full_at(place, &mut found)? == found.len() && found == *SIGNATURE {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_hdf5(head: &[u8]) -> bool {
    PLACES.iter().any(|&at| {
        let rest = usize::try_from(at).ok().and_then(|at| head.get(at..));
        rest.is_some_and(|rest| rest.starts_with(SIGNATURE))
    })
}

impl Format for Netcdf {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        // an HDF5 file may be one of netCDF or not: the HDF5 reader is as sure of it, and less so where it finds what the netCDF
        // library leaves in its files; else the extension tells
        if classic::version(head).is_some() || is_hdf5(head) {
            Confidence::Certain
        } else {
            Confidence::No
        }
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        // a user block may be longer than the head
        if head == Confidence::No && has_hdf5_signature(cx)? {
            return Ok(Confidence::Likely);
        }
        Ok(head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx)?))
    }

    #[cfg(feature = "hdf5")]
    fn library(&self) -> Option<String> {
        crate::netcdf4::library()
    }

    fn enters_library(&self, head: &[u8]) -> bool {
        self.library().is_some() && classic::version(head).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_magic_of_the_classic_formats_is_certain() {
        for version in [1, 2, 5] {
            assert_eq!(Netcdf.sniff(&[b'C', b'D', b'F', version]), Confidence::Certain);
            assert!(!Netcdf.enters_library(&[b'C', b'D', b'F', version]));
        }
        assert_eq!(Netcdf.sniff(b"CDF\x03"), Confidence::No);
    }

    #[test]
    fn an_hdf5_file_may_be_netcdf_wherever_its_signature_stands() {
        for before in [0, 512, 2048] {
            let mut head = vec![0; before];
            head.extend(SIGNATURE);
            assert_eq!(Netcdf.sniff(&head), Confidence::Certain);
            assert_eq!(Netcdf.enters_library(&head), cfg!(feature = "hdf5"));
        }
        assert_eq!(Netcdf.sniff(b"\x89PNG\r\n\x1a\n"), Confidence::No);
    }
}
