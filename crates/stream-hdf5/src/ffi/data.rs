//! Elements through the library: what only it can read.

use hdf5_metno_sys as sys;
use stream_core::Result;
use sys::h5i::hid_t;
use sys::{h5d, h5p, h5r, h5s};

use super::{Id, Library, ObjectKind};

/// Elements of a dataset that are read at once, and the block of memory that they fill.
pub(crate) struct Selection {
    pub(crate) file: Id,
    pub(crate) memory: Id,
}

impl Library<'_> {
    /// Selects `count` elements along each axis of `dataset`, from `start` on, `step` apart. No axes for a scalar.
    pub(crate) fn select_elements(
        self,
        dataset: &Id,
        start: &[u64],
        step: &[u64],
        count: &[u64],
    ) -> Result<Selection> {
        let file = self.dataset_space(dataset)?;
        if !count.is_empty() {
            self.select(&file, start, step, count)?;
        }
        let memory = match count.is_empty() {
            // SAFETY: the class of dataspaces with one element.
            true => self.id(unsafe { h5s::H5Screate(h5s::H5S_class_t::H5S_SCALAR) }, || {
                "dataspace: making a scalar".into()
            })?,
            false => self.simple(count)?,
        };
        Ok(Selection { file, memory })
    }

    /// Bytes that the parts of variable length of the selected elements take; the library reads all of them for that.
    pub(crate) fn vlen_size(self, dataset: &Id, of: &Id, selection: &Selection) -> Result<u64> {
        let mut size = 0;
        // SAFETY: an open dataset, a type, a dataspace with a selection, and a place for a number.
        let status = unsafe {
            h5d::H5Dvlen_get_buf_size(dataset.raw(), of.raw(), selection.file.raw(), &mut size)
        };
        self.done(status, || "dataset: asking for the size of its elements".into())?;
        Ok(size)
    }

    /// Reads the selected elements as `of` lies in memory; `bytes` has room for exactly those.
    pub(crate) fn read_elements(
        self,
        dataset: &Id,
        of: &Id,
        selection: &Selection,
        bytes: &mut [u8],
    ) -> Result<()> {
        let Selection { file, memory } = selection;
        // SAFETY: an open dataset, a type, two dataspaces that select equally many elements, and room for those.
        let status = unsafe {
            let bytes = bytes.as_mut_ptr().cast();
            h5d::H5Dread(dataset.raw(), of.raw(), memory.raw(), file.raw(), h5p::H5P_DEFAULT, bytes)
        };
        self.done(status, || "dataset: reading elements".into())
    }

    /// Gives back what the library allocated for parts of variable length.
    pub(crate) fn reclaim(self, of: &Id, memory: &Id, bytes: &mut [u8]) {
        // SAFETY: elements that the library wrote as this type into this dataspace, given back once.
        let status = unsafe {
            let bytes = bytes.as_mut_ptr().cast();
            h5d::H5Dvlen_reclaim(of.raw(), memory.raw(), h5p::H5P_DEFAULT, bytes)
        };
        if status < 0 {
            self.forget_errors();
        }
    }

    /// The region that a region reference of 12 bytes leads to: the address of its dataset, and the corners of the region.
    pub(crate) fn region(
        self,
        near: &Id,
        reference: &[u8; 12],
    ) -> Result<(u64, Vec<u64>, Vec<u64>)> {
        let kind = h5r::H5R_type_t::H5R_DATASET_REGION;
        let bytes = reference.as_ptr().cast();
        let attempt = || "reference: following it".to_owned();
        // SAFETY: an open object of the file, and the bytes that such a reference has.
        let space = self.id(unsafe { h5r::H5Rget_region(near.raw(), kind, bytes) }, attempt)?;
        // SAFETY: as above, and the default list.
        let raw: hid_t = unsafe { h5r::H5Rdereference2(near.raw(), h5p::H5P_DEFAULT, kind, bytes) };
        let dataset = self.id(raw, attempt)?;
        let info = self.object_info(&dataset)?;
        debug_assert!(info.kind != ObjectKind::Group);
        let (first, last) = self.bounds(&space)?;
        Ok((info.address, first, last))
    }
}
