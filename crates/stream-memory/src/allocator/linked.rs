//! The jemalloc of `tikv-jemalloc-sys`.

use super::{Jemalloc, Mallctl};

/// The jemalloc that the crate `tikv-jemalloc-sys` builds, which `tikv-jemallocator` makes the global allocator.
// SAFETY: they are those functions, of the jemalloc that this reference links.
pub static JEMALLOC: Jemalloc = Jemalloc::new(unsafe {
    Mallctl::new(tikv_jemalloc_sys::mallctlnametomib, tikv_jemalloc_sys::mallctlbymib)
});
