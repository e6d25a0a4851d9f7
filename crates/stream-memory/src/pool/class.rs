//! Size classes: what a length is rounded up to, so that buffers fit again.
//!
//! Four per doubling bound the slack at 25 %, and are the steps of jemalloc's own size classes too: what
//! is charged is what it takes from the system.

use super::ALIGNMENT;

/// Steps per doubling, as a power of two.
const STEPS_LOG2: u32 = 2;

/// The smallest capacity of the class that holds `len` bytes; at least one cache line.
///
/// `None` if no allocation can be that large (`isize::MAX` bytes).
pub(super) fn capacity(len: usize) -> Option<usize> {
    let len = len.max(1);
    // the step is a quarter of the power of two below (or at) len - 1, so that 2^k itself is a class
    let below = len.saturating_sub(1).checked_ilog2().unwrap_or(0);
    let step = 1usize.checked_shl(below.saturating_sub(STEPS_LOG2))?.max(ALIGNMENT);
    let capacity = len.checked_next_multiple_of(step)?;
    (capacity <= isize::MAX.unsigned_abs().saturating_sub(ALIGNMENT)).then_some(capacity)
}

#[cfg(test)]
mod tests {
    use super::capacity;

    #[test]
    fn classes_have_four_steps_per_doubling() {
        let mut classes: Vec<_> = (0..=2048).map(|len| capacity(len).unwrap()).collect();
        classes.dedup();
        let expected =
            [64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048];
        assert_eq!(classes, expected);
    }

    #[test]
    fn slack_is_at_most_a_quarter_from_256_bytes_on() {
        for len in (256..100_000).chain((20..62).flat_map(|k| [(1 << k) - 1, 1 << k, (1 << k) + 1]))
        {
            let class = capacity(len).unwrap();
            assert!(class >= len && class - len <= len / 4, "{len} became {class}");
            assert_eq!(capacity(class), Some(class), "a class is its own class");
        }
    }

    #[test]
    fn what_cannot_be_allocated_has_no_class() {
        assert_eq!(capacity(usize::MAX), None);
        assert_eq!(capacity(isize::MAX.unsigned_abs()), None);
    }
}
