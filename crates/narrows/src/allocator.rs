//! jemalloc for Rust and, through its unprefixed symbols, for C's `malloc`: one meter sees all.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Two arenas keep what idle threads hold small; freed pages go back within a second, so that the process's memory
/// follows the budget; transparent huge pages would round small budgets up by megabytes.
#[unsafe(export_name = "malloc_conf")]
static CONFIGURATION: &[u8] =
    b"narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0,thp:never,metadata_thp:disabled\0";
