//! The data of one classic variable or attribute as chunks by index.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Array, Chunk, ChunkPlan, Context, DType, Dims, Error, ErrorKind, Extent, Place, Region, Result,
    Scratch,
};

use super::gather::Runs;
use super::{Blocks, resolve};
use crate::cf::Packing;
use crate::classic::Layout;

/// What lies where: an array of elements in big-endian order.
#[derive(Clone, Debug)]
pub(crate) struct Elements {
    /// Where.
    pub(crate) layout: Layout,
    /// Extents, slowest first.
    pub(crate) shape: Dims,
    /// Bytes of an element.
    pub(crate) size: u64,
    /// Bytes that are turned around: 1 for text and bytes.
    pub(crate) swap: u64,
    /// What an element is once read.
    pub(crate) dtype: DType,
}

impl Elements {
    /// The bytes as they stand in the file: in one dimension, or record by record where records lie apart.
    pub(crate) fn into_bytes(self) -> Self {
        let Layout { records, bytes, stride, .. } = self.layout;
        let shape = if records == 1 || stride == bytes {
            Dims::from([records.saturating_mul(bytes)])
        } else {
            Dims::from([records, bytes])
        };
        Self { shape, size: 1, swap: 1, dtype: DType::U8, layout: self.layout }
    }

    fn runs(&self, picked: &[Extent]) -> Runs {
        Runs::new(&self.layout, &self.shape, self.size, picked)
    }
}

/// Chunks of a variable.
pub(crate) struct VariablePlan {
    cx: Context,
    entry: usize,
    pub(super) elements: Elements,
    blocks: Blocks,
    packing: Option<Packing>,
    region: Dims,
}

impl VariablePlan {
    /// Of what `region` picks, in chunks of about `chunk` bytes; with `packing`, unpacked.
    pub(crate) fn new(
        cx: Context,
        entry: usize,
        elements: Elements,
        region: &Region,
        (chunk, packing): (usize, Option<Packing>),
    ) -> Result<Self> {
        let extents = resolve(region, &elements.shape)?;
        let size = packing.as_ref().map_or(elements.size, Packing::size).max(elements.size);
        let region = stream_core::shape_of(extents.as_deref().unwrap_or_default());
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX);
        let blocks = Blocks::new(extents, size, chunk);
        Ok(Self { cx, entry, elements, blocks, packing, region })
    }

    /// The same in blocks of whole records.
    pub(super) fn in_rows(mut self, region: &Region, rows: u64) -> Result<Self> {
        self.blocks = Blocks::by_rows(region.resolve(&self.elements.shape)?, rows);
        Ok(self)
    }

    /// Bytes of one index of the first axis, after the region.
    pub(super) fn row(&self) -> u64 {
        self.region.iter().skip(1).fold(self.elements.size, |n, &d| n.saturating_mul(d))
    }

    fn dtype(&self) -> DType {
        self.packing.as_ref().map_or_else(|| self.elements.dtype.clone(), Packing::dtype)
    }

    fn no_chunk(&self, index: usize) -> Error {
        Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
    }

    /// The bytes of the file that the `index`-th chunk comes from: the first, and the one after the last.
    pub(super) fn span(&self, index: usize) -> Result<(u64, u64)> {
        let (picked, _) = self.blocks.pick(index).ok_or_else(|| self.no_chunk(index))?;
        Ok(self.elements.runs(&picked).span())
    }

    /// Makes the `index`-th chunk of what `fill` brings.
    pub(super) fn chunk(
        &self,
        index: usize,
        fill: impl FnOnce(&Runs, &mut [u8]) -> Result<()>,
    ) -> Result<Chunk> {
        let (picked, _) = self.blocks.pick(index).ok_or_else(|| self.no_chunk(index))?;
        let origin: Dims = picked.iter().map(|e| e.start).collect();
        let shape: Dims = picked.iter().map(|e| e.count).collect();
        let count = shape.elements().unwrap_or(u64::MAX);
        let bytes = |size: u64| usize::try_from(count.saturating_mul(size)).unwrap_or(usize::MAX);
        let mut buf = self.cx.buf(bytes(self.elements.size))?;
        fill(&self.elements.runs(&picked), &mut buf)?;
        let Some(packing) = &self.packing else {
            return Chunk::new(self.entry, origin, shape, self.dtype(), buf);
        };
        if packing.is_in_place() {
            packing.apply_in_place(&mut buf);
            return Chunk::new(self.entry, origin, shape, self.dtype(), buf);
        }
        let mut unpacked = self.cx.buf(bytes(packing.size()))?;
        packing.apply(&buf, &mut unpacked);
        Chunk::new(self.entry, origin, shape, self.dtype(), unpacked)
    }

    /// The elements' width, which is turned around.
    pub(super) fn swap(&self) -> u64 {
        self.elements.swap
    }
}

impl ChunkPlan for VariablePlan {
    fn len(&self) -> usize {
        self.blocks.len()
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.dtype(), self.region.clone()))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (picked, origin) = self.blocks.pick(index)?;
        let shape = picked.iter().map(|e| e.count).collect();
        Some(Place { entry: self.entry, origin, shape })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        self.chunk(index, |runs, out| runs.read(&self.cx, self.swap(), out, scratch))
    }
}
