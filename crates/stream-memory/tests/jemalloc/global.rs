//! jemalloc as the global allocator of a test.

use std::alloc::{GlobalAlloc, Layout};

use tikv_jemalloc_sys::{MALLOCX_ALIGN, MALLOCX_ZERO, mallocx, sdallocx};

pub(crate) struct Global;

// SAFETY: `mallocx` gives memory of the size and alignment asked for, or null; `sdallocx` takes both back.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the size is not zero, by the caller's promise.
        unsafe { mallocx(layout.size(), MALLOCX_ALIGN(layout.align())).cast() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let flags = MALLOCX_ALIGN(layout.align()) | MALLOCX_ZERO;
        // SAFETY: as above.
        unsafe { mallocx(layout.size(), flags).cast() }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: by the caller's promise it came from here with this layout.
        unsafe { sdallocx(start.cast(), layout.size(), MALLOCX_ALIGN(layout.align())) }
    }
}

#[global_allocator]
static GLOBAL: Global = Global;
