//! Identifiers that give themselves back.

use hdf5_metno_sys as sys;
use sys::h5i::hid_t;

/// One reference to something of the library: a file, an object, a type, a dataspace, a list of properties.
#[derive(Debug)]
pub(crate) struct Id(hid_t);

impl Id {
    /// Takes over the reference that a call returned.
    pub(super) fn own(raw: hid_t) -> Self {
        Self(raw)
    }

    pub(super) fn raw(&self) -> hid_t {
        self.0
    }
}

impl Drop for Id {
    fn drop(&mut self) {
        let _lock = sys::LOCK.lock();
        // SAFETY: this is the one place that gives back the one reference this value stands for.
        let status = unsafe { sys::h5i::H5Idec_ref(self.0) };
        if status < 0 {
            super::error::clear();
        }
    }
}
