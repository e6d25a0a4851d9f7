//! Opening files, and what the library may hold for one.

use std::sync::Arc;

use hdf5_metno_sys as sys;
use stream_core::Result;
use sys::h5::{haddr_t, herr_t};
use sys::h5ac::H5AC_cache_config_t;
use sys::h5c::{H5C_cache_decr_mode, H5C_cache_flash_incr_mode, H5C_cache_incr_mode};
use sys::h5i::hid_t;
use sys::{h5f, h5p};

use super::{Id, Library, State, driver, enter};

/// What the library may keep in memory for an open file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of metadata in its cache.
    pub(crate) metadata: usize,
}

/// A file that the library has open, with the lists of properties that every later call uses.
#[derive(Debug)]
pub(crate) struct OpenedFile {
    pub(crate) id: Id,
    /// Link access: no link leads into another file.
    pub(crate) links: Id,
    /// Bytes before the address 0 of the file: its user block.
    pub(crate) base: u64,
    pub(crate) offset_size: u8,
    pub(crate) length_size: u8,
}

impl OpenedFile {
    /// Opens what `state` reads.
    pub(crate) fn open(state: &Arc<State>, limits: Limits) -> Result<Self> {
        enter(state, |library| {
            library.forget_errors();
            let access = library.access(limits)?;
            let links = library.link_access()?;
            // the name is never looked at
            let raw = driver::opening(state, || {
                // SAFETY: a text that ends, and a list that lives.
                unsafe { h5f::H5Fopen(c"source".as_ptr(), h5f::H5F_ACC_RDONLY, access.raw()) }
            });
            let id = library.id(raw, || "file: opening it".into())?;
            let (base, offset_size, length_size) = library.sizes(&id)?;
            Ok(Self { id, links, base, offset_size, length_size })
        })
    }
}

impl Library<'_> {
    fn access(self, limits: Limits) -> Result<Id> {
        let attempt = || "file: making its list of access properties".to_owned();
        // SAFETY: the class exists once the library was started.
        let raw = unsafe { h5p::H5Pcreate(*h5p::H5P_CLS_FILE_ACCESS) };
        let access = self.id(raw, attempt)?;
        let driver = driver::id()?;
        let mut config = H5AC_cache_config_t {
            version: sys::h5ac::H5AC__CURR_CACHE_CONFIG_VERSION,
            ..Default::default()
        };
        // SAFETY: `access` is a list of this class, `config` is of the version it names, and the driver has no information of
        // its own.
        unsafe {
            self.done(h5p::H5Pset_driver(access.raw(), driver, std::ptr::null()), attempt)?;
            self.done(h5p::H5Pget_mdc_config(access.raw(), &mut config), attempt)?;
        }
        config.set_initial_size = 1;
        config.initial_size = limits.metadata;
        config.min_size = limits.metadata;
        config.max_size = limits.metadata;
        config.incr_mode = H5C_cache_incr_mode::H5C_incr__off;
        config.flash_incr_mode = H5C_cache_flash_incr_mode::H5C_flash_incr__off;
        config.decr_mode = H5C_cache_decr_mode::H5C_decr__off;
        // chunks are not cached: who reads them through the library reads whole ones
        // SAFETY: as above.
        unsafe {
            self.done(h5p::H5Pset_mdc_config(access.raw(), &config), attempt)?;
            self.done(h5p::H5Pset_cache(access.raw(), 0, 1, 0, 0.75), attempt)?;
            // what an object takes in the cache goes with it: decoded, it is many times what is stored
            self.done(h5p::H5Pset_evict_on_close(access.raw(), true.into()), attempt)?;
            self.done(h5p::H5Pset_sieve_buf_size(access.raw(), 0), attempt)?;
            self.done(h5p::H5Pset_elink_file_cache_size(access.raw(), 0), attempt)?;
        }
        Ok(access)
    }

    fn link_access(self) -> Result<Id> {
        let attempt = || "file: making its list of link properties".to_owned();
        // SAFETY: the class exists once the library was started.
        let raw = unsafe { h5p::H5Pcreate(*h5p::H5P_CLS_LINK_ACCESS) };
        let links = self.id(raw, attempt)?;
        // SAFETY: a list of this class, and a function that lives for ever.
        let status =
            unsafe { h5p::H5Pset_elink_cb(links.raw(), Some(refuse), std::ptr::null_mut()) };
        self.done(status, attempt)?;
        Ok(links)
    }

    fn sizes(self, file: &Id) -> Result<(u64, u8, u8)> {
        let attempt = || "file: asking for its creation properties".to_owned();
        let (mut block, mut offsets, mut lengths) = (0, 0, 0);
        // SAFETY: an open file.
        let creation = self.id(unsafe { h5f::H5Fget_create_plist(file.raw()) }, attempt)?;
        // SAFETY: a list of file creation properties, and places for numbers.
        unsafe {
            self.done(h5p::H5Pget_userblock(creation.raw(), &mut block), attempt)?;
            self.done(h5p::H5Pget_sizes(creation.raw(), &mut offsets, &mut lengths), attempt)?;
        }
        Ok((block, u8::try_from(offsets).unwrap_or(8), u8::try_from(lengths).unwrap_or(8)))
    }

    /// Bytes of metadata that the library's cache holds now.
    pub(crate) fn cached(self, file: &Id) -> Result<u64> {
        let (mut most, mut clean, mut now, mut entries) = (0, 0, 0, 0);
        // SAFETY: an open file, and places for numbers.
        let status = unsafe {
            h5f::H5Fget_mdc_size(file.raw(), &mut most, &mut clean, &mut now, &mut entries)
        };
        self.done(status, || "file: asking for the size of the metadata cache".into())?;
        Ok(u64::try_from(now).unwrap_or(u64::MAX))
    }
}

/// No link is followed into another file.
extern "C" fn refuse(
    _: *const std::ffi::c_char,
    _: *const std::ffi::c_char,
    _: *const std::ffi::c_char,
    _: *const std::ffi::c_char,
    _: *mut std::ffi::c_uint,
    _: hid_t,
    _: *mut std::ffi::c_void,
) -> herr_t {
    -1
}

/// An address that stands for none.
pub(crate) const UNDEFINED: haddr_t = haddr_t::MAX;
