//! Small lists of extents: shapes, origins, chunk shapes.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// How many axes are kept without an allocation.
const INLINE: usize = 6;

/// Extents by axis, slowest first (C order). Up to six axes without an allocation, so that a chunk
/// costs none; formats bound the rank (HDF5 32, FITS 999, netCDF 1024).
#[derive(Clone, Default)]
pub struct Dims {
    len: usize,
    inline: [u64; INLINE],
    spilled: Vec<u64>,
}

impl Dims {
    /// No axes: the shape of a scalar.
    pub const fn new() -> Self {
        Self { len: 0, inline: [0; INLINE], spilled: Vec::new() }
    }

    /// `rank` axes of extent `value`.
    pub fn filled(rank: usize, value: u64) -> Self {
        (0..rank).map(|_| value).collect()
    }

    /// Appends an axis.
    pub fn push(&mut self, extent: u64) {
        if self.spilled.is_empty() {
            if let Some(slot) = self.inline.get_mut(self.len) {
                *slot = extent;
                self.len = self.len.saturating_add(1);
                return;
            }
            self.spilled.extend_from_slice(&self.inline);
        }
        self.spilled.push(extent);
        self.len = self.spilled.len();
    }

    /// Removes all axes, keeping the memory.
    pub fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }

    /// The number of elements; `None` when it does not fit 64 bits. 1 for a scalar.
    pub fn elements(&self) -> Option<u64> {
        self.iter().try_fold(1u64, |n, &d| n.checked_mul(d))
    }
}

impl Deref for Dims {
    type Target = [u64];
    fn deref(&self) -> &[u64] {
        if self.spilled.is_empty() {
            self.inline.get(..self.len).unwrap_or_default()
        } else {
            &self.spilled
        }
    }
}

impl DerefMut for Dims {
    fn deref_mut(&mut self) -> &mut [u64] {
        if self.spilled.is_empty() {
            self.inline.get_mut(..self.len).unwrap_or_default()
        } else {
            &mut self.spilled
        }
    }
}

impl FromIterator<u64> for Dims {
    fn from_iter<I: IntoIterator<Item = u64>>(extents: I) -> Self {
        let mut dims = Self::new();
        extents.into_iter().for_each(|d| dims.push(d));
        dims
    }
}

impl From<&[u64]> for Dims {
    fn from(extents: &[u64]) -> Self {
        extents.iter().copied().collect()
    }
}

impl<const N: usize> From<[u64; N]> for Dims {
    fn from(extents: [u64; N]) -> Self {
        extents.into_iter().collect()
    }
}

impl PartialEq for Dims {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Dims {}

impl Hash for Dims {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn more_axes_than_fit_inline_spill_and_compare_equal() {
        let many: Dims = (0..9).collect();
        assert_eq!(&*many, &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(many, Dims::from(&(0..9).collect::<Vec<_>>()[..]));
    }

    #[test]
    fn a_scalar_has_one_element_and_an_overflow_has_none() {
        assert_eq!(Dims::new().elements(), Some(1));
        assert_eq!(Dims::from([u64::MAX, 2]).elements(), None);
    }

    #[test]
    fn cleared_dims_can_be_filled_again() {
        let mut d: Dims = (0..9).collect();
        d.clear();
        assert!(d.is_empty());
        d.push(4);
        assert_eq!(&*d, &[4]);
    }
}
