//! An allocator that ends the process where memory passes what a budget can explain.
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The budget that every reader gets.
pub const BUDGET: u64 = 8 << 20;

/// Twice the budget: what is live beyond that was never reserved.
const WALL: usize = 16 << 20;

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Wall;

#[global_allocator]
static ALLOCATOR: Wall = Wall;

/// Counts, and aborts above the wall. It never unwinds: that is undefined out of an allocator.
fn grow(bytes: usize) {
    if LIVE.fetch_add(bytes, Relaxed).saturating_add(bytes) > WALL {
        let text = b"live memory passed twice the budget\n";
        // SAFETY: writes a constant to standard error; nothing is allocated on the way.
        unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
        std::process::abort();
    }
}

// SAFETY: every call goes on to the system's allocator unchanged; beside that only a number is kept.
unsafe impl GlobalAlloc for Wall {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is the system's own.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the pointer came from the system's allocator with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        grow(size);
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as in `dealloc`, and the caller vouches for the new size.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
