//! Links of a group, some at a time.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use hdf5_metno_sys as sys;
use stream_core::memory::OverBudget;
use stream_core::{ChargedVec, Error, ErrorKind, Result};
use sys::h5::{H5_index_t, H5_iter_order_t, hbool_t};
use sys::h5g::{H5G_info_t, H5G_storage_type_t};
use sys::h5i::hid_t;
use sys::h5l;
use sys::h5l::H5L_info1_t;

use super::{Id, Library, OpenedFile, c_string};

/// What a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// To the object whose header stands at this address.
    Hard(u64),
    /// To a path in this file.
    Soft,
    /// To the path in this file that stands here in the heap of the group, which is of the earliest format.
    Stored(u64),
    /// To a path in another file.
    External,
    /// Of a class that someone else defined.
    Other(i32),
}

/// Where a soft or external link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LinkTarget {
    Path(Vec<u8>),
    File { file: Vec<u8>, path: Vec<u8> },
}

/// `H5L_info_t` with the class as a number: those that others define are no values of the enum.
#[repr(C)]
struct Info {
    class: c_int,
    _order_valid: hbool_t,
    _order: i64,
    _charset: c_int,
    /// The address of a hard link, the length of another's value.
    value: u64,
}

/// Takes a link's name and what it is; says whether it takes more.
pub(crate) type Keep<'a> = dyn FnMut(&[u8], LinkKind) -> Result<bool, OverBudget> + 'a;

/// What the callback needs.
struct Batch<'k, 'a> {
    keep: &'k mut Keep<'a>,
    refused: Option<OverBudget>,
    panicked: bool,
}

impl Library<'_> {
    /// Shows the links of `group` from the `start`-th on to `keep`, until it refuses one, and tells whether it did. `start` must be
    /// less than the number of links. By creation where the group keeps that, else as they stand in the group's index.
    pub(crate) fn links(
        self,
        group: &Id,
        by_creation: bool,
        start: u64,
        keep: &mut Keep<'_>,
    ) -> Result<bool> {
        let (index, order) = match by_creation {
            // in the order of the index itself: any other makes the library hold all links at once
            true if self.is_dense(group)? => {
                (H5_index_t::H5_INDEX_CRT_ORDER, H5_iter_order_t::H5_ITER_NATIVE)
            }
            true => (H5_index_t::H5_INDEX_CRT_ORDER, H5_iter_order_t::H5_ITER_INC),
            false => (H5_index_t::H5_INDEX_NAME, H5_iter_order_t::H5_ITER_NATIVE),
        };
        let mut batch = Batch { keep, refused: None, panicked: false };
        let mut at = start;
        // SAFETY: an open group; `visit` is called with `batch` only during the call.
        let status = unsafe {
            h5l::H5Literate1(
                group.raw(),
                index,
                order,
                &mut at,
                Some(visit),
                (&raw mut batch).cast(),
            )
        };
        if let Some(refused) = batch.refused {
            super::error::clear();
            return Err(refused.into());
        }
        if batch.panicked {
            return Err(Error::new(ErrorKind::Malformed, "links: looking at one failed"));
        }
        match status {
            0.. => self.intact().map(|()| status > 0),
            _ => Err(self.failed(&format!("links: listing them from number {start} on"))),
        }
    }

    /// Whether a group's links stand in a heap with indexes, not in its header.
    fn is_dense(self, group: &Id) -> Result<bool> {
        let mut info = std::mem::MaybeUninit::<H5G_info_t>::uninit();
        // SAFETY: an open group, and a place for its facts.
        let status = unsafe { sys::h5g::H5Gget_info(group.raw(), info.as_mut_ptr()) };
        self.done(status, || "group: asking how its links are stored".into())?;
        // SAFETY: the call gave it a value.
        let info = unsafe { info.assume_init() };
        Ok(info.storage_type == H5G_storage_type_t::H5G_STORAGE_TYPE_DENSE)
    }

    /// Where the soft or external link `name` leads.
    pub(crate) fn link_target(
        self,
        file: &OpenedFile,
        group: &Id,
        name: &[u8],
        value: &mut ChargedVec<u8>,
    ) -> Result<LinkTarget> {
        let attempt = || format!("link {}: asking where it leads", String::from_utf8_lossy(name));
        let c_name = c_string(name)?;
        let mut info = H5L_info1_t::default();
        // SAFETY: an open group, a text that ends, a place for facts.
        let status =
            unsafe { h5l::H5Lget_info1(group.raw(), c_name.as_ptr(), &mut info, file.links.raw()) };
        self.done(status, attempt)?;
        // SAFETY: the same bytes; not a hard link, so that they are a length.
        let (class, length) = unsafe {
            let info = &*(&raw const info).cast::<Info>();
            (info.class, usize::try_from(info.value).unwrap_or(usize::MAX))
        };
        value.clear();
        value.room(length)?;
        for _ in 0..length {
            value.push(0)?;
        }
        // SAFETY: as many bytes as the length that is given.
        let status = unsafe {
            let bytes = value.as_mut_slice().as_mut_ptr().cast();
            h5l::H5Lget_val(group.raw(), c_name.as_ptr(), bytes, length, file.links.raw())
        };
        self.done(status, attempt)?;
        let until_zero =
            |bytes: &[u8]| bytes.split(|&b| b == 0).next().unwrap_or_default().to_vec();
        if class != EXTERNAL {
            return Ok(LinkTarget::Path(until_zero(value)));
        }
        // a byte of version and flags, the file's name, the object's path, each ended by a zero
        let mut parts = value.get(1..).unwrap_or_default().split(|&b| b == 0);
        let mut next = || parts.next().unwrap_or_default().to_vec();
        Ok(LinkTarget::File { file: next(), path: next() })
    }
}

const EXTERNAL: i32 = 64;

unsafe extern "C" fn visit(
    _: hid_t,
    name: *const c_char,
    info: *const H5L_info1_t,
    batch: *mut c_void,
) -> i32 {
    // SAFETY: what `links` passed, and what the library shows for the time of this call.
    let (name, info, batch) = unsafe {
        (
            CStr::from_ptr(name).to_bytes(),
            &*info.cast::<Info>(),
            &mut *batch.cast::<Batch<'_, '_>>(),
        )
    };
    let kind = match info.class {
        0 => LinkKind::Hard(info.value),
        1 => LinkKind::Soft,
        EXTERNAL => LinkKind::External,
        other => LinkKind::Other(other),
    };
    match catch_unwind(AssertUnwindSafe(|| (batch.keep)(name, kind))) {
        Ok(Ok(true)) => 0,
        Ok(Ok(false)) => 1,
        Ok(Err(refused)) => {
            batch.refused = Some(refused);
            -1
        }
        Err(_) => {
            batch.panicked = true;
            -1
        }
    }
}
