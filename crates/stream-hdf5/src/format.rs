//! The format's one static value: how it is called, recognised and opened.

use stream_core::{Confidence, Context, Descriptor, Format, Needs, Reader, Result, Setting};

use crate::adapter::Adapter;
use crate::superblock::SIGNATURE;
use crate::{File, ffi};

/// HDF5.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hdf5;

static DESCRIPTOR: Descriptor = Descriptor {
    name: "hdf5",
    title: "HDF5",
    extensions: &["h5", "hdf5", "he5", "hdf", "h5ad", "loom", "mat", "nxs"],
    media_types: &["application/x-hdf5"],
    reads: "HDF5 (file format 3.0, superblocks 0 to 3): groups, datasets, attributes, links, types, all layouts; the usual filters",
    needs: Needs::Random,
    // what the library makes once per process, and what it keeps for a call beside what is reserved for an open file
    overhead: OVERHEAD,
    settings: &[Setting {
        name: "verify",
        about: "on: lists the stored size of chunked data too, which walks over every chunk index, and of an array taken whole leaves out chunks that are not stored; Fletcher-32 sums of chunks are always checked (default: off; on in check)",
    }],
};

/// Heap beside the budget: types, lists of properties and tables that libhdf5 makes when it starts and keeps.
const OVERHEAD: u64 = 2 << 20;

impl Format for Hdf5 {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn sniff(&self, head: &[u8]) -> Confidence {
        let at = |offset: usize| head.get(offset..).is_some_and(|rest| rest.starts_with(SIGNATURE));
        if ![0, 512, 1024, 2048].into_iter().any(at) {
            return Confidence::No;
        }
        // it may be netCDF's, whose reader looks for what that library leaves in 64 KiB; else the extension tells
        Confidence::Likely
    }

    fn probe(&self, cx: &Context, head: Confidence) -> Result<Confidence> {
        if head > Confidence::No || !cx.is_random() {
            return Ok(head);
        }
        // clause II.A: larger user blocks; beyond 64 KiB none is looked for
        let mut bytes = [0u8; 8];
        for offset in [4096, 8192, 16_384, 32_768, 65_536] {
            let found = cx.read_full_at(offset, &mut bytes)?;
            if found == bytes.len() && &bytes == SIGNATURE {
                return Ok(Confidence::Likely);
            }
            if found < bytes.len() {
                break;
            }
        }
        Ok(Confidence::No)
    }

    fn open(&self, cx: Context) -> Result<Box<dyn Reader>> {
        let open = || Adapter::open(File::open(cx)?);
        Ok(Box::new(open().map_err(|error| error.with_format(DESCRIPTOR.name))?))
    }

    fn library(&self) -> Option<String> {
        Some(ffi::version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use stream_core::MemorySource;
    use stream_core::memory::Budget;

    #[test]
    fn a_signature_behind_a_user_block_is_recognised() {
        let mut head = vec![0u8; 2048];
        assert_eq!(Hdf5.sniff(&head), Confidence::No);
        head.extend(SIGNATURE);
        assert_eq!(Hdf5.sniff(&head), Confidence::Likely);
    }

    #[test]
    fn a_large_user_block_is_found_on_the_second_look() {
        let mut file = vec![0u8; 16_384];
        file.extend(SIGNATURE);
        let source = Arc::new(MemorySource::new(file));
        let cx = Context::new(source, &Budget::new("b", 4096));
        assert_eq!(Hdf5.probe(&cx, Confidence::No).unwrap(), Confidence::Likely);
    }

    #[test]
    fn the_library_says_its_version() {
        assert!(Hdf5.library().is_some_and(|text| text.starts_with("libhdf5 ")));
    }
}
