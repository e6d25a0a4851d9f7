//! jemalloc for Rust and, through its unprefixed symbols, for C's `malloc`: one meter sees all.

use stream_memory::allocator::{self, Jemalloc, Mallctl};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Two arenas keep what idle threads hold small; freed pages go back within a second, so that the process's memory
/// follows the budget; transparent huge pages would round small budgets up by megabytes.
#[unsafe(export_name = "malloc_conf")]
static CONFIGURATION: &[u8] =
    b"narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0,thp:never,metadata_thp:disabled\0";

/// What the global allocator is asked through. Named here, and not by a feature of stream-memory, which would reach the tests
/// of all crates where the workspace is built at once.
// SAFETY: they are those functions, of the jemalloc that `ALLOCATOR` is.
static JEMALLOC: Jemalloc = Jemalloc::new(unsafe {
    Mallctl::new(tikv_jemalloc_sys::mallctlnametomib, tikv_jemalloc_sys::mallctlbymib)
});

/// Says so to whoever asks what memory the process holds.
pub(crate) fn install() {
    allocator::install(&JEMALLOC);
}
