//! Elements through the library: what only it can read.

use std::ffi::{c_int, c_void};

use hdf5_metno_sys as sys;
use stream_core::Result;
use stream_core::memory::{Budget, OverBudget, Reservation};
use sys::h5i::hid_t;
use sys::{h5d, h5p, h5s};

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

    /// Reads the selected elements as `of` lies in memory into `bytes`, which has room for exactly those, and shows them to `see`
    /// while what they point to lives. All that the library allocates for that is reserved from `budget`.
    pub(crate) fn read_elements(
        self,
        dataset: &Id,
        of: &Id,
        selection: &Selection,
        budget: &Budget,
        bytes: &mut [u8],
        see: &mut dyn FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        let attempt = || "dataset: reading elements".to_owned();
        let Selection { file, memory } = selection;
        let mut heap = Heap { budget, held: None, refused: None, last: std::ptr::null_mut() };
        let its = (&raw mut heap).cast::<c_void>();
        // SAFETY: the class exists once the library was started.
        let transfer = unsafe { h5p::H5Pcreate(*h5p::H5P_CLS_DATASET_XFER) };
        let transfer = self.id(transfer, attempt)?;
        // SAFETY: a list of transfer properties; `heap` lives longer than it is used.
        let status = unsafe {
            h5p::H5Pset_vlen_mem_manager(transfer.raw(), Some(allocate), its, Some(keep), its)
        };
        self.done(status, attempt)?;
        // SAFETY: an open dataset, a type, two dataspaces that select equally many elements, and room for those.
        let status = unsafe {
            let bytes = bytes.as_mut_ptr().cast();
            h5d::H5Dread(dataset.raw(), of.raw(), memory.raw(), file.raw(), transfer.raw(), bytes)
        };
        let read = self.done(status, attempt);
        let seen = match read {
            Ok(()) => see(bytes),
            Err(error) => Err(error),
        };
        // references are given back here; parts of variable length go with `heap`
        // SAFETY: elements that the library wrote as this type into this dataspace; those it did not write are zero, and
        // what they point to lives as long as `heap`.
        let status = unsafe {
            let bytes = bytes.as_mut_ptr().cast();
            h5d::H5Dvlen_reclaim(of.raw(), memory.raw(), transfer.raw(), bytes)
        };
        if status < 0 {
            self.forget_errors();
        }
        match heap.refused.take() {
            Some(refused) => Err(refused.into()),
            None => seen,
        }
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
        let bytes = reference.as_ptr().cast();
        let attempt = || "reference: following it".to_owned();
        // SAFETY: an open object of the file, and the bytes that such a reference has.
        let space = self.id(unsafe { H5Rget_region(near.raw(), REGION, bytes) }, attempt)?;
        // SAFETY: as above, and the default list.
        let raw = unsafe { H5Rdereference2(near.raw(), h5p::H5P_DEFAULT, REGION, bytes) };
        let dataset = self.id(raw, attempt)?;
        let info = self.object_info(&dataset)?;
        debug_assert!(info.kind != ObjectKind::Group);
        let (first, last) = self.bounds(&space)?;
        Ok((info.address, first, last))
    }
}

/// `H5R_DATASET_REGION`, which 1.12 gave another name.
const REGION: c_int = 1;

unsafe extern "C" {
    fn H5Rget_region(near: hid_t, kind: c_int, reference: *const c_void) -> hid_t;
    fn H5Rdereference2(near: hid_t, list: hid_t, kind: c_int, reference: *const c_void) -> hid_t;
}

/// Memory for parts of variable length, which all goes at once.
///
/// Where reading fails, a library from 1.14 on has given back what it had converted, and its elements point there still; an
/// older one has not. So nothing is given back before the end, when nobody looks at the elements any more.
struct Heap<'a> {
    budget: &'a Budget,
    held: Option<Reservation>,
    refused: Option<OverBudget>,
    /// The block that was allocated last.
    last: *mut Block,
}

/// What stands before the bytes of an allocation: aligned as C's are, so that the bytes are too.
#[repr(C, align(16))]
struct Block {
    /// The one that was allocated before.
    before: *mut Block,
}

/// What an allocation takes beside its bytes: a `Block`, and what the allocator notes.
const BLOCK: u64 = 32;

impl Drop for Heap<'_> {
    fn drop(&mut self) {
        while !self.last.is_null() {
            let block = self.last;
            // SAFETY: a block of `allocate`, given back once: the list goes on with the one before it.
            unsafe {
                self.last = (*block).before;
                sys::h5::H5free_memory(block.cast());
            }
        }
    }
}

unsafe extern "C" fn allocate(size: usize, heap: *mut c_void) -> *mut c_void {
    // SAFETY: what `read_elements` passed; the lock is held, so nobody else looks at it.
    let heap = unsafe { &mut *heap.cast::<Heap<'_>>() };
    let bytes = u64::try_from(size).unwrap_or(u64::MAX).saturating_add(BLOCK);
    let more = match &mut heap.held {
        Some(held) => held.grow(bytes),
        none => heap.budget.reserve(bytes).map(|held| *none = Some(held)),
    };
    if let Err(refused) = more {
        heap.refused = Some(refused);
        return std::ptr::null_mut();
    }
    let Some(whole) = size.max(1).checked_add(size_of::<Block>()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the library's own allocator; not all of it is written before it is read by faulty files, so it is cleared.
    let block = unsafe { sys::h5::H5allocate_memory(whole, true.into()) }.cast::<Block>();
    if block.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: a new block, which is longer than a `Block`, and aligned as all that C allocates.
    unsafe {
        block.write(Block { before: heap.last });
        heap.last = block;
        block.add(1).cast()
    }
}

/// The library is done with a part: it stays until the last of them is.
unsafe extern "C" fn keep(_: *mut c_void, _: *mut c_void) {}
