//! Rust's allocations, counted; where the system's malloc cannot be replaced, C's are not seen.

use std::alloc::{GlobalAlloc, Layout, System};

use super::{allocated, freed};

struct Counted;

#[global_allocator]
static COUNTED: Counted = Counted;

// SAFETY: everything is handed on to the system's allocator as it came; counting touches nothing but atomics.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise
        let block = unsafe { System.alloc(layout) };
        if !block.is_null() {
            allocated(layout.size());
        }
        block
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise
        let block = unsafe { System.alloc_zeroed(layout) };
        if !block.is_null() {
            allocated(layout.size());
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        freed(layout.size());
        // SAFETY: the caller's promise
        unsafe { System.dealloc(block, layout) };
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise
        let moved = unsafe { System.realloc(block, layout, size) };
        if !moved.is_null() {
            freed(layout.size());
            allocated(size);
        }
        moved
    }
}
