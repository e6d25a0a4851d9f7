//! A region cut into blocks of about the size of a chunk.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Dims, Extent, Region, Result};

/// Fits a region to an array. A scalar takes the region of an array of one element: nothing of it may be wanted.
///
/// # Errors
/// `Request` when more axes are named than there are.
pub(crate) fn resolve(region: &Region, shape: &[u64]) -> Result<Option<Vec<Extent>>> {
    if !shape.is_empty() {
        return Ok(Some(region.resolve(shape)?));
    }
    let one = region.resolve(&[1])?;
    Ok(one.iter().all(|e| e.count > 0).then(Vec::new))
}

/// Blocks of a region in C order: one index of each axis before `split`, up to `block` of that, all of the axes behind.
#[derive(Clone, Debug)]
pub(crate) struct Blocks {
    extents: Vec<Extent>,
    split: usize,
    block: u64,
    /// Nothing is wanted of a scalar.
    nothing: bool,
}

impl Blocks {
    /// Cuts `extents` into blocks of about `chunk` bytes of elements of `size` bytes.
    pub(crate) fn new(extents: Option<Vec<Extent>>, size: u64, chunk: u64) -> Self {
        let nothing = extents.is_none();
        let extents = extents.unwrap_or_default();
        // the slowest axis of which one index fits a chunk
        let (mut split, mut unit) = (extents.len(), size.max(1));
        while let Some(axis) = split.checked_sub(1).and_then(|k| extents.get(k)) {
            let larger = unit.saturating_mul(axis.count.max(1));
            split = split.saturating_sub(1);
            if larger > chunk || split == 0 {
                break;
            }
            unit = larger;
        }
        let most = chunk.checked_div(unit).unwrap_or(1).max(1);
        // the same number of blocks, as even as they can be
        let count = extents.get(split).map_or(1, |e| e.count.max(1));
        let block = count.div_ceil(count.div_ceil(most).max(1)).max(1);
        Self { extents, split, block, nothing }
    }

    /// Cuts the first axis into blocks of `rows` indices, with all of the axes behind.
    pub(crate) fn by_rows(extents: Vec<Extent>, rows: u64) -> Self {
        Self { extents, split: 0, block: rows.max(1), nothing: false }
    }

    /// The number of blocks.
    pub(crate) fn len(&self) -> usize {
        let outer =
            self.extents.iter().take(self.split).fold(1u64, |n, e| n.saturating_mul(e.count));
        let empty = self.nothing || self.extents.iter().any(|e| e.count == 0);
        let count = if empty { 0 } else { outer.saturating_mul(self.along()) };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// Blocks along the split axis.
    fn along(&self) -> u64 {
        self.extents.get(self.split).map_or(1, |e| e.count.div_ceil(self.block))
    }

    /// What the `index`-th block picks of the array, and where it stands in the region.
    pub(crate) fn pick(&self, index: usize) -> Option<(Vec<Extent>, Dims)> {
        if index >= self.len() {
            return None;
        }
        let mut rest = u64::try_from(index).unwrap_or(u64::MAX);
        let mut picked = self.extents.clone();
        let mut origin = Dims::filled(picked.len(), 0);
        for (axis, (e, place)) in picked.iter_mut().zip(origin.iter_mut()).enumerate().rev() {
            if axis > self.split {
                continue;
            }
            let (count, block) =
                if axis == self.split { (self.along(), self.block) } else { (e.count, 1) };
            let at = rest.checked_rem(count).unwrap_or(0).saturating_mul(block);
            rest = rest.checked_div(count).unwrap_or(0);
            e.start = e.start.saturating_add(at.saturating_mul(e.step));
            e.count = e.count.saturating_sub(at).min(block);
            *place = at;
        }
        Some((picked, origin))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn all(shape: &[u64]) -> Option<Vec<Extent>> {
        Some(shape.iter().map(|&count| Extent { start: 0, count, step: 1 }).collect())
    }

    #[test]
    fn blocks_cover_the_region_once_and_are_even() {
        let blocks = Blocks::new(all(&[3, 10, 5]), 4, 100);
        assert_eq!(blocks.len(), 6);
        let picked: Vec<_> = (0..6).filter_map(|i| blocks.pick(i)).collect();
        assert_eq!(&*picked[3].1, &[1, 5, 0]);
        let elements = |p: &[Extent]| p.iter().map(|e| e.count).product::<u64>();
        assert_eq!(picked.iter().map(|(p, _)| elements(p)).sum::<u64>(), 150);
        assert!(blocks.pick(6).is_none());
    }

    #[test]
    fn a_scalar_is_one_block_and_nothing_is_none() {
        assert_eq!(Blocks::new(all(&[]), 4, 1).len(), 1);
        assert_eq!(Blocks::new(all(&[4, 0]), 4, 100).len(), 0);
    }
}
