//! Buffers of 1 MiB from a pool, and fresh ones from the system's allocator: `buffers pool|fresh|malloc [ROUNDS [HELD]]`.

#[path = "buffers/work.rs"]
mod work;

fn main() {
    work::main();
}
