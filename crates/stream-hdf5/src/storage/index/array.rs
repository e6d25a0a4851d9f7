//! How arrays number chunks: in C order over the maximum extents, the unlimited axis first.

use stream_core::Dims;

/// The grid that an array's element numbers run over.
pub(in crate::storage) struct Numbering {
    /// Chunks along each axis of the maximum extents, the unlimited axis moved to the front.
    counts: Dims,
    /// Which axis that was.
    unlimited: usize,
    /// One more than the number of the last chunk of the array as it is now.
    limit: u64,
}

impl Numbering {
    /// The numbering of an array whose maximum extents have `max_counts` chunks and whose current ones `counts`; an axis of
    /// `u64::MAX` chunks is unlimited, at most one. `None` where the numbers do not fit 64 bits.
    pub(in crate::storage) fn new(counts: &[u64], max_counts: &[u64]) -> Option<Self> {
        let unlimited = max_counts.iter().position(|&n| n == u64::MAX);
        let moved = unlimited.unwrap_or(0);
        let front = |all: &[u64]| -> Dims {
            let others = all.iter().enumerate().filter(|(axis, _)| *axis != moved);
            all.get(moved).copied().into_iter().chain(others.map(|(_, &n)| n)).collect()
        };
        let (counts, max_counts) = (front(counts), front(max_counts));
        if max_counts.iter().skip(1).any(|&n| n == u64::MAX) {
            return None;
        }
        // the last chunk stands at the end of every axis
        let last = counts.iter().zip(max_counts.iter()).try_fold(0u64, |n, (&count, &most)| {
            n.checked_mul(most)?.checked_add(count.checked_sub(1)?)
        })?;
        Some(Self { counts: max_counts, unlimited: moved, limit: last.checked_add(1)? })
    }

    /// One more than the largest number that a chunk of the array has.
    pub(in crate::storage) fn limit(&self) -> u64 {
        self.limit
    }

    /// The coordinates of a number.
    pub(in crate::storage) fn coordinates(&self, number: u64) -> Dims {
        let mut rest = number;
        let mut all = Dims::filled(self.counts.len(), 0);
        for (axis, &count) in self.counts.iter().enumerate().rev() {
            let at = match axis.checked_sub(1) {
                None => rest,
                Some(_) => rest.checked_rem(count).unwrap_or(0),
            };
            rest = rest.checked_div(count).unwrap_or(0);
            // the axis at the front goes back to its place
            let axis = match axis {
                0 => self.unlimited,
                n if n <= self.unlimited => n.saturating_sub(1),
                n => n,
            };
            if let Some(to) = all.get_mut(axis) {
                *to = at;
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unlimited_axis_is_numbered_first() {
        let all = Numbering::new(&[2, 5, 4], &[3, u64::MAX, 4]).unwrap();
        // (1, 4, 3): 4 * 12 + 1 * 4 + 3
        assert_eq!((all.limit(), &*all.coordinates(55)), (56, &[1, 4, 3][..]));
        assert_eq!(&*all.coordinates(12), &[0, 1, 0]);
    }

    #[test]
    fn two_unlimited_axes_have_no_numbers() {
        assert!(Numbering::new(&[1, 1], &[u64::MAX, u64::MAX]).is_none());
    }
}
