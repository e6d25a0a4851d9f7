//! glibc's malloc with counters in front, for Rust and for every C library of the process.
//!
//! The dynamic linker resolves `malloc` to the executable's own symbol before libc's, so that a shared library's
//! allocations, and libc's own (`strdup`, `getline`), come through here as well. Replacing these functions together is what
//! glibc's manual describes ("Replacing malloc").

use std::alloc::{GlobalAlloc, Layout};
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use super::{allocated, freed};

unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(count: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_free(block: *mut c_void);
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn malloc_usable_size(block: *mut c_void) -> usize;
}

/// What glibc aligns every block to on 64-bit machines.
const ALIGNED: usize = 16;
const EINVAL: c_int = 22;
const ENOMEM: c_int = 12;
const PAGE: usize = 4096;

/// Counts a block that C was given.
fn given(block: *mut c_void) -> *mut c_void {
    if !block.is_null() {
        // SAFETY: the block comes from glibc's allocator and was not freed
        allocated(unsafe { malloc_usable_size(block) });
    }
    block
}

/// The C standard's `malloc`, counted.
///
/// # Safety
/// As C says (C17, 7.22.3.4).
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for
    given(unsafe { __libc_malloc(size) })
}

/// The C standard's `calloc`, counted.
///
/// # Safety
/// As C says (C17, 7.22.3.2).
#[unsafe(no_mangle)]
unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for; glibc checks the product
    given(unsafe { __libc_calloc(count, size) })
}

/// The C standard's `realloc`, counted.
///
/// # Safety
/// As C says (C17, 7.22.3.5).
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the caller's block is glibc's own; for a null pointer it answers 0
    let before = unsafe { malloc_usable_size(block) };
    // SAFETY: handed on as it came
    let moved = unsafe { __libc_realloc(block, size) };
    // a refusal leaves the old block; size 0 frees it and gives null
    if !moved.is_null() || size == 0 {
        freed(before);
    }
    given(moved)
}

/// The C standard's `free`, counted.
///
/// # Safety
/// As C says (C17, 7.22.3.3).
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    // SAFETY: the caller's block is glibc's own; a null pointer is allowed in both
    unsafe {
        freed(malloc_usable_size(block));
        __libc_free(block);
    }
}

/// The C standard's `aligned_alloc`, counted.
///
/// # Safety
/// As C says (C17, 7.22.3.1).
#[unsafe(no_mangle)]
unsafe extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    // SAFETY: glibc rounds an alignment that is no power of two up
    given(unsafe { __libc_memalign(alignment, size) })
}

/// The older `memalign`, counted.
///
/// # Safety
/// As `aligned_alloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    // SAFETY: as above
    given(unsafe { __libc_memalign(alignment, size) })
}

/// POSIX's `posix_memalign`, counted.
///
/// # Safety
/// `out` can be written.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return EINVAL;
    }
    // SAFETY: any size may be asked for
    let block = given(unsafe { __libc_memalign(alignment, size) });
    if block.is_null() {
        return ENOMEM;
    }
    // SAFETY: the caller's promise
    unsafe { out.write(block) };
    0
}

/// The old `valloc` (page-aligned), counted.
///
/// # Safety
/// As `aligned_alloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn valloc(size: usize) -> *mut c_void {
    // SAFETY: as above
    given(unsafe { __libc_memalign(PAGE, size) })
}

/// The old `pvalloc` (whole pages), counted.
///
/// # Safety
/// As `aligned_alloc`.
#[unsafe(no_mangle)]
unsafe extern "C" fn pvalloc(size: usize) -> *mut c_void {
    let Some(size) = size.checked_next_multiple_of(PAGE) else { return null_mut() };
    // SAFETY: as above
    given(unsafe { __libc_memalign(PAGE, size) })
}

/// Rust's allocations: glibc's too, but counted by the size asked for, which Rust tells when it frees.
struct Counted;

#[global_allocator]
static COUNTED: Counted = Counted;

// SAFETY: every block comes from glibc's allocator with at least the size and alignment asked for, and goes back to it; counting
// touches nothing but atomics.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size may be asked for; the alignment is a power of two
        let block = unsafe {
            if layout.align() <= ALIGNED {
                __libc_malloc(layout.size())
            } else {
                __libc_memalign(layout.align(), layout.size())
            }
        };
        if !block.is_null() {
            allocated(layout.size());
        }
        block.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.align() > ALIGNED {
            // SAFETY: the caller's promise is handed on; the block has `size` bytes
            return unsafe {
                let block = self.alloc(layout);
                if !block.is_null() {
                    block.write_bytes(0, layout.size());
                }
                block
            };
        }
        // SAFETY: as in `alloc`
        let block = unsafe { __libc_calloc(1, layout.size()) };
        if !block.is_null() {
            allocated(layout.size());
        }
        block.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        freed(layout.size());
        // SAFETY: the block is glibc's own, by the caller's promise
        unsafe { __libc_free(block.cast()) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if layout.align() <= ALIGNED {
            // SAFETY: the block is glibc's own, by the caller's promise
            let moved = unsafe { __libc_realloc(block.cast(), size) };
            if !moved.is_null() {
                // freed first: glibc has one of the two at a time, or moves pages without copying them
                freed(layout.size());
                allocated(size);
            }
            return moved.cast();
        }
        // SAFETY: the caller promises that `size`, rounded up to the alignment, fits; the two blocks do not overlap
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
