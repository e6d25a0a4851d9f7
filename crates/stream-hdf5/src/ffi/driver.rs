//! A virtual file driver: the library reads through the context, and never sees a file name.
//!
//! Reads, short reads, cancelling and counters are thereby those of the context, and any source will do. A file whose
//! superblock promises more bytes than the source has is opened all the same: what stands before the end is readable, and a read
//! behind it fails as truncated. The mark of a file that is being written, for which the library would refuse it, is not shown to it,
//! nor is what it would never come back from.

mod class;
mod collection;

use std::cell::RefCell;
use std::ffi::{c_char, c_int, c_uint, c_ulong, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use hdf5_metno_sys as sys;
use stream_core::{Context, Error, ErrorKind, Result};
use sys::h5::{haddr_t, herr_t};
use sys::h5fd::{H5FD_mem_t, H5FD_t};
use sys::h5i::hid_t;

use crate::superblock::Shown;

/// What the driver shares with whoever opened the file.
#[derive(Debug)]
pub(crate) struct State {
    cx: Context,
    /// Where the library takes the file to end: never before the source's end.
    end: u64,
    /// What the library sees in place of the superblock.
    shown: Option<Shown>,
    /// Bytes of a length in the file.
    length_size: u8,
    last_read: AtomicU64,
    error: Mutex<Option<Error>>,
    /// Whether there is an error: asked after every call, so without the lock.
    failed: AtomicBool,
}

impl State {
    pub(crate) fn new(cx: Context, end: u64, shown: Option<Shown>, length_size: u8) -> Self {
        let (last_read, error) = (AtomicU64::new(0), Mutex::new(None));
        Self { cx, end, shown, length_size, last_read, error, failed: AtomicBool::new(false) }
    }

    /// Where the last read began: the best that can be said of where the library stumbled.
    pub(crate) fn last_read(&self) -> u64 {
        self.last_read.load(Ordering::Relaxed)
    }

    /// The last error of the source, which is then forgotten.
    pub(crate) fn take_error(&self) -> Option<Error> {
        if !self.failed.swap(false, Ordering::Relaxed) {
            return None;
        }
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn read(&self, at: u64, bytes: &mut [u8]) -> bool {
        let size = self.cx.source().size().unwrap_or(u64::MAX);
        self.last_read.store(at.min(size), Ordering::Relaxed);
        let read = match at > size {
            true => Err(Error::truncated(
                size,
                format!("input ends early (expected {} bytes at offset {at})", bytes.len()),
            )),
            false => self.cx.read_exact_at(at, bytes),
        };
        let read = read.and_then(|()| {
            let defect = collection::defect(&self.cx, at, bytes, self.length_size);
            defect.map_or(Ok(()), Err)
        });
        let Err(error) = read else {
            if let Some(shown) = &self.shown {
                shown.over(at, bytes);
            }
            return true;
        };
        self.put_error(error);
        false
    }

    /// Keeps an error for whoever takes it.
    pub(super) fn put_error(&self, error: Error) {
        *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        self.failed.store(true, Ordering::Relaxed);
    }
}

/// An open file as the library sees it: its own part first.
#[repr(C)]
struct Opened {
    /// `H5FD_t`: 88 bytes in 1.10, 80 in 2.x, more in none of the versions that this driver is for.
    library: [u64; 32],
    state: Arc<State>,
    serial: u64,
    eoa: haddr_t,
}

thread_local! {
    /// What the next file that this thread opens is read from. Nothing else can be opened: neither a link nor a virtual dataset
    /// reaches another file through this driver.
    static NEXT: RefCell<Option<Arc<State>>> = const { RefCell::new(None) };
}

/// Lets the library open one file, which is read through `state`.
pub(super) fn opening<R>(state: &Arc<State>, open: impl FnOnce() -> R) -> R {
    NEXT.with_borrow_mut(|next| *next = Some(state.clone()));
    let opened = open();
    NEXT.with_borrow_mut(|next| *next = None);
    opened
}

/// The driver's identifier; registered once and kept.
pub(super) fn id() -> Result<hid_t> {
    static ID: OnceLock<Option<hid_t>> = OnceLock::new();
    let id = *ID.get_or_init(|| {
        let class = class::of(super::release())?;
        // SAFETY: the class is complete for this version of the library, lives for ever, and is copied by the library anyway.
        Some(unsafe { sys::h5fd::H5FDregister(class.cast()) })
    });
    match id {
        Some(id) if id >= 0 => Ok(id),
        Some(_) => {
            Err(Error::new(ErrorKind::Unsupported, "file driver: libhdf5 refused to register it"))
        }
        None => {
            let [major, minor, _] = super::release();
            let message =
                format!("libhdf5: expected version 1.10, 1.12, 1.14 or 2, found {major}.{minor}");
            Err(Error::new(ErrorKind::Unsupported, message))
        }
    }
}

unsafe extern "C" fn open(_: *const c_char, flags: c_uint, _: hid_t, _: haddr_t) -> *mut H5FD_t {
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let opened = catch_unwind(|| {
        let state = NEXT.with_borrow_mut(Option::take)?;
        let only_reads = flags & sys::h5f::H5F_ACC_RDWR == 0;
        only_reads.then(|| {
            let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
            Box::new(Opened { library: [0; 32], state, serial, eoa: 0 })
        })
    });
    match opened {
        Ok(Some(opened)) => Box::into_raw(opened).cast(),
        _ => std::ptr::null_mut(),
    }
}

unsafe extern "C" fn close(file: *mut H5FD_t) -> herr_t {
    // SAFETY: the library closes each file once, and each was made by `open`.
    let opened = unsafe { Box::from_raw(file.cast::<Opened>()) };
    let dropped = catch_unwind(AssertUnwindSafe(move || drop(opened)));
    if dropped.is_ok() { 0 } else { -1 }
}

/// The file behind the library's pointer.
///
/// # Safety
/// `file` was made by `open` and is not closed, which the library keeps for all its calls.
unsafe fn opened<'a>(file: *const H5FD_t) -> &'a Opened {
    // SAFETY: the caller's promise; `Opened` begins with what the library sees.
    unsafe { &*file.cast::<Opened>() }
}

unsafe extern "C" fn compare(a: *const H5FD_t, b: *const H5FD_t) -> c_int {
    // SAFETY: two open files of this driver. Each opening is a file of its own: caches and budgets are not shared.
    let (a, b) = unsafe { (opened(a).serial, opened(b).serial) };
    match a.cmp(&b) {
        std::cmp::Ordering::Less => -1,
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Greater => 1,
    }
}

unsafe extern "C" fn query(_: *const H5FD_t, flags: *mut c_ulong) -> herr_t {
    if !flags.is_null() {
        // no sieve buffers and no accumulated metadata: each would be memory beside the budget
        // SAFETY: not null, and the library's own.
        unsafe { *flags = 0 };
    }
    0
}

unsafe extern "C" fn eoa(file: *const H5FD_t, _: H5FD_mem_t) -> haddr_t {
    // SAFETY: an open file of this driver.
    unsafe { opened(file).eoa }
}

unsafe extern "C" fn set_eoa(file: *mut H5FD_t, _: H5FD_mem_t, eoa: haddr_t) -> herr_t {
    // SAFETY: an open file of this driver; the lock is held, so nobody else looks at it.
    unsafe { (*file.cast::<Opened>()).eoa = eoa };
    0
}

unsafe extern "C" fn eof(file: *const H5FD_t, _: H5FD_mem_t) -> haddr_t {
    // SAFETY: an open file of this driver.
    unsafe { opened(file).state.end }
}

extern "C" fn read(
    file: *mut H5FD_t,
    _: H5FD_mem_t,
    _: hid_t,
    at: haddr_t,
    size: usize,
    buffer: *mut c_void,
) -> herr_t {
    if size == 0 {
        return 0;
    }
    // SAFETY: an open file of this driver, and room for `size` bytes, which are given a value before they are a slice.
    let (state, bytes) = unsafe {
        buffer.cast::<u8>().write_bytes(0, size);
        (&opened(file).state, std::slice::from_raw_parts_mut(buffer.cast::<u8>(), size))
    };
    let done = catch_unwind(AssertUnwindSafe(|| state.read(at, bytes)));
    if matches!(done, Ok(true)) { 0 } else { -1 }
}

extern "C" fn write(
    _: *mut H5FD_t,
    _: H5FD_mem_t,
    _: hid_t,
    _: haddr_t,
    _: usize,
    _: *const c_void,
) -> herr_t {
    -1
}
