//! Data of a variable that has less of it than its unlimited dimensions are long: the rest is the fill value (`nc_def_var_fill`).
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Place, Region, Result,
    Scratch, Slice, shape_of,
};

use crate::data::Blocks;

/// The chunks of what is stored, and behind them those of what is not.
pub(super) struct Padded {
    cx: Context,
    entry: usize,
    stored: Arc<dyn ChunkPlan>,
    /// What of the region is not stored: a box for each axis along which it reaches beyond the data.
    beyond: Vec<Beyond>,
    dtype: DType,
    shape: Dims,
    /// One element.
    fill: Box<[u8]>,
}

struct Beyond {
    blocks: Blocks,
    /// Where the box stands in the region.
    origin: Dims,
}

/// A region of an array, and how much of it along each axis stands in the stored part.
pub(super) struct Reach {
    extents: Vec<Extent>,
    within: Dims,
}

impl Reach {
    /// Of a region of an array of `shape`, of which `stored` is stored.
    pub(super) fn new(region: &Region, shape: &[u64], stored: &[u64]) -> Result<Self> {
        let extents = region.resolve(shape)?;
        let within = extents.iter().zip(stored).map(|(e, &end)| {
            let count = end.saturating_sub(e.start).div_ceil(e.step.max(1));
            count.min(e.count)
        });
        let within = within.collect();
        Ok(Self { extents, within })
    }

    /// The stored part of the region, in numbers that no longer count from the end.
    pub(super) fn region(&self) -> Region {
        let bound = |n: u64| Some(i64::try_from(n).unwrap_or(i64::MAX));
        let nothing = self.within.contains(&0);
        let axes = self.extents.iter().zip(self.within.iter()).map(|(e, &count)| {
            let stop = e.start.saturating_add(count.saturating_mul(e.step));
            let stop = if nothing { e.start } else { stop };
            Slice { start: bound(e.start), stop: bound(stop), step: e.step }
        });
        Region::new(axes.collect::<Vec<_>>())
    }

    /// Boxes that cover the rest once: before each one's axis what is stored, along it what is not, behind it everything.
    fn beyond(&self, size: u64, chunk: u64) -> Vec<Beyond> {
        let mut all = Vec::new();
        for (axis, (extent, &within)) in self.extents.iter().zip(self.within.iter()).enumerate() {
            if within == extent.count {
                continue;
            }
            let mut picked = self.extents.clone();
            let mut origin = Dims::filled(picked.len(), 0);
            for (e, &count) in picked.iter_mut().zip(self.within.iter()).take(axis) {
                e.count = count;
            }
            if let Some((e, at)) = picked.get_mut(axis).zip(origin.get_mut(axis)) {
                e.start = e.start.saturating_add(within.saturating_mul(e.step));
                e.count = e.count.saturating_sub(within);
                *at = within;
            }
            let blocks = Blocks::new(Some(picked), size, chunk);
            if blocks.len() > 0 {
                all.push(Beyond { blocks, origin });
            }
        }
        all
    }
}

impl Padded {
    /// `stored` gives the chunks of [`Reach::region`]; `fill` is one element, as it is encoded in a chunk.
    pub(super) fn new(
        cx: Context,
        entry: usize,
        (stored, dtype): (Arc<dyn ChunkPlan>, DType),
        (reach, chunk): (&Reach, usize),
        fill: Box<[u8]>,
    ) -> Self {
        let size = u64::try_from(fill.len()).unwrap_or(u64::MAX);
        // what is not stored cannot be verified
        let beyond = match cx.switched_on("verify") {
            true => Vec::new(),
            false => reach.beyond(size, u64::try_from(chunk).unwrap_or(u64::MAX)),
        };
        let shape = shape_of(&reach.extents);
        Self { cx, entry, stored, beyond, dtype, shape, fill }
    }

    /// The block behind the stored chunks: what it picks of the array, and where it stands in the region.
    fn block(&self, index: usize) -> Option<(Vec<Extent>, Dims)> {
        let mut rest = index.checked_sub(self.stored.len())?;
        for beyond in &self.beyond {
            let Some(later) = rest.checked_sub(beyond.blocks.len()) else {
                let (picked, mut at) = beyond.blocks.pick(rest)?;
                for (at, &origin) in at.iter_mut().zip(beyond.origin.iter()) {
                    *at = at.saturating_add(origin);
                }
                return Some((picked, at));
            };
            rest = later;
        }
        None
    }
}

impl ChunkPlan for Padded {
    fn len(&self) -> usize {
        let stored = self.stored.len();
        self.beyond.iter().fold(stored, |n, beyond| n.saturating_add(beyond.blocks.len()))
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.dtype.clone(), self.shape.clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        if index < self.stored.len() {
            return self.stored.place(index);
        }
        let (picked, origin) = self.block(index)?;
        Some(Place { entry: self.entry, origin, shape: shape_of(&picked) })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        if index < self.stored.len() {
            return self.stored.read(index, scratch);
        }
        self.cx.cancel().check()?;
        let (picked, _) = self.block(index).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let shape = shape_of(&picked);
        let count = shape.elements().and_then(|n| usize::try_from(n).ok());
        let size = count.and_then(|n| n.checked_mul(self.fill.len())).unwrap_or(usize::MAX);
        let mut buf = self.cx.buf(size)?;
        for element in buf.chunks_exact_mut(self.fill.len().max(1)) {
            element.copy_from_slice(&self.fill);
        }
        let origin = picked.iter().map(|e| e.start).collect();
        Chunk::new(self.entry, origin, shape, self.dtype.clone(), buf)
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn boxes_beyond_the_data_cover_the_rest_once() {
        let region: Region = "1:, ::2".parse().unwrap();
        let reach = Reach::new(&region, &[6, 9], &[3, 4]).unwrap();
        assert_eq!(&*reach.within, &[2, 2]);
        let mut seen = [[0u8; 5]; 5];
        for beyond in reach.beyond(1, 4) {
            for index in 0..beyond.blocks.len() {
                let (picked, at) = beyond.blocks.pick(index).unwrap();
                for i in 0..picked[0].count {
                    for j in 0..picked[1].count {
                        let row = usize::try_from(beyond.origin[0] + at[0] + i).unwrap();
                        let column = usize::try_from(beyond.origin[1] + at[1] + j).unwrap();
                        seen[row][column] += 1;
                    }
                }
            }
        }
        assert_eq!(seen, [[0, 0, 1, 1, 1], [0, 0, 1, 1, 1], [1; 5], [1; 5], [1; 5]]);
    }

    #[test]
    fn a_region_from_the_end_counts_from_the_dimensions_end() {
        let reach = Reach::new(&"-4:".parse().unwrap(), &[6], &[3]).unwrap();
        assert_eq!(reach.region().resolve(&[3]).unwrap()[0].start, 2);
        assert_eq!(shape_of(&reach.region().resolve(&[3]).unwrap())[0], 1);
    }
}
