//! Attributes of an object, some at a time.

use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use hdf5_metno_sys as sys;
use stream_core::memory::OverBudget;
use stream_core::{Error, ErrorKind, Result};
use sys::h5::{H5_index_t, H5_iter_order_t};
use sys::h5a;
use sys::h5i::hid_t;

use super::{Id, Library, c_string};

struct Batch<'a> {
    keep: &'a mut dyn FnMut(&[u8]) -> Result<bool, OverBudget>,
    refused: Option<OverBudget>,
    panicked: bool,
}

impl Library<'_> {
    /// Shows the names of `object`'s attributes from the `start`-th on to `keep`, until it refuses one, and tells whether it did.
    /// `start` must be less than the number of attributes.
    pub(crate) fn attributes(
        self,
        object: &Id,
        by_creation: bool,
        start: u64,
        keep: &mut dyn FnMut(&[u8]) -> Result<bool, OverBudget>,
    ) -> Result<bool> {
        let (index, order) = match by_creation {
            true => (H5_index_t::H5_INDEX_CRT_ORDER, H5_iter_order_t::H5_ITER_INC),
            false => (H5_index_t::H5_INDEX_NAME, H5_iter_order_t::H5_ITER_NATIVE),
        };
        let mut batch = Batch { keep, refused: None, panicked: false };
        let mut at = start;
        // SAFETY: an open object; `visit` is called with `batch` only during the call.
        let status = unsafe {
            let batch = (&raw mut batch).cast();
            h5a::H5Aiterate2(object.raw(), index, order, &mut at, Some(visit), batch)
        };
        if let Some(refused) = batch.refused {
            super::error::clear();
            return Err(refused.into());
        }
        if batch.panicked {
            return Err(Error::new(ErrorKind::Malformed, "attributes: looking at one failed"));
        }
        match status {
            0.. => self.intact().map(|()| status > 0),
            _ => Err(self.failed(&format!("attributes: listing them from number {start} on"))),
        }
    }

    pub(crate) fn open_attribute(self, object: &Id, name: &[u8]) -> Result<Id> {
        let c_name = c_string(name)?;
        // SAFETY: an open object, a text that ends, the default list.
        let raw = unsafe { h5a::H5Aopen(object.raw(), c_name.as_ptr(), sys::h5p::H5P_DEFAULT) };
        self.id(raw, || format!("attribute {}: opening it", String::from_utf8_lossy(name)))
    }

    pub(crate) fn has_attribute(self, object: &Id, name: &[u8]) -> Result<bool> {
        let c_name = c_string(name)?;
        // SAFETY: an open object and a text that ends.
        let answer = unsafe { h5a::H5Aexists(object.raw(), c_name.as_ptr()) };
        self.truth(answer, || format!("attribute {}: asking for it", String::from_utf8_lossy(name)))
    }

    pub(crate) fn attribute_type(self, attribute: &Id) -> Result<Id> {
        // SAFETY: an open attribute.
        let raw = unsafe { h5a::H5Aget_type(attribute.raw()) };
        self.id(raw, || "attribute: asking for its type".into())
    }

    pub(crate) fn attribute_space(self, attribute: &Id) -> Result<Id> {
        // SAFETY: an open attribute.
        let raw = unsafe { h5a::H5Aget_space(attribute.raw()) };
        self.id(raw, || "attribute: asking for its dataspace".into())
    }

    /// Reads an attribute's value as its own type lies in memory; `bytes` has exactly as many as elements and type say.
    pub(crate) fn read_attribute(self, attribute: &Id, of: &Id, bytes: &mut [u8]) -> Result<()> {
        // SAFETY: an open attribute, a type, and room for all elements: the caller asked for both sizes.
        let status = unsafe { h5a::H5Aread(attribute.raw(), of.raw(), bytes.as_mut_ptr().cast()) };
        self.done(status, || "attribute: reading its value".into())
    }
}

unsafe extern "C" fn visit(
    _: hid_t,
    name: *const c_char,
    _: *const h5a::H5A_info_t,
    batch: *mut c_void,
) -> i32 {
    // SAFETY: what `attributes` passed, and what the library shows for the time of this call.
    let (name, batch) =
        unsafe { (CStr::from_ptr(name).to_bytes(), &mut *batch.cast::<Batch<'_>>()) };
    match catch_unwind(AssertUnwindSafe(|| (batch.keep)(name))) {
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
