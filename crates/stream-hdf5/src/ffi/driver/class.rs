//! What the library is told of the driver: a structure that differs by its version.

use std::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

use hdf5_metno_sys as sys;
use sys::h5::{haddr_t, herr_t};
use sys::h5fd::{H5FD_mem_t, H5FD_t};
use sys::h5i::hid_t;

use super::{close, compare, eoa, eof, open, query, read, set_eoa, write};

/// A function that this driver has not.
type Absent = Option<unsafe extern "C" fn()>;

/// The class that the linked library takes; `None` for a library that is not known.
pub(super) fn of([major, minor, _]: [u32; 3]) -> Option<*const c_void> {
    match (major, minor) {
        (1, 10 | 12) => Some((&raw const OLD).cast()),
        // 1.13 changed what a driver is
        (1, 14) | (2, _) => Some((&raw const NEW).cast()),
        _ => None,
    }
}

/// The functions that all versions have, in two runs: what stands between them differs.
#[repr(C)]
struct First {
    open: unsafe extern "C" fn(*const c_char, c_uint, hid_t, haddr_t) -> *mut H5FD_t,
    close: unsafe extern "C" fn(*mut H5FD_t) -> herr_t,
    cmp: unsafe extern "C" fn(*const H5FD_t, *const H5FD_t) -> c_int,
    query: unsafe extern "C" fn(*const H5FD_t, *mut c_ulong) -> herr_t,
    /// The map of types, allocation, freeing.
    space: [Absent; 3],
    get_eoa: unsafe extern "C" fn(*const H5FD_t, H5FD_mem_t) -> haddr_t,
    set_eoa: unsafe extern "C" fn(*mut H5FD_t, H5FD_mem_t, haddr_t) -> herr_t,
    get_eof: unsafe extern "C" fn(*const H5FD_t, H5FD_mem_t) -> haddr_t,
    get_handle: Absent,
    read: extern "C" fn(*mut H5FD_t, H5FD_mem_t, hid_t, haddr_t, usize, *mut c_void) -> herr_t,
    write: extern "C" fn(*mut H5FD_t, H5FD_mem_t, hid_t, haddr_t, usize, *const c_void) -> herr_t,
}

const FIRST: First = First {
    open,
    close,
    cmp: compare,
    query,
    space: [None; 3],
    get_eoa: eoa,
    set_eoa,
    get_eof: eof,
    get_handle: None,
    read,
    write,
};

/// What all versions begin with.
#[repr(C)]
struct Facts {
    name: *const c_char,
    maxaddr: haddr_t,
    fc_degree: c_int,
    terminate: Absent,
    superblock: [Absent; 3],
    fapl_size: usize,
    fapl: [Absent; 3],
    dxpl_size: usize,
    dxpl: [Absent; 2],
}

const FACTS: Facts = Facts {
    name: c"narrows".as_ptr(),
    // the library's own limit for drivers of 64 bits
    maxaddr: i64::MAX.unsigned_abs(),
    // H5F_CLOSE_WEAK: the file is closed with the last of its objects
    fc_degree: 1,
    terminate: None,
    superblock: [None; 3],
    fapl_size: 0,
    fapl: [None; 3],
    dxpl_size: 0,
    dxpl: [None; 2],
};

/// `H5FD_class_t` of the versions 1.10 and 1.12; what is `None` here has types that nobody needs.
#[repr(C)]
struct Old {
    facts: Facts,
    functions: First,
    /// Flush, truncate, lock, unlock: a file that is only read needs none, and no lock is taken.
    others: [Absent; 4],
    fl_map: [H5FD_mem_t; 7],
}

/// `H5FD_class_t` of the versions 1.14 and 2.x.
#[repr(C)]
struct New {
    /// `H5FD_CLASS_VERSION`.
    version: c_uint,
    /// The driver's number: 256 to 511 are for whoever has none registered.
    value: c_int,
    facts: Facts,
    functions: First,
    /// Reading and writing several places or selections at once: the library makes single reads of them.
    several: [Absent; 4],
    /// Flush, truncate, lock, unlock, delete, control.
    others: [Absent; 6],
    fl_map: [H5FD_mem_t; 7],
}

// SAFETY: it is never written, and its pointers lead to statics.
unsafe impl Sync for Old {}
// SAFETY: as above.
unsafe impl Sync for New {}

const FL_MAP: [H5FD_mem_t; 7] = [H5FD_mem_t::H5FD_MEM_SUPER; 7];

static OLD: Old = Old { facts: FACTS, functions: FIRST, others: [None; 4], fl_map: FL_MAP };

static NEW: New = New {
    version: 1,
    value: 397,
    facts: FACTS,
    functions: FIRST,
    several: [None; 4],
    others: [None; 6],
    fl_map: FL_MAP,
};
