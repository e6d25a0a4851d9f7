//! The same as `buffers` with jemalloc, as it comes: freed memory goes back along a curve of ten seconds.

#[path = "../tests/jemalloc/global.rs"]
mod global;
#[path = "buffers/work.rs"]
mod work;

fn main() {
    work::main();
}
