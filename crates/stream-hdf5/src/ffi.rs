//! A thin, safe layer over libhdf5: every call under the one lock, every identifier given back, every failure a message.

// the names that 1.10 has are those that all versions have: 1.12 and later keep them beside newer ones
#![allow(deprecated)]

mod attribute;
mod data;
mod datatype;
mod driver;
mod error;
mod file;
mod id;
mod layout;
mod link;
mod object;
mod space;

use std::cell::Cell;
use std::ffi::CString;
use std::sync::Once;

use hdf5_metno_sys as sys;
use stream_core::{Error, ErrorKind, Result};

pub(crate) use datatype::Charge;
pub(crate) use driver::State;
pub(crate) use file::{Limits, OpenedFile};
pub(crate) use id::Id;
pub(crate) use layout::{FillValue, RawFilter, RawLayout, VirtualSource};
pub(crate) use link::{LinkKind, LinkTarget};
pub(crate) use object::{ObjectInfo, ObjectKind};
pub(crate) use space::{Extent, Hyperslab, Selection};

/// The library while its lock is held, for one open file.
#[derive(Clone, Copy)]
pub(crate) struct Library<'a> {
    state: &'a State,
}

/// Calls the library: takes its lock, and makes failures of this thread silent.
pub(crate) fn enter<R>(state: &State, call: impl FnOnce(Library<'_>) -> R) -> R {
    let _lock = sys::LOCK.lock();
    start();
    call(Library { state })
}

/// Once per process: bounds what the library keeps for itself after use. Once per thread: no printing of error stacks.
fn start() {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        // SAFETY: neither call has a precondition; the lock is held. Bytes kept in free lists: of fixed objects, arrays and
        // blocks, all lists together and each.
        unsafe {
            sys::h5::H5open();
            sys::h5::H5set_free_list_limits(
                64 << 10,
                16 << 10,
                64 << 10,
                16 << 10,
                64 << 10,
                16 << 10,
            );
        }
    });
    thread_local!(static SILENT: Cell<bool> = const { Cell::new(false) });
    if !SILENT.get() {
        // SAFETY: the default stack of this thread is given no function to call.
        unsafe { sys::h5e::H5Eset_auto2(sys::h5e::H5E_DEFAULT, None, std::ptr::null_mut()) };
        SILENT.set(true);
    }
}

/// The version of the library that is linked: `libhdf5 1.10.8`.
pub(crate) fn version() -> String {
    let [major, minor, release] = release();
    format!("libhdf5 {major}.{minor}.{release}")
}

/// Major, minor and release number of the library.
pub(crate) fn release() -> [u32; 3] {
    let _lock = sys::LOCK.lock();
    let [mut major, mut minor, mut release] = [0; 3];
    // SAFETY: three valid places for numbers.
    unsafe { sys::h5::H5get_libversion(&mut major, &mut minor, &mut release) };
    [major, minor, release]
}

impl Library<'_> {
    /// An identifier that the library returned, or why it did not.
    fn id(self, raw: sys::h5i::hid_t, attempt: impl FnOnce() -> String) -> Result<Id> {
        if raw < 0 {
            return Err(self.failed(&attempt()));
        }
        let id = Id::own(raw);
        self.intact()?;
        Ok(id)
    }

    /// A call that says no more than whether it worked.
    fn done(self, status: i32, attempt: impl FnOnce() -> String) -> Result<()> {
        if status < 0 { Err(self.failed(&attempt())) } else { self.intact() }
    }

    /// A call that gives a count or an index.
    fn count(self, number: i64, attempt: impl FnOnce() -> String) -> Result<u64> {
        u64::try_from(number).map_err(|_| self.failed(&attempt()))
    }

    /// A call that gives yes or no.
    fn truth(self, answer: i32, attempt: impl FnOnce() -> String) -> Result<bool> {
        if answer < 0 { Err(self.failed(&attempt())) } else { Ok(answer > 0) }
    }

    /// A cancellation or a failed read that the library went on after; other errors it knows how to live with.
    pub(crate) fn intact(self) -> Result<()> {
        match self.state.take_error() {
            Some(error) if is_not_of_the_file(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// What went wrong: an error of the source if there was one, else what the library says.
    #[cold]
    pub(crate) fn failed(self, attempt: &str) -> Error {
        error::failed(self.state, attempt)
    }

    /// Counts in the library's own stack are gone; nothing of an earlier failure may show in the next. That the source failed is
    /// told by the next call.
    pub(crate) fn forget_errors(self) {
        error::clear();
        if let Some(error) = self.state.take_error().filter(is_not_of_the_file) {
            self.state.put_error(error);
        }
    }
}

/// Errors that say nothing of what the file holds.
fn is_not_of_the_file(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Cancelled | ErrorKind::Io)
}

/// A name for the library.
fn c_string(bytes: &[u8]) -> Result<CString> {
    CString::new(bytes).map_err(|_| Error::new(ErrorKind::Unrecognized, "name with a zero byte"))
}
