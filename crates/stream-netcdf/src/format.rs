//! What netCDF is called and how it is recognised.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::dataset::NETCDF4;
use crate::{classic, store};

/// netCDF as a [`stream_core::Format`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Netcdf;

/// The classic formats alone, as a [`stream_core::Format`]: recognises netCDF-4 too, and leaves its reading to whoever has the
/// library. A program that names only this one links no C library, whatever the crate's features.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetcdfClassic;

const fn descriptor(reads: &'static str, overhead: u64) -> Descriptor {
    Descriptor {
        name: "netcdf",
        title: "NetCDF",
        extensions: &["nc", "nc4", "cdf"],
        media_types: &["application/x-netcdf"],
        reads,
        needs: Needs::Random,
        overhead,
        settings: &[Setting {
            name: "netcdf.value_limit",
            about: "keeps attribute values up to this many bytes as field `value` (default 65536)",
        }],
    }
}

static CLASSIC: Descriptor =
    descriptor("NetCDF classic (CDF-1, CDF-2, CDF-5), with the CF conventions 1.11", 32 * 1024);

// libhdf5 keeps types, lists of properties and tables from its first call on
static BOTH: Descriptor = descriptor(
    "NetCDF classic (CDF-1, CDF-2, CDF-5) and netCDF-4, with the CF conventions 1.11",
    2 << 20,
);

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

/// Names that the netCDF library leaves in an HDF5 file. Dimension scales alone do not make one: other HDF5 files have them too.
const MARKS: [&[u8]; 4] =
    [b"_NCProperties", b"_Netcdf4Dimid", b"_Netcdf4Coordinates", b"_nc3_strict"];

fn has_mark(bytes: &[u8]) -> bool {
    MARKS.iter().any(|mark| bytes.windows(mark.len()).any(|found| found == *mark))
}

/// What a second look reads at most.
const LOOK: usize = 64 * 1024;
/// What is read at a time.
const BLOCK: usize = 4096;

/// Looks for marks in the first 64 KiB, block by block.
fn is_marked(cx: &Context) -> Result<bool> {
    // a mark may lie across two blocks
    const OVERLAP: usize = 32;
    let mut bytes = cx.buf(BLOCK)?;
    for at in (0..LOOK).step_by(BLOCK.saturating_sub(OVERLAP)) {
        let found = cx.read_full_at(u64::try_from(at).unwrap_or(u64::MAX), &mut bytes)?;
        if has_mark(bytes.get(..found).unwrap_or_default()) {
            return Ok(true);
        }
        if found < bytes.len() {
            break;
        }
    }
    Ok(false)
}

fn sniff(head: &[u8]) -> Confidence {
    // an HDF5 file without a mark of netCDF's may be one of netCDF or not: the HDF5 reader is as sure of it, and the extension
    // tells
    if classic::version(head).is_some() || (is_hdf5(head) && has_mark(head)) {
        Confidence::Certain
    } else if is_hdf5(head) {
        Confidence::Likely
    } else {
        Confidence::No
    }
}

fn probe(cx: &Context, head: Confidence) -> Result<Confidence> {
    if head == Confidence::Certain || !cx.is_random() {
        return Ok(head);
    }
    // a user block may be longer than the head
    if head == Confidence::No && !has_hdf5_signature(cx)? {
        return Ok(Confidence::No);
    }
    Ok(if is_marked(cx)? { Confidence::Certain } else { Confidence::Likely })
}

impl Format for Netcdf {
    fn descriptor(&self) -> &'static Descriptor {
        if cfg!(feature = "hdf5") { &BOTH } else { &CLASSIC }
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx, NETCDF4)?))
    }

    #[cfg(feature = "hdf5")]
    fn library(&self) -> Option<String> {
        crate::netcdf4::library()
    }

    fn enters_library(&self, head: &[u8]) -> bool {
        classic::version(head).is_none()
    }
}

impl Format for NetcdfClassic {
    fn descriptor(&self) -> &'static Descriptor {
        &CLASSIC
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        sniff(head)
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        probe(cx, head)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        Ok(Box::new(Adapter::open(cx, store::none)?))
    }

    fn enters_library(&self, head: &[u8]) -> bool {
        classic::version(head).is_none()
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
            assert_eq!(Netcdf.sniff(&head), Confidence::Likely);
            assert!(Netcdf.enters_library(&head) && NetcdfClassic.enters_library(&head));
        }
        assert_eq!(Netcdf.sniff(b"\x89PNG\r\n\x1a\n"), Confidence::No);
    }

    fn probed(bytes: &[u8]) -> Confidence {
        let source = std::sync::Arc::new(stream_core::MemorySource::new(bytes.to_vec()));
        let cx = Context::new(source, &stream_core::memory::Budget::new("test", 1 << 20));
        let head = bytes.get(..4096).unwrap_or(bytes);
        Netcdf.probe(&cx, Netcdf.sniff(head)).unwrap()
    }

    #[test]
    fn what_netcdf_leaves_in_64_kib_of_an_hdf5_file_is_certain() {
        let mut file = vec![0; 100_000];
        file[..8].copy_from_slice(SIGNATURE);
        assert_eq!(probed(&file), Confidence::Likely);
        for mark in MARKS {
            // across two blocks, and too far behind
            for (at, expected) in [(4090, Confidence::Certain), (80_000, Confidence::Likely)] {
                let mut file = file.clone();
                file[at..at + mark.len()].copy_from_slice(mark);
                assert_eq!(probed(&file), expected, "{at}");
            }
        }
        assert_eq!(probed(&[0; 5000]), Confidence::No);
    }
}
