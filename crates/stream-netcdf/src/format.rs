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

/// Left in the root group by the netCDF library since 4.4.1; in each netCDF-4 file with dimensions; in those of the classic
/// model.
const MARKS: [&[u8]; 4] = [
    b"_NCProperties",
    b"_Netcdf4Dimid",
    b"This is a netCDF dimension but not a netCDF variable.",
    b"_nc3_strict",
];
/// Bytes that are searched for marks.
const SEARCHED: usize = 64 * 1024;

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

fn has_mark(bytes: &[u8]) -> bool {
    // all marks begin with one of two bytes, so that one pass finds any of them
    let starts = (0usize..).zip(bytes).filter(|(_, b)| matches!(b, b'_' | b'T'));
    starts.into_iter().any(|(at, _)| {
        let rest = bytes.get(at..).unwrap_or_default();
        MARKS.iter().any(|mark| rest.starts_with(mark))
    })
}

impl Format for Netcdf {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        if classic::version(head).is_some() {
            return Confidence::Certain;
        }
        match is_hdf5(head) {
            true if has_mark(head) => Confidence::Certain,
            true => Confidence::Possible,
            false => Confidence::No,
        }
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        if head != Confidence::Possible {
            return Ok(head);
        }
        let mut first = cx.buf(SEARCHED)?;
        let found = cx.read_full_at(0, &mut first)?;
        let marked = has_mark(first.get(..found).unwrap_or_default());
        Ok(if marked { Confidence::Certain } else { head })
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx)?))
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
    fn an_hdf5_file_is_certain_only_with_a_mark_of_netcdf() {
        let mut head = SIGNATURE.to_vec();
        head.resize(600, 0);
        assert_eq!(Netcdf.sniff(&head), Confidence::Possible);
        head.extend(b"_Netcdf4Dimid");
        assert_eq!(Netcdf.sniff(&head), Confidence::Certain);
    }
}
