//! The counter sees what Rust and C allocate, and what is given back.

use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stream_testkit::heap::measure;

/// What a test prepares must not show in another's measurement.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

const MIB: usize = 1 << 20;
/// What the test harness allocates and frees meanwhile, in its own threads.
const NOISE: u64 = 16 * 1024;

/// Whether `bytes` were counted.
fn near(bytes: u64, expected: usize) -> bool {
    bytes.abs_diff(expected as u64) < NOISE
}

#[test]
fn rust_allocations_are_counted_by_the_byte() {
    let _alone = alone();
    let (v, usage) = measure(|| {
        drop(vec![1u8; MIB]);
        vec![1u8; 100_000]
    });
    assert!(near(usage.peak, MIB) && near(usage.left, 100_000), "{usage:?}");
    drop(v);
}

#[test]
fn aligned_zeroed_and_grown_blocks_are_counted() {
    let _alone = alone();
    #[repr(align(64))]
    struct Line(#[allow(dead_code)] [u8; 64]);
    let (_, usage) = measure(|| {
        let mut lines: Vec<Line> = Vec::with_capacity(10_000);
        lines.reserve_exact(20_000);
        drop(lines);
        drop(vec![0u8; MIB]);
    });
    assert!(near(usage.peak, 30_000 * 64) && near(usage.left, 0), "{usage:?}");
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod c {
    use super::*;

    #[test]
    fn what_a_c_library_allocates_inside_is_seen() {
        let _alone = alone();
        let text = std::ffi::CString::new(vec![b'x'; MIB]).unwrap();
        // SAFETY: strdup gets a string that ends with a zero
        let (copy, usage) = measure(|| unsafe { libc::strdup(text.as_ptr()) });
        assert!(near(usage.left, MIB), "{usage:?}");
        // SAFETY: the copy came from malloc, and is not used again
        let ((), usage) = measure(|| unsafe { libc::free(copy.cast()) });
        assert_eq!(usage.left, 0);
    }

    #[test]
    fn getline_grows_its_buffer_before_our_eyes() {
        let _alone = alone();
        let path = std::env::temp_dir().join(format!("getline-{}", std::process::id()));
        std::fs::write(&path, vec![b'x'; MIB]).unwrap();
        let name = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        let ((), usage) = measure(|| {
            let (mut line, mut size) = (std::ptr::null_mut(), 0);
            // SAFETY: as the manual says: a null line and size 0 let getline allocate; the file was opened, the line is freed once
            unsafe {
                let file = libc::fopen(name.as_ptr(), c"r".as_ptr());
                assert!(!file.is_null());
                assert_eq!(libc::getline(&mut line, &mut size, file), MIB as isize);
                libc::free(line.cast());
                libc::fclose(file);
            }
        });
        std::fs::remove_file(&path).unwrap();
        assert!(usage.peak + NOISE > MIB as u64, "{usage:?}");
        assert!(usage.allocations > 5 && near(usage.left, 0), "{usage:?}");
    }

    #[test]
    fn every_form_of_malloc_is_counted_and_given_back() {
        let _alone = alone();
        let ((), usage) = measure(|| {
            // SAFETY: each block is used as the C standard says and freed once
            unsafe {
                let mut block = libc::malloc(1000);
                block = libc::realloc(black_box(block), MIB);
                // the compiler may leave out a pair of malloc and free that nobody looks into
                libc::free(black_box(block));
                libc::free(black_box(libc::calloc(1000, 1000)));
                libc::free(black_box(libc::aligned_alloc(4096, 8192)));
                libc::free(black_box(libc::memalign(4096, 8192)));
                let mut out = std::ptr::null_mut();
                assert_eq!(libc::posix_memalign(&mut out, 64, 100_000), 0);
                assert_eq!(out.addr() % 64, 0);
                libc::free(out);
                assert_eq!(libc::posix_memalign(&mut out, 3, 1), libc::EINVAL);
                libc::free(std::ptr::null_mut());
            }
        });
        assert!(near(usage.peak, MIB) && near(usage.left, 0), "{usage:?}");
        assert!(usage.allocations >= 6, "{usage:?}");
    }
}

#[test]
fn work_in_memory_that_is_there_allocates_nothing() {
    let _alone = alone();
    let mut v = Vec::with_capacity(100_000);
    let ((), usage) = measure(|| (0..100_000u32).for_each(|i| v.push(black_box(i))));
    assert!(near(usage.peak, 0) && near(usage.left, 0), "{usage:?}");
}
