//! Native pixels as an array: whole frames, or parts of one, or any region.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Chunk, ChunkPlan, DType, Dims, Error, ErrorKind, Extent, Form, Request, Result, Scratch,
};
use stream_memory::Buf;

use super::scale::Scale;
use crate::{Layout, PixelData, Sample, Shape};

/// The shape of the array: frames when there are several, rows, columns, samples when there are several; with Planar
/// Configuration 1 the samples stand before the rows. `None` for subsampled colours, which are no array.
pub(super) fn shape(layout: &Layout) -> Option<Dims> {
    let (a, b, c) = match layout.shape {
        Shape::Pixels([rows, columns, samples]) => {
            (rows, columns, Some(samples).filter(|&s| s > 1))
        }
        Shape::Planes([samples, rows, columns]) => (samples, rows, Some(columns)),
        Shape::Subsampled { .. } => return None,
    };
    let frames = Some(layout.frames).filter(|&n| n > 1);
    Some(frames.into_iter().chain([a, b]).chain(c).collect())
}

/// What a sample is once read; a bit is a byte of 0 or 1.
pub(super) fn dtype(sample: Sample) -> DType {
    match sample {
        Sample::Bit => DType::Bool,
        Sample::U8 => DType::U8,
        Sample::I8 => DType::I8,
        Sample::U16 => DType::U16,
        Sample::I16 => DType::I16,
        Sample::U32 => DType::U32,
        Sample::I32 => DType::I32,
        Sample::U64 => DType::U64,
        Sample::I64 => DType::I64,
        Sample::F32 => DType::F32,
        Sample::F64 => DType::F64,
    }
}

/// Blocks of a region: one index of each axis before `split`, up to `block` of that, all of the axes behind.
pub(super) struct Native {
    pixels: PixelData,
    sample: Sample,
    entry: usize,
    dims: Dims,
    extents: Vec<Extent>,
    split: usize,
    block: u64,
    scale: Option<Scale>,
}

impl Native {
    pub(super) fn new(
        pixels: PixelData,
        layout: Layout,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let no_shape = || Error::new(ErrorKind::Unsupported, "pixel data is no array");
        let dims = shape(&layout).ok_or_else(no_shape)?;
        let extents = request.region.resolve(&dims)?;
        let scale =
            (request.form == Form::Scaled).then(|| Scale::new(pixels.facts(), layout.sample));
        let size = scale.as_ref().map_or(layout.sample.size(), Scale::size);
        let chunk = u64::try_from(chunk).unwrap_or(u64::MAX);
        // the slowest axis of which one index fits a chunk; whole frames where they do
        let (mut split, mut unit) = (extents.len(), size);
        while let Some(axis) = split.checked_sub(1).and_then(|k| extents.get(k)) {
            let larger = unit.saturating_mul(axis.count.max(1));
            split = split.saturating_sub(1);
            if larger > chunk || split == 0 {
                break;
            }
            unit = larger;
        }
        let block = chunk.checked_div(unit).unwrap_or(1).max(1);
        Ok(Self { pixels, sample: layout.sample, entry, dims, extents, split, block, scale })
    }

    /// Blocks along the split axis.
    fn blocks(&self) -> u64 {
        self.extents.get(self.split).map_or(0, |e| e.count.div_ceil(self.block))
    }

    /// Samples between two indices of an axis.
    fn stride(&self, axis: usize) -> u64 {
        self.dims.iter().skip(axis.saturating_add(1)).fold(1u64, |n, &d| n.saturating_mul(d))
    }

    /// The axis whose selected indices are read in one piece with everything behind it.
    fn line_axis(&self) -> usize {
        let whole = |axis: usize| {
            let (e, d) = (self.extents.get(axis), self.dims.get(axis));
            e.zip(d).is_some_and(|(e, &d)| e.start == 0 && e.step == 1 && e.count == d)
        };
        let mut axis = self.dims.len().saturating_sub(1);
        while axis > self.split && whole(axis) {
            axis = axis.saturating_sub(1);
        }
        axis
    }

