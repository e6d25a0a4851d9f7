//! A region cut into blocks of about a wanted size.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Dims, Extent};

/// Blocks of a region: one index of each axis before `split`, up to `block` of that, all of the axes behind.
pub(super) struct Blocks {
    pub(super) extents: Vec<Extent>,
    split: usize,
    block: u64,
}

impl Blocks {
    /// `size` bytes an element; an index of the first axis costs at least `row` bytes.
    pub(super) fn new(extents: Vec<Extent>, size: u64, row: u64, chunk: u64) -> Self {
        let (mut split, mut unit) = (extents.len(), size.max(1));
        while let Some(axis) = split.checked_sub(1) {
            split = axis;
            if axis == 0 {
                unit = unit.max(row);
                break;
            }
            let count = extents.get(axis).map_or(1, |e| e.count.max(1));
            let larger = unit.saturating_mul(count);
            if larger > chunk {
                break;
            }
            unit = larger;
        }
        let block = chunk.checked_div(unit).unwrap_or(1).max(1);
        Self { extents, split, block }
    }

    pub(super) fn len(&self) -> usize {
        let empty = self.extents.iter().any(|e| e.count == 0);
        let outer =
            self.extents.iter().take(self.split).fold(1u64, |n, e| n.saturating_mul(e.count));
        let count = if empty { 0 } else { outer.saturating_mul(self.along()) };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    /// Blocks along the split axis.
    fn along(&self) -> u64 {
        self.extents.get(self.split).map_or(1, |e| e.count.div_ceil(self.block))
    }

    /// What the `index`-th block picks of the array, and where it stands in the region.
    pub(super) fn pick(&self, index: usize) -> Option<(Vec<Extent>, Dims)> {
        if index >= self.len() {
            return None;
        }
        let mut rest = u64::try_from(index).ok()?;
        let mut picked = self.extents.clone();
        let mut place = Dims::filled(picked.len(), 0);
        let axes = picked.iter_mut().zip(place.iter_mut()).enumerate();
        for (axis, (e, place)) in axes.take(self.split.saturating_add(1)).rev() {
            let (count, block) =
                if axis == self.split { (self.along(), self.block) } else { (e.count, 1) };
            let at = rest.checked_rem(count).unwrap_or(0).saturating_mul(block);
            rest = rest.checked_div(count).unwrap_or(0);
            e.start = e.start.saturating_add(at.saturating_mul(e.step));
            e.count = e.count.saturating_sub(at).min(block);
            *place = at;
        }
        Some((picked, place))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_a_region_once_and_keep_fast_axes_whole() {
        let extents: Vec<Extent> = [(1, 5, 2), (0, 3, 1), (0, 4, 1)]
            .map(|(start, count, step)| Extent { start, count, step })
            .into();
        let shapes = |chunk| {
            let blocks = Blocks::new(extents.clone(), 2, 0, chunk);
            (0..blocks.len())
                .map(|i| blocks.pick(i).unwrap().0.iter().map(|e| e.count).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        assert_eq!(shapes(1000), [[5, 3, 4]]);
        assert_eq!(shapes(48), [[2, 3, 4], [2, 3, 4], [1, 3, 4]]);
        assert_eq!(shapes(16)[..3], [[1, 2, 4], [1, 1, 4], [1, 2, 4]]);
        assert_eq!(shapes(1).len(), 60);
        let blocks = Blocks::new(extents, 2, 0, 48);
        let (picked, place) = blocks.pick(1).unwrap();
        assert_eq!((picked[0].start, &place[..]), (5, &[2u64, 0, 0][..]));
        assert!(blocks.pick(3).is_none());
    }

    #[test]
    fn a_scalar_is_one_block() {
        let blocks = Blocks::new(Vec::new(), 4, 0, 1);
        assert_eq!(blocks.len(), 1);
        assert!(blocks.pick(0).unwrap().0.is_empty());
    }
}
