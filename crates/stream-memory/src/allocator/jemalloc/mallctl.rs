//! Calls into jemalloc.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt;
use std::mem::{self, MaybeUninit};
use std::ptr;

use super::mib::Mib;

/// jemalloc's `mallctlnametomib`.
type NameToMib = unsafe extern "C" fn(*const c_char, *mut usize, *mut usize) -> c_int;
/// jemalloc's `mallctlbymib`.
type ByMib =
    unsafe extern "C" fn(*const usize, usize, *mut c_void, *mut usize, *mut c_void, usize) -> c_int;

/// The two functions of the linked jemalloc that everything is asked through.
#[derive(Clone, Copy)]
pub struct Mallctl {
    name_to_mib: NameToMib,
    by_mib: ByMib,
}

impl Mallctl {
    /// The functions `mallctlnametomib` and `mallctlbymib`, whatever prefix they are linked with.
    ///
    /// # Safety
    /// They are those functions of a jemalloc 5 that this process links.
    pub const unsafe fn new(name_to_mib: NameToMib, by_mib: ByMib) -> Mallctl {
        Mallctl { name_to_mib, by_mib }
    }

    /// The numbers of a name's parts; an error of the system (`ENOENT`) where this jemalloc has no such name.
    pub(super) fn look_up(&self, name: &CStr, parts: &mut [usize]) -> Result<usize, i32> {
        let mut len = parts.len();
        // SAFETY: the name ends with a zero; `parts` has room for `len` numbers, and `len` is told.
        let code = unsafe { (self.name_to_mib)(name.as_ptr(), parts.as_mut_ptr(), &mut len) };
        if code == 0 { Ok(len) } else { Err(code) }
    }

    pub(super) fn read<T: Value>(&self, mib: &Mib) -> Result<T, i32> {
        let parts = mib.parts()?;
        let mut value = MaybeUninit::<T>::zeroed();
        let mut size = mem::size_of::<T>();
        // SAFETY: `value` has room for `size` bytes; jemalloc compares the size with what it has (EINVAL).
        let code = unsafe {
            let old = value.as_mut_ptr().cast();
            (self.by_mib)(parts.as_ptr(), parts.len(), old, &mut size, ptr::null_mut(), 0)
        };
        if code != 0 || size != mem::size_of::<T>() {
            return Err(code);
        }
        // SAFETY: zeroed before, and overwritten with a value of this very size: see `Value`.
        Ok(unsafe { value.assume_init() })
    }

    pub(super) fn write<T: Value>(&self, mib: &Mib, mut value: T) -> Result<(), i32> {
        let parts = mib.parts()?;
        // SAFETY: `value` is of the size given, and only read.
        let code = unsafe {
            let new = ptr::from_mut(&mut value).cast();
            let size = mem::size_of::<T>();
            (self.by_mib)(parts.as_ptr(), parts.len(), ptr::null_mut(), ptr::null_mut(), new, size)
        };
        if code == 0 { Ok(()) } else { Err(code) }
    }

    /// For names that do something, and neither read nor write.
    pub(super) fn act(&self, mib: &Mib) -> Result<(), i32> {
        let parts = mib.parts()?;
        let none = ptr::null_mut();
        // SAFETY: nothing is read or written through the null pointers.
        let code =
            unsafe { (self.by_mib)(parts.as_ptr(), parts.len(), none, ptr::null_mut(), none, 0) };
        if code == 0 { Ok(()) } else { Err(code) }
    }
}

impl fmt::Debug for Mallctl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mallctl")
    }
}

/// Types of jemalloc's values, for which zero is a value.
///
/// # Safety
/// All bits zero is a value of the type, and so is whatever jemalloc writes for a name of this type.
pub(super) unsafe trait Value: Copy {}

// SAFETY: every pattern of bits is an integer.
unsafe impl Value for usize {}
// SAFETY: as above.
unsafe impl Value for isize {}
// SAFETY: as above.
unsafe impl Value for u64 {}
// SAFETY: as above.
unsafe impl Value for u32 {}
// SAFETY: zero is false; jemalloc writes a `bool` of C.
unsafe impl Value for bool {}
// SAFETY: null is a pointer; it is checked before it is read.
unsafe impl Value for Counter {}

/// Where jemalloc counts for a thread.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Counter(*const u64);

impl Counter {
    /// What it counts now.
    ///
    /// # Safety
    /// It was read by this thread, through `thread.allocatedp` or `thread.deallocatedp`.
    pub(super) unsafe fn read(self) -> u64 {
        if self.0.is_null() {
            return 0;
        }
        // SAFETY: by the caller's promise it points to a counter of this thread.
        unsafe { self.0.read() }
    }
}