    /// Reads what `picked` selects, line by line, into `out`.
    fn gather(&self, picked: &[Extent], out: &mut [u8], scratch: &mut Scratch) -> Result<()> {
        let line = self.line_axis();
        let (outer, inner) = picked.split_at_checked(line).unwrap_or((picked, &[]));
        let Some(along) = inner.first() else { return Ok(()) };
        let stride = self.stride(line);
        let size = self.sample.size();
        let bytes =
            |samples: u64| usize::try_from(samples.saturating_mul(size)).unwrap_or(usize::MAX);
        let lines = outer.iter().fold(1u64, |n, e| n.saturating_mul(e.count));
        let per_line = bytes(along.count.saturating_mul(stride));
        if per_line == 0 {
            return Ok(());
        }
        for (mut number, line_out) in (0..lines).zip(out.chunks_exact_mut(per_line)) {
            let mut first = along.start.saturating_mul(stride);
            for (axis, e) in outer.iter().enumerate().rev() {
                let index = number.checked_rem(e.count).unwrap_or(0);
                number = number.checked_div(e.count).unwrap_or(0);
                let at = e.start.saturating_add(index.saturating_mul(e.step));
                first = first.saturating_add(at.saturating_mul(self.stride(axis)));
            }
            if along.step == 1 {
                self.pixels.read_samples(self.sample, first, line_out, scratch)?;
            } else {
                self.pick(first, along, stride, line_out, scratch)?;
            }
        }
        Ok(())
    }

    /// A line of which every `step`-th index is wanted: each read by itself where it is long, else the whole span at once.
    fn pick(
        &self,
        first: u64,
        along: &Extent,
        stride: u64,
        out: &mut [u8],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let size = self.sample.size();
        let one = usize::try_from(stride.saturating_mul(size)).unwrap_or(usize::MAX).max(1);
        let far = along.step.saturating_mul(stride);
        if one >= 512 || far.saturating_mul(size) >= 4096 {
            for (i, to) in (0u64..).zip(out.chunks_exact_mut(one)) {
                let at = first.saturating_add(far.saturating_mul(i));
                self.pixels.read_samples(self.sample, at, to, scratch)?;
            }
            return Ok(());
        }
        let span = along.count.saturating_sub(1).saturating_mul(far).saturating_add(stride);
        let mut held: Buf =
            self.pixels.cx.buf(usize::try_from(span.saturating_mul(size)).unwrap_or(usize::MAX))?;
        self.pixels.read_samples(self.sample, first, &mut held, scratch)?;
        let far = usize::try_from(far.saturating_mul(size)).unwrap_or(usize::MAX).max(1);
        for (to, from) in out.chunks_exact_mut(one).zip(held.chunks(far)) {
            for (to, &from) in to.iter_mut().zip(from) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl ChunkPlan for Native {
    fn len(&self) -> usize {
        let outer =
            self.extents.iter().take(self.split).fold(1u64, |n, e| n.saturating_mul(e.count));
        let empty = self.extents.iter().any(|e| e.count == 0);
        let count = if empty { 0 } else { outer.saturating_mul(self.blocks()) };
        usize::try_from(count).unwrap_or(usize::MAX)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        if index >= self.len() {
            return Err(Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len())));
        }
        let mut rest = u64::try_from(index).unwrap_or(u64::MAX);
        let mut picked = self.extents.clone();
        for (axis, e) in picked.iter_mut().enumerate().take(self.split.saturating_add(1)).rev() {
            let (count, block) =
                if axis == self.split { (self.blocks(), self.block) } else { (e.count, 1) };
            let at = rest.checked_rem(count).unwrap_or(0).saturating_mul(block);
            rest = rest.checked_div(count).unwrap_or(0);
            e.start = e.start.saturating_add(at.saturating_mul(e.step));
            e.count = e.count.saturating_sub(at).min(block);
        }
        let origin: Dims = picked.iter().map(|e| e.start).collect();
        let shape: Dims = picked.iter().map(|e| e.count).collect();
        let samples = shape.elements().unwrap_or(u64::MAX);
        let bytes = |size: u64| usize::try_from(samples.saturating_mul(size)).unwrap_or(usize::MAX);
        let cx = &self.pixels.cx;
        let mut buf = cx.buf(bytes(self.sample.size()))?;
        self.gather(&picked, &mut buf, scratch)?;
        let Some(scale) = &self.scale else {
            return Chunk::new(self.entry, origin, shape, dtype(self.sample), buf);
        };
        let mut scaled = cx.buf(bytes(scale.size()))?;
        scale.apply(&buf, &mut scaled);
        Chunk::new(self.entry, origin, shape, scale.dtype(), scaled)
    }
}
